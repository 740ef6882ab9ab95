"""Take in organisations, find them, and keep what is known of them."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from registry.accounts import representation
from registry.accounts.errors import OrganisationExistsError, OrganisationInvalidError, OrganisationNotFoundError
from registry.accounts.keys import DIGITS, ags_of, state_of
from registry.accounts.models import Organisation, OrganisationKind, Proof
from registry.accounts.service import telling
from registry.authz.actor import Actor
from registry.authz.policy import Permission, can, require
from registry.journal import service as journal
from registry.kit import clock, db, paging, walks
from registry.kit.errors import Fault, text
from registry.kit.folding import fold
from registry.kit.paging import Page, Place
from registry.kit.rendering import Rendering, render

#: What only the operator may change: who an organisation is, not how it presents itself.
IDENTITY = frozenset({"kind", "ars", "ags", "state", "population", "parent"})


_LIFTED = """\
Guten Tag,

„{name}“ verlangt nicht mehr, dass ein zweites Mitglied jede Version freigibt: Versionen gehen ab jetzt ungesehen
hinaus. Wer das geändert hat, steht im Audit-Protokoll (GET /api/v1/organisations/{slug}/audit). War es nicht gewollt,
schalten Sie das Vier-Augen-Prinzip wieder ein.

---

Hello,

