"""Put services into the catalogue, and keep what is said of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.catalogue import licences, search
from registry.catalogue.errors import ServiceExistsError, ServiceInvalidError
from registry.catalogue.marks import Mark
from registry.catalogue.models import Service, ServiceStatus
from registry.catalogue.service.browsing import _audience, find, visible_to
from registry.catalogue.service.keeping import settle
from registry.journal import service as journal
from registry.kit import clock
from registry.kit.errors import Fault, text
from registry.kit.folding import fold

_SIMILAR_MAX = 5
#: By how many words of the new name to look, and how much of two names must be the same.
_WORDS_MAX = 3
_LIKE = 0.6
#: What the journal keeps of a change: facts about the thing, never texts or contacts, which may name people.
_JOURNALLED = (
    *("kind", "status", "topic", "licence", "leika", "ozg_id", "trust_level", "accounts", "reuse_models"),
    "only_trusted_publishing",
)

#: The fields that name another service.
_OTHERS = ("is_based_on", "successor")


@dataclass(frozen=True, slots=True)
class Similar:
    """A service that a new one resembles: `reason` is `leika` (the same key) or `name`."""

    slug: str
    name: dict[str, str]
    reason: str


def create(session: Session, actor: Actor, *, demo: bool = False, **said: Any) -> tuple[Service, list[Similar]]:
    """Put a service of the actor's organisation into the catalogue as a draft; return it and what it resembles.

    Raises ServiceExistsError for a slug in use, ServiceInvalidError for a licence or service that does not exist.
    """
    require(actor, Permission.SERVICE_CREATE)
    service = Service(slug=said["slug"], originator_id=actor.organisation_id, demo=demo, body=b"", etag="")
    _take(session, actor, service, said)
    if session.scalar(select(Service.id).where(Service.slug == service.slug)):
        raise ServiceExistsError(service.slug)
    _keep_to_quota(session, service.originator_id)
    alike = similar(session, actor, name=service.name["de"], leika=service.leika)
    service.created_at = service.updated_at = clock.now()
    session.add(service)
    settle(session, service)
    journal.record(
        session,
        actor,
        "service.created",
        subject=f"service:{service.slug}",
        service=service.slug,
        after=_facts(service),
    )
    return service, alike


def _keep_to_quota(session: Session, originator_id: UUID) -> None:
    with session.no_autoflush:
        mine = select(func.count()).where(Service.originator_id == originator_id)
        accounts.keep_to(session, originator_id, services=(session.scalar(mine) or 0) + 1)


def change(session: Session, actor: Actor, slug: str, changes: Mapping[str, Any]) -> Service:
    """Change what is said of a service; who says nothing new changes nothing, and no news goes out.

    Raises StatusNotOpenError, ServiceInvalidError, NotYoursError.
    """
    service = find(session, actor, slug, lock=True)
    require(actor, Permission.SERVICE_CHANGE, service)
    if "only_trusted_publishing" in changes:
        require(actor, Permission.PUBLISHER_ADD, service)
    before, said_before = _facts(service), _said(service, changes)
    _take(session, actor, service, changes)
    if "status" in changes:
        service.turn(changes["status"])
    changed = sorted(name for name, value in _said(service, changes).items() if value != said_before[name])
    if changed:
        service.updated_at = clock.now()
        settle(session, service)
        _record_change(session, actor, service, before, changed)
    if before["only_trusted_publishing"] and not service.only_trusted_publishing:
        _tell_opened(session, actor, service)
    return service


def _record_change(
    session: Session, actor: Actor, service: Service, before: dict[str, Any], changed: list[str]
) -> None:
    after = _facts(service)
    deprecated = service.status is ServiceStatus.DEPRECATED and before["status"] != service.status
    journal.record(
        session,
        actor,
        "service.deprecated" if deprecated else "service.updated",
        subject=f"service:{service.slug}",
        service=service.slug,
        data={"service": service.slug, "fields": changed},
        before={name: value for name, value in before.items() if after[name] != value},
        after={name: value for name, value in after.items() if before[name] != value} | {"fields": changed},
        public=service.is_public,
    )


_OPENED = """\
Guten Tag,

