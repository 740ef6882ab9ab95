"""Keep what is derived from an adoption true: its stored representation, the service's counts, and the journal."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.adoption import representation
from registry.adoption.models import ADOPTING, Adoption, Visibility
from registry.authz.actor import Actor
from registry.catalogue import service as catalogue
from registry.catalogue.models import Service
from registry.journal import service as journal
from registry.kit.rendering import render

#: What the journal keeps of a change: facts, never notes or contacts, which may name people.
_JOURNALLED = ("status", "version", "relation", "model", "visibility")


def facts(adoption: Adoption) -> dict[str, Any]:
    """Return what the journal keeps of an adoption as it is now."""
    return {name: getattr(adoption, name) for name in _JOURNALLED}


def settle(session: Session, adoption: Adoption, *, service: str, organisation: str) -> None:
    """Store the representation anew; by the slugs of what the adoption joins."""
    became = adoption.became_id and session.scalar(select(Service.slug).where(Service.id == adoption.became_id))
    told = representation.adoption(adoption, service=service, organisation=organisation, became=became or None)
    adoption.stored, adoption.stored_etag = render(told)
    session.flush()


def count(session: Session, service: Service) -> None:
    """Bring the counts of a locked service up to date; only what everybody may see is counted."""
    its = (Adoption.service_id == service.id, Adoption.visibility == Visibility.PUBLIC)
    rows = session.execute(select(Adoption.status, func.count()).where(*its).group_by(Adoption.status))
    counts = {status.value: number for status, number in rows}
    now = {status.value: counts[status] for status in ADOPTING if status in counts}
    if (service.adoption_counts, service.adopters) != (counts, sum(now.values())):
        catalogue.note_adoptions(session, service, counts, sum(now.values()))


def note(
    session: Session,
    actor: Actor,
    adoption: Adoption,
    before: Mapping[str, Any],
    *,
    service: str,
    organisation: str,
    fields: Sequence[str],
) -> None:
    """Write into the journal what changed, or that nothing did and the claim was confirmed."""
    after = facts(adoption)
    news = not before or bool(fields)
    journal.record(
        session,
        actor,
        "adoption.changed" if news else "adoption.confirmed",
        subject=f"adoption:{service}/{organisation}",
        organisation=organisation,
        service=service,
        data={
            "service": service,
            "organisation": organisation,
            "status": adoption.status,
            "version": adoption.version,
        },
        before={name: value for name, value in before.items() if after[name] != value},
        after={name: value for name, value in after.items() if before.get(name) != value} | {"fields": list(fields)},
        public=news and adoption.is_public,
    )