“{name}” no longer demands that a second member approves each release: from now on releases go out unseen. The audit
trail tells who changed that (GET /api/v1/organisations/{slug}/audit). If it was not meant to be, turn four eyes on
again.
"""


def find(session: Session, actor: Actor, slug: str, *, lock: bool = False) -> Organisation:
    """Return the organisation called `slug`; `lock` keeps others from changing it until the transaction ends."""
    require(actor, Permission.ORGANISATION_READ)
    query = select(Organisation).where(Organisation.slug == slug)
    found = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if found is None:
        raise OrganisationNotFoundError(slug)
    return found


def rendering(session: Session, actor: Actor, slug: str) -> Rendering:
    """Return the stored representation of an organisation."""
    require(actor, Permission.ORGANISATION_READ)
    row = session.execute(select(Organisation.body, Organisation.etag).where(Organisation.slug == slug)).first()
    if row is None:
        raise OrganisationNotFoundError(slug)
    return Rendering(*row)


def names(session: Session, actor: Actor, slugs: Collection[str]) -> dict[str, str]:
    """Return what organisations are called, by their slugs."""
    require(actor, Permission.ORGANISATION_READ)
    if not slugs:
        return {}
    rows = session.execute(select(Organisation.slug, Organisation.name).where(Organisation.slug.in_(slugs)))
    return dict(rows.all())


def count(session: Session, actor: Actor, among: Select[UUID]) -> int:
    """Count the organisations that another slice names."""
    require(actor, Permission.ORGANISATION_READ)
    return session.scalar(select(func.count()).where(Organisation.id.in_(among))) or 0


def browse(
    session: Session,
    actor: Actor,
    *,
    q: str | None = None,
    state: str | None = None,
    kind: OrganisationKind | None = None,
    ars: str | None = None,
    among: Select[UUID] | None = None,
    unverified: bool = False,
    after: Place | None = None,
    limit: int = paging.LIMIT_DEFAULT,
) -> Page[bytes]:
    """List organisations by name, as their stored representations; `ars` may be the beginning of one.

    `among` narrows the list to those that another slice names, `unverified` to those that nobody vouches for.
    """
    require(actor, Permission.ORGANISATION_READ)
    wanted = _wanted(q=q, state=state, kind=kind, ars=ars, among=among)
    if unverified:
        wanted.append(Organisation.verified.is_(None))
    order = (Organisation.name_key, Organisation.id)
    query = select(Organisation.body, *order).where(*wanted)
    return walks.read(session, query, order, total=paging.count(session, query), after=after, limit=limit)


def _wanted(
    *, q: str | None, state: str | None, kind: OrganisationKind | None, ars: str | None, among: Select[UUID] | None
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if q:
        wanted += [Organisation.name_key.contains(word, autoescape=True) for word in fold(q).split()[:8]]
    if state:
        wanted.append(Organisation.state == state)
    if kind:
        wanted.append(Organisation.kind == kind)
    if ars:
        wanted.append(Organisation.ars.startswith(ars, autoescape=True))
    if among is not None:
        wanted.append(Organisation.id.in_(among))
    return wanted


def onboard(session: Session, actor: Actor, *, demo: bool = False, **said: Any) -> Organisation:
    """Take in an organisation, as known to the operator; one that lacks the key of its kind is not verified.

    Raises OrganisationInvalidError where kind and keys disagree, OrganisationExistsError for a slug or ARS in use.
    """
    require(actor, Permission.ORGANISATION_CREATE)
    organisation = Organisation(slug=said["slug"], demo=demo)
    _take(session, organisation, said)
    organisation.verified = _proof(organisation)
    if session.scalar(select(Organisation.id).where(Organisation.slug == organisation.slug)):
        raise OrganisationExistsError(
            text(f"Den Slug „{organisation.slug}“ gibt es schon.", f"The slug “{organisation.slug}” is taken.")
        )
    _only_bearer(session, organisation)
    session.add(organisation)
    _settle(session, organisation)
    journal.record(
        session,
        actor,
        "organisation.created",
        subject=f"organisation:{organisation.slug}",
        organisation=organisation.slug,
        after={"kind": organisation.kind, "ars": organisation.ars},
    )
    return organisation


def change(session: Session, actor: Actor, slug: str, changes: Mapping[str, Any]) -> Organisation:
    """Change what is known of an organisation; who it is only the operator may change. What is no news makes none.

    The operator's word is gone when others change the name, or a domain that was there when he gave it; it is given
    again when he says the name himself. Raises NotYoursError, OrganisationInvalidError, OrganisationExistsError.
    """
    organisation = find(session, actor, slug, lock=True)
    require(actor, Permission.ORGANISATION_CHANGE, organisation)
    if IDENTITY & changes.keys():
        require(actor, Permission.ORGANISATION_CREATE)
    before = {name: getattr(organisation, name) for name in (IDENTITY | {"verified"}) - {"parent"}}
    demanded, etag = organisation.four_eyes, organisation.etag
    name, domain = organisation.name_key, _domain(organisation)
    _take(session, organisation, changes)
    if organisation.ars != before["ars"] or organisation.kind != before["kind"]:
        organisation.verified = _proof(organisation)
    elif not _still_holds(actor, organisation, name, domain):
        organisation.verified = None
    elif "name" in changes and can(actor, Permission.ORGANISATION_CREATE):
        organisation.verified = organisation.verified or _proof(organisation)
    _only_bearer(session, organisation)
    _settle(session, organisation)
    if organisation.etag == etag:
        return organisation
    organisation.updated_at = clock.now()
    after = {name: getattr(organisation, name) for name in before}
    journal.record(
        session,
        actor,
        "organisation.changed",
        subject=f"organisation:{slug}",
        organisation=slug,
        before={name: value for name, value in before.items() if after[name] != value},
        after={name: value for name, value in after.items() if before[name] != value} | {"fields": sorted(changes)},
    )
    if organisation.four_eyes != demanded:
        # An entry of its own, so that nobody overlooks that releases go out unseen from now on.
        kind = "four-eyes.demanded" if organisation.four_eyes else "four-eyes.lifted"
        journal.record(session, actor, kind, subject=f"organisation:{slug}", organisation=slug)
    if demanded and not organisation.four_eyes:
        body = _LIFTED.format(name=organisation.name, slug=slug)
        subject = "Vier-Augen-Prinzip ausgeschaltet / Four eyes turned off"
        telling.tell_owners(session, actor, organisation.id, "four-eyes.lifted", subject=subject, body=body)
    return organisation


def _domain(it: Organisation) -> str:
    return (urlsplit(it.website or "").hostname or "").removeprefix("www.")


def _still_holds(actor: Actor, it: Organisation, name: str, domain: str) -> bool:
    """Whether what was proved holds after a change: DNS vouches for a domain, the operator for a name and one."""
    stays = _domain(it) == domain
    if it.verified is Proof.DNS:
        return stays
    return can(actor, Permission.ORGANISATION_CREATE) or (it.name_key == name and (stays or not domain))


_FOUR_EYES = db.Lookup(select(Organisation.four_eyes).where(Organisation.id == bindparam("id")))


def demands_approval(session: Session, actor: Actor, organisation_id: UUID) -> bool:
    """Whether the organisation wants each release to be approved by a second member."""
    require(actor, Permission.ORGANISATION_READ)
    return _FOUR_EYES.first(session, id=organisation_id) == (True,)


def verify(session: Session, actor: Actor, slug: str, proof: Proof) -> Organisation:
    """Note how it was shown that the organisation is who it says."""
    organisation = find(session, actor, slug, lock=True)
    require(actor, Permission.ORGANISATION_CHANGE, organisation)
    before, organisation.verified = organisation.verified, proof
    _settle(session, organisation)
    journal.record(
        session,
        actor,
        "organisation.verified",
        subject=f"organisation:{slug}",
        organisation=slug,
        before={"verified": before},
        after={"verified": proof},
    )
    return organisation


def vouch(session: Session, actor: Actor, slug: str) -> Organisation:
    """Note that the operator knows by other means, such as a call, that an organisation is who it says."""
    require(actor, Permission.ORGANISATION_CREATE)
    return verify(session, actor, slug, Proof.OPERATOR)


def _take(session: Session, organisation: Organisation, said: Mapping[str, Any]) -> None:
    for name in ("name", "kind", "ars", "ags", "state", "population", "website", "email", "four_eyes"):
        if name in said:
            setattr(organisation, name, said[name])
    if "location" in said:
        organisation.lat, organisation.lon = (said["location"] or {}).get("lat"), (said["location"] or {}).get("lon")
    if "parent" in said:
        with session.no_autoflush:  # what is not yet known to be free must not be written
            parent = said["parent"] and session.scalar(select(Organisation).where(Organisation.slug == said["parent"]))
        if said["parent"] and parent is None:
            raise _invalid("parent", "Diese Organisation gibt es nicht.", "There is no such organisation.")
        organisation.parent_id = parent.id if parent else None
    organisation.name_key = fold(organisation.name)
    if organisation.ars and not said.get("ags") and "ars" in said:
        organisation.ags = ags_of(organisation.ars) if len(organisation.ars) == 12 else None
    if organisation.ars and not said.get("state") and "ars" in said:
        organisation.state = state_of(organisation.ars)
    _check_keys(organisation)


def _proof(it: Organisation) -> Proof | None:
    """Say by what the operator knows it: a municipality, county or state by its key, others by themselves."""
    return Proof.OPERATOR if it.ars is not None or it.kind not in DIGITS else None


def _check_keys(it: Organisation) -> None:
    digits = DIGITS.get(it.kind)
    if it.ars is None:
        if it.ags is not None:
            raise _invalid("ags", "Ein AGS ohne ARS geht nicht.", "An AGS needs its ARS.")
        return
    if digits is None:
        raise _invalid("ars", f"Die Art „{it.kind}“ hat keinen ARS.", f"The kind “{it.kind}” has no ARS.")
    if not (it.ars.isascii() and it.ars.isdigit()) or len(it.ars) != digits:
        raise _invalid(
            "ars", f"Der ARS muss genau {digits} Ziffern haben.", f"The ARS must have exactly {digits} digits."
        )
    if state_of(it.ars) is None:
        raise _invalid("ars", "Der ARS beginnt mit keinem Land 01 bis 16.", "The ARS begins with no Land 01 to 16.")
    if it.state != state_of(it.ars):
        raise _invalid("state", "Land und ARS widersprechen sich.", "State and ARS disagree.")
    if it.ags is not None and (digits != 12 or it.ags != ags_of(it.ars)):
        raise _invalid("ags", "AGS und ARS widersprechen sich.", "AGS and ARS disagree.")


def _invalid(field: str, de: str, en: str) -> OrganisationInvalidError:
    return OrganisationInvalidError(text(de, en), faults=[Fault(f"#/{field}", text(de, en))])


def _only_bearer(session: Session, it: Organisation) -> None:
    if it.ars is None:
        return
    with session.no_autoflush:
        other = session.scalar(select(Organisation.slug).where(Organisation.ars == it.ars, Organisation.id != it.id))
    if other:
        raise OrganisationExistsError(
            text(f"Diesen ARS hat schon „{other}“.", f"This ARS is already that of “{other}”.")
        )


def _settle(session: Session, organisation: Organisation) -> None:
    """Store the representation anew."""
    walks.note(session, organisation, Organisation.name_key)
    organisation.body, organisation.etag = b"", ""
    session.flush()
    loaded = session.scalars(
        select(Organisation)
        .where(Organisation.id == organisation.id)
        .options(joinedload(Organisation.parent))
        .execution_options(populate_existing=True)
    ).one()
    loaded.body, loaded.etag = render(representation.organisation(loaded))
    session.flush()
