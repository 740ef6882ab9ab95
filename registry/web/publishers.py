"""The pipelines that a service trusts to publish it, looked after by its owners."""

from typing import Any
from uuid import UUID

from flask import Response, request

from registry.authz.policy import Permission, can
from registry.catalogue import service as catalogue
from registry.catalogue.schemas import NewPublisherSchema
from registry.web.door import actor, blueprint, page, resources, session, signed_in
from registry.web.forms import Faults, line, sent

_SCHEMA = NewPublisherSchema()
_FIELDS = ("issuer", "project", "ref", "environment", "public_key")
_MOST = 100


def _page(slug: str, status: int = 200, **about: Any) -> Response:
    here = signed_in()
    trusted = catalogue.publishers(session(), here.actor, slug, limit=_MOST).items
    service = catalogue.find(session(), here.actor, slug)
    return page(
        "publishing/publishers.html",
        status,
        area="work",
        slug=slug,
        name=service.name,
        only=service.only_trusted_publishing,
        trusted=trusted,
        issuers=[(issuer, issuer) for issuer in resources().issuers],
        may_add=can(here.actor, Permission.PUBLISHER_ADD, service),
        values=about.pop("values", {"ref": "refs/tags/*", "protected": "yes"}),
        **about,
    )


@blueprint.get("/services/<slug:slug>/publishers")
def publishers(slug: str) -> Response:
    """Show which pipelines may publish a service."""
    return _page(slug)


@blueprint.post("/services/<slug:slug>/publishers")
def add_publisher(slug: str) -> Response:
    """Trust one more pipeline."""
    signed_in()

    def act() -> str:
        said: dict[str, Any] = {name: value for name in _FIELDS if (value := line(request.form, name))}
        taken = _SCHEMA.load({**said, "protected": request.form.get("protected") == "yes"})
        catalogue.add_publisher(session(), actor(), slug, resources().issuers, **taken)
        return f"/services/{slug}/publishers?done=added"

    def again(faults: Faults) -> Response:
        return _page(slug, 422, faults=faults, values=request.form)

    return sent(act, again)


@blueprint.post("/services/<slug:slug>/publishers/<uuid:identifier>/remove")
def remove_publisher(slug: str, identifier: UUID) -> Response:
    """Trust a pipeline no more."""
    signed_in()

    def act() -> str:
        catalogue.remove_publisher(session(), actor(), slug, identifier)
        return f"/services/{slug}/publishers?done=removed"

    return sent(act, lambda faults: _page(slug, 409, faults=faults))


@blueprint.post("/services/<slug:slug>/publishers/only")
def trust_pipelines_only(slug: str) -> Response:
    """Let a service be published by its trusted pipelines alone, or by its people too."""
    signed_in()

    def act() -> str:
        only = request.form.get("only") == "yes"
        catalogue.change(session(), actor(), slug, {"only_trusted_publishing": only})
        return f"/services/{slug}/publishers?done={'closed' if only else 'opened'}"

    return sent(act, lambda faults: _page(slug, 409, faults=faults))
