"""How adoptions and deployments are told as JSON."""

from typing import Any

from registry.adoption.models import Adoption, Deployment
from registry.kit.clock import stamp


def adoption(it: Adoption, *, service: str, organisation: str, became: str | None) -> dict[str, Any]:
    """Tell an adoption, by the slugs of what it joins; whether it is stale is added when it is read."""
    return {
        "service": service,
        "organisation": organisation,
        "status": it.status,
        "version": it.version,
        "since": stamp(it.since) if it.since else None,
        "relation": it.relation,
        "model": it.model,
        "became": became,
        "platform": it.platform,
        "contact": it.contact,
        "evidence_url": it.evidence_url,
        "note": it.note,
        "visibility": it.visibility,
        "declared_by": it.declared_by,
        "declared_at": stamp(it.declared_at),
        "confirmed_at": stamp(it.confirmed_at),
        "expires_at": stamp(it.expires_at),
        "demo": it.demo,
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.updated_at),
    }


def deployment(it: Deployment, *, service: str, organisation: str) -> dict[str, Any]:
    """Tell a report, by the slugs of the adoption that it is about."""
    return {
        "id": str(it.id),
        "service": service,
        "organisation": organisation,
        "version": it.version,
        "environment": it.environment,
        "status": it.status,
        "url": it.url,
        "occurred_at": stamp(it.occurred_at),
        "note": it.note,
        "maturity": it.maturity,
        "usage": it.usage,
        "declared_by": it.declared_by,
        "reported_at": stamp(it.reported_at),
    }