„{name}“ ({slug}) kann ab jetzt nicht mehr nur von den Pipelines veröffentlicht werden, denen Sie vertrauen, sondern
auch mit Tokens und von Hand. Wer das geändert hat, steht im Audit-Protokoll
(GET /api/v1/organisations/{organisation}/audit). War es nicht gewollt, schalten Sie „only_trusted_publishing“ wieder
ein.

---

Hello,

from now on “{name}” ({slug}) can be published not only by the pipelines that you trust, but with tokens and by hand as
well. The audit trail tells who changed that (GET /api/v1/organisations/{organisation}/audit). If it was not meant to
be, turn “only_trusted_publishing” on again.
"""


def _tell_opened(session: Session, actor: Actor, service: Service) -> None:
    """Tell the owners that a service can be published otherwise than by its pipelines."""
    name, owner = service.name["de"], service.originator.slug
    body = _OPENED.format(name=name, slug=service.slug, organisation=owner)
    subject = f"{name}: auch ohne Pipeline / also without a pipeline"
    accounts.tell_owners(session, actor, service.originator_id, "trusted-publishing.lifted", subject=subject, body=body)


def _facts(service: Service) -> dict[str, Any]:
    return {name: getattr(service, name) for name in _JOURNALLED}


def _said(service: Service, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(service, f"{name}_id" if name in _OTHERS else name) for name in names}


def _take(session: Session, actor: Actor, service: Service, said: Mapping[str, Any]) -> None:
    for name, value in said.items():
        if name not in {"slug", "status", "licence", *_OTHERS}:
            setattr(service, name, value)
    if "licence" in said:
        service.licence = _licence(said["licence"])
    for name in _OTHERS:
        if name in said:
            setattr(service, f"{name}_id", _other(session, actor, service, name, said[name]))
    service.name_key = fold(service.name["de"])


def _licence(expression: str) -> str:
    try:
        return licences.normalise(expression)
    except ValueError as problem:
        meant = str(problem) if str(problem) != expression else "EUPL-1.2 OR Apache-2.0"
        raise _wrong(
            "licence",
            f"„{expression}“ ist kein SPDX-Lizenzausdruck; gültig wäre {meant}.",
            f"“{expression}” is no SPDX licence expression; {meant} would be one.",
        ) from None


def _other(session: Session, actor: Actor, service: Service, field: str, slug: str | None) -> Any:
    if slug is None:
        return None
    with session.no_autoflush:
        other = session.scalar(select(Service.id).where(Service.slug == slug, visible_to(actor)))
    if other is None or slug == service.slug:
        raise _wrong(field, f"Es gibt keinen anderen Online-Dienst „{slug}“.", f"There is no other service “{slug}”.")
    return other


def _wrong(field: str, de: str, en: str) -> ServiceInvalidError:
    return ServiceInvalidError(text(de, en), faults=[Fault(f"#/{field}", text(de, en))])


def similar(session: Session, actor: Actor, *, name: str, leika: Sequence[str]) -> list[Similar]:
    """Look for services of a like name or of the same LeiKa key, before a new one is among them."""
    require(actor, Permission.SERVICE_CREATE)
    folded = fold(name)
    longest = sorted(set(folded.split()), key=len, reverse=True)[:_WORDS_MAX]
    with session.no_autoflush:
        seen_by = _audience(actor)
        keyed: Sequence[UUID] = ()
        if leika:
            same: dict[str, list[str]] = {Mark.LEIKA: [*leika]}
            keyed = search.find(session, audience=seen_by, where=same, limit=_SIMILAR_MAX).services
        named = {
            identifier
            for words in {folded, *longest}
            for identifier in search.find(session, words, audience=seen_by, limit=_SIMILAR_MAX).services
        }
        rows = session.execute(
            select(Service.id, Service.slug, Service.name, Service.name_key).where(Service.id.in_({*keyed, *named}))
        )
        found = [
            Similar(slug, words, "leika" if identifier in keyed else "name")
            for identifier, slug, words, key in rows
            if identifier in keyed or SequenceMatcher(None, folded, key).ratio() >= _LIKE
        ]
    return sorted(found, key=lambda one: (one.reason, one.slug))[:_SIMILAR_MAX]
