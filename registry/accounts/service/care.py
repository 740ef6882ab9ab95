"""What is done for clients unasked: note their use, warn of their end, end what has leaked."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from registry.accounts.models import AccessToken, Client
from registry.accounts.service import telling, tokens
from registry.authz.actor import Actor
from registry.authz.policy import Permission, require
from registry.journal import service as journal
from registry.kit import clock

#: How many days ahead of a client's end its owners are warned, once each.
WARNINGS = (14, 3)

_EXPIRING = """\
Guten Tag,

der Client „{name}“ ({client}) von „{organisation}“ läuft am {day} ab. Danach weist das EfA Registry ihn und seine
Tokens ab. Verlängern Sie ihn (PATCH /api/v1/organisations/{organisation}/clients/{client} mit "expires_at"), oder
legen Sie rechtzeitig einen neuen an.

---

Hello,

the client “{name}” ({client}) of “{organisation}” expires on {day}. From then on the EfA Registry refuses it and its
tokens. Prolong it (PATCH /api/v1/organisations/{organisation}/clients/{client} with "expires_at"), or set up a new one
in time.
"""

_ENDING = """\
Guten Tag,

ein Token des Clients „{name}“ ({client}) von „{organisation}“, ausgestellt am {issued}, läuft am {day} ab. Danach weist
das EfA Registry ihn ab. Stellen Sie rechtzeitig einen neuen aus (efa-registry tokens issue), oder lassen Sie das
Programm seine Tokens selbst holen (POST /oauth/token).

---

Hello,

a token of the client “{name}” ({client}) of “{organisation}”, issued on {issued}, expires on {day}. From then on the
EfA Registry refuses it. Issue a new one in time (efa-registry tokens issue), or let the program fetch its tokens by
itself (POST /oauth/token).
"""

_LEAKED = """\
Guten Tag,

jemand hat dem EfA Registry ein Geheimnis des Clients „{name}“ ({client}) von „{organisation}“ gemeldet, das offen zu
finden war. Es gilt ab sofort nicht mehr{de}. Sehen Sie nach, wo es stand, und geben Sie dem Client ein neues
(POST /api/v1/organisations/{organisation}/clients/{client}/rotate).

---

Hello,

somebody reported to the EfA Registry a secret of the client “{name}” ({client}) of “{organisation}” that lay open. From
now on it is good no more{en}. Look where it lay, and give the client a new one
(POST /api/v1/organisations/{organisation}/clients/{client}/rotate).
"""


def note_use(session: Session, actor: Actor, client_ids: Collection[str]) -> None:
    """Take note that these clients were used, to the hour; most often that is known already."""
    require(actor, Permission.ORGANISATION_CREATE)
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    news = or_(Client.last_used_at.is_(None), Client.last_used_at < hour)
    for client_id in sorted(client_ids):
        session.execute(update(Client).where(Client.client_id == client_id, news).values(last_used_at=hour))


def warn_of_expiry(session: Session, actor: Actor) -> int:
    """Tell owners of clients and long tokens that expire within 14 and within 3 days, once each; return how many."""
    require(actor, Permission.ORGANISATION_CREATE)
    now, told = clock.now(), 0
    for days in sorted(WARNINGS):
        due = (
            Client.revoked_at.is_(None),
            Client.expires_at > now,
            Client.expires_at <= now + timedelta(days=days),
            or_(Client.warned.is_(None), Client.warned > days),
        )
        # Of two workers at once only one gets the row: the other one finds it warned.
        claimed = session.scalars(update(Client).where(*due).values(warned=days).returning(Client.id)).all()
        query = select(Client).where(Client.id.in_(claimed)).options(joinedload(Client.organisation))
        for client in session.scalars(query):
            day = client.expires_at.date().isoformat() if client.expires_at else ""
            _tell(session, actor, client, "client.expiring", _EXPIRING, after={"days": days}, day=day)
        told += len(claimed) + _warn_of_tokens(session, actor, days)
    return told


def _warn_of_tokens(session: Session, actor: Actor, days: int) -> int:
    now = clock.now()
    due = (
        AccessToken.revoked_at.is_(None),
        AccessToken.expires_at > now,
        AccessToken.expires_at <= now + timedelta(days=days),
        or_(AccessToken.warned.is_(None), AccessToken.warned > days),
    )
    claimed = session.scalars(update(AccessToken).where(*due).values(warned=days).returning(AccessToken.id)).all()
    whose = joinedload(AccessToken.client).joinedload(Client.organisation)
    for token in session.scalars(select(AccessToken).where(AccessToken.id.in_(claimed)).options(whose)):
        issued, day = (moment.date().isoformat() for moment in (token.issued_at, token.expires_at))
        after = {"days": days}
        _tell(session, actor, token.client, "token.expiring", _ENDING, after=after, issued=issued, day=day)
    return len(claimed)


def revoke_leaked(session: Session, actor: Actor, secrets: Collection[str]) -> None:
    """End access tokens and client secrets that somebody found; who knows one may. Unknown ones are passed over.

    With a client's secret all its tokens end, since whoever found it may have got some.
    """
    require(actor, Permission.LEAK_REPORT)
    for secret in secrets:
        hashed = tokens.digest(secret)
        _end_token(session, actor, hashed)
        _end_secret(session, actor, hashed)


def _end_token(session: Session, actor: Actor, hashed: str) -> None:
    query = select(AccessToken).where(AccessToken.hash == hashed, AccessToken.revoked_at.is_(None))
    found = session.scalar(query.options(joinedload(AccessToken.client).joinedload(Client.organisation)))
    if found is not None and found.expires_at > clock.now():
        found.revoked_at = clock.now()
        _tell(session, actor, found.client, "token.leaked", _LEAKED, de="", en="")


def _end_secret(session: Session, actor: Actor, hashed: str) -> None:
    query = select(Client).where(or_(Client.secret_hash == hashed, Client.former_hash == hashed))
    client = session.scalar(query.options(joinedload(Client.organisation)).with_for_update(of=Client, key_share=True))
    if client is None:
        return
    if client.former_hash == hashed:
        client.former_hash = client.former_until = None
    else:
        # Nobody has what this is the hash of. Without any hash it would be the shell's.
        client.secret_hash, client.secret_hint = tokens.digest(tokens.new_secret(tokens.SECRET_PREFIX)), None
    tokens.revoke_all(session, client)
    _tell(
        session,
        actor,
        client,
        "client.leaked",
        _LEAKED,
        de=", ebenso alle Tokens des Clients",
        en=", and so are all tokens of the client",
    )


def _tell(
    session: Session,
    actor: Actor,
    client: Client,
    kind: str,
    body: str,
    *,
    after: dict[str, int] | None = None,
    **facts: str,
) -> None:
    """Tell an organisation's owners by mail, and the journal."""
    organisation = client.organisation
    said = body.format(name=client.name, client=client.client_id, organisation=organisation.slug, **facts)
    telling.tell_owners(session, actor, organisation.id, kind, subject=f"EfA Registry: {client.name}", body=said)
    journal.record(
        session,
        actor,
        kind,
        subject=f"client:{client.client_id}",
        organisation=organisation.slug,
        after=after,
    )
