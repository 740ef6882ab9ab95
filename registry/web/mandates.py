"""Whom others trust: IT providers that act for the organisation, and the keys by which it signs."""

import json

from flask import Response, request

from registry.accounts import service as accounts
from registry.accounts.models import OrganisationKind
from registry.accounts.schemas import NewSigningKeySchema
from registry.authz.policy import Permission, can, require
from registry.kit.schemas import Schema, Slug
from registry.web import forms
from registry.web.door import blueprint, page, session
from registry.web.organisation import acting, ask

_MANDATES = "/organisation/mandates"
_KEYS = "/organisation/keys"
_MOST = 200


class _MandateSchema(Schema):
    provider = Slug(required=True)


@blueprint.get("/organisation/mandates")
def mandates() -> Response:
    """Show who acts for us, and for whom we act."""
    return _mandates({})


def _mandates(faults: forms.Faults, status: int = 200) -> Response:
    here, slug = acting()
    known = accounts.mandates(session(), here.actor, slug, limit=_MOST)
    given = [one for one in known.items if one.principal.slug == slug]
    holders = {one.provider.slug for one in given} | {slug}
    providers = accounts.browse(session(), here.actor, kind=OrganisationKind.PROVIDER, limit=_MOST)
    return page(
        "accounts/mandates.html",
        status,
        area="work",
        given=given,
        givers=accounts.givers(session(), here.actor, given),
        held=[one for one in known.items if one.provider.slug == slug],
        providers=[(it["slug"], it["name"]) for it in map(json.loads, providers.items) if it["slug"] not in holders],
        faults=faults,
        typed=request.form,
    )


@blueprint.post("/organisation/mandates")
def give_mandate() -> Response:
    """Let a provider adopt and report for us."""
    here, slug = acting()

    def act() -> str:
        provider = _MandateSchema().load(forms.said(("provider",)))["provider"]
        accounts.give_mandate(session(), here.actor, provider, slug)
        return f"{_MANDATES}?done=given"

    return forms.sent(act, lambda faults: _mandates(faults, 422))


@blueprint.get("/organisation/mandates/<slug:slug>/withdraw")
def ask_to_withdraw_mandate(slug: str) -> Response:
    """Say what it means to withdraw a mandate, and ask whether it is meant."""
    here, own = acting()
    accounts.mandates(session(), here.actor, own, limit=1)
    name = accounts.find(session(), here.actor, slug).name
    return ask("mandate", name, _MANDATES)


@blueprint.post("/organisation/mandates/<slug:slug>/withdraw")
def withdraw_mandate(slug: str) -> Response:
    """Take the word back that a provider may act for us."""
    here, own = acting()
    accounts.withdraw_mandate(session(), here.actor, slug, own)
    return forms.lead_on(f"{_MANDATES}?done=withdrawn")


@blueprint.get("/organisation/keys")
def keys() -> Response:
    """Show the keys by which the organisation signs, or signed."""
    return _keys({})


def _keys(faults: forms.Faults, status: int = 200) -> Response:
    here, slug = acting()
    own = accounts.find(session(), here.actor, slug)
    return page(
        "accounts/keys.html",
        status,
        area="work",
        keys=accounts.signing_keys(session(), here.actor, slug, limit=_MOST).items,
        may_add=can(here.actor, Permission.SIGNING_KEY_ADD, own),
        faults=faults,
        typed=request.form,
    )


@blueprint.post("/organisation/keys")
def add_key() -> Response:
    """Register a key."""
    here, slug = acting()
    require(here.actor, Permission.SIGNING_KEY_ADD, accounts.find(session(), here.actor, slug))

    def act() -> str:
        said = NewSigningKeySchema().load(forms.said(("name", "public_key")))
        accounts.add_signing_key(session(), here.actor, slug, **said)
        return f"{_KEYS}?done=added"

    return forms.sent(act, lambda faults: _keys(faults, 422))


@blueprint.get("/organisation/keys/<keyid>/withdraw")
def ask_to_withdraw_key(keyid: str) -> Response:
    """Say what it means to withdraw a key, and ask whether it is meant."""
    here, slug = acting()
    name = accounts.signing_key(session(), here.actor, slug, keyid[:64]).name
    return ask("key", name, _KEYS)


@blueprint.post("/organisation/keys/<keyid>/withdraw")
def withdraw_key(keyid: str) -> Response:
    """Let nothing more be signed by a key."""
    here, slug = acting()
    accounts.withdraw_signing_key(session(), here.actor, slug, keyid[:64])
    return forms.lead_on(f"{_KEYS}?done=withdrawn")
