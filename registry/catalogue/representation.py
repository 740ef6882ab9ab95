"""How a service is told as JSON: in one way, to everybody."""

import json
from datetime import datetime
from typing import Any

from registry.catalogue.models import Service, TrustedPublisher
from registry.kit.clock import stamp


def service(it: Service) -> dict[str, Any]:
    """Tell a service; its `originator`, `is_based_on` and `successor` must be loaded."""
    return {
        "slug": it.slug,
        "kind": it.kind,
        "name": it.name,
        "summary": it.summary,
        "description": it.description,
        "originator": it.originator.slug,
        "is_based_on": it.is_based_on.slug if it.is_based_on else None,
        "status": it.status,
        "successor": it.successor.slug if it.successor else None,
        "topic": it.topic,
        "keywords": it.keywords,
        "leika": it.leika,
        "ozg_id": it.ozg_id,
        "licence": it.licence,
        "rights": it.rights,
        "trust_level": it.trust_level,
        "accounts": it.accounts,
        "reuse_models": it.reuse_models,
        "cost": it.cost,
        "platforms": it.platforms,
        "repository_url": it.repository_url,
        "demo_url": it.demo_url,
        "contacts": [contact for contact in it.contacts if contact["public"]],
        "bootcamp": it.bootcamp,
        "awards": it.awards,
        "latest_release": _latest(it.latest_version, it.latest_published_at),
        "adoption_counts": it.adoption_counts,
        "demo": it.demo,
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.updated_at),
        "only_trusted_publishing": it.only_trusted_publishing,
    }


def publisher(it: TrustedPublisher) -> dict[str, Any]:
    """Tell a trusted publisher to those who look after the service; its `service` must be loaded."""
    return {
        "id": str(it.id),
        "service": it.service.slug,
        "issuer": it.issuer,
        "project": it.project,
        "ref": it.ref or None,
        "protected": it.protected,
        "environment": it.environment or None,
        "public_key": it.public_key,
        "ids": it.ids,
        "created_at": stamp(it.created_at),
        "last_used_at": stamp(it.last_used_at) if it.last_used_at else None,
    }


def with_latest(
    body: bytes, *, version: str | None, published_at: datetime | None, updated_at: datetime
) -> dict[str, Any]:
    """Tell a service as it was told before, but for its latest release."""
    told: dict[str, Any] = json.loads(body)
    return told | {"latest_release": _latest(version, published_at), "updated_at": stamp(updated_at)}


def _latest(version: str | None, published_at: datetime | None) -> dict[str, str] | None:
    if version is None or published_at is None:
        return None
    return {"version": version, "published_at": stamp(published_at)}
