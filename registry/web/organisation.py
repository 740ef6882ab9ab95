"""An organisation, as its people see it: what it does and owes, and what it says of itself."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response, request

from registry.accounts import service as accounts
from registry.accounts.errors import NameServerError, NoDomainError
from registry.accounts.models import Organisation
from registry.accounts.schemas import OrganisationChangeSchema
from registry.accounts.service import Challenge, Quota
from registry.adoption import service as adoption
from registry.adoption.service import Wanted as WantedAdoptions
from registry.authz.policy import Permission, can, require
from registry.catalogue import service as catalogue
from registry.catalogue.service import Wanted
from registry.kit import clock, dns
from registry.releases import service as releases
from registry.sign_in.errors import NotAMemberError
from registry.sign_in.service import Visitor
from registry.web import forms
from registry.web.door import blueprint, page, resources, session, signed_in, visitor

#: So far ahead one is told that something ends.
AHEAD = timedelta(days=30)
_SHOWN = 5
_PROFILE = ("name", "website", "email", "location")
_CHANGE = OrganisationChangeSchema(only=(*_PROFILE, "four_eyes"))


def acting() -> tuple[Visitor, str]:
    """Return who is signed in, and the slug of the organisation that she acts for."""
    here = signed_in()
    if here.actor.organisation is None:
        raise NotAMemberError("-")
    return here, here.actor.organisation


def ask(what: str, name: str | None, home: str) -> Response:
    """Say what it means to do something that cannot be taken back, and ask whether it is meant."""
    return page("accounts/sure.html", area="work", what=what, name=name, home=home, action=request.path)


@blueprint.get("/organisation")
def organisation() -> Response:
    """Show an organisation to its people: what there is to do, and what there is."""
    here, slug = acting()
    found = catalogue.browse(session(), here.actor, Wanted(originator=slug), limit=_SHOWN)
    mine = WantedAdoptions(organisation=slug)
    soon = clock.now() + AHEAD
    return page(
        "accounts/organisation.html",
        area="work",
        services=[json.loads(body) for body in found.page.items],
        services_total=found.page.total,
        adoptions=adoption.overview(session(), here.actor, mine, limit=_SHOWN),
        overdue=adoption.overview(session(), here.actor, mine, overdue=True, limit=_SHOWN),
        ending=adoption.overview(session(), here.actor, mine, ending=soon, limit=_SHOWN),
        awaiting=releases.awaiting(session(), here.actor),
        owned=_owned(here, slug),
    )


def _owned(here: Visitor, slug: str) -> dict[str, Any] | None:
    """Return what only owners see, and only by the second factor; None for all others."""
    own = accounts.find(session(), here.actor, slug)
    if not can(here.actor, Permission.MEMBERS_READ, own):
        return None
    used = accounts.used(session(), here.actor, own) | releases.used(session(), here.actor, own)
    bounds = accounts.limits(session(), own.id)
    return {
        "verified": own.verified,
        "invitations": accounts.invitations(session(), here.actor, slug, limit=1).total,
        "expiring": accounts.expiring(session(), here.actor, slug, within=AHEAD),
        "quotas": [(quota, used[quota], bounds[quota]) for quota in Quota if quota in used],
    }


@blueprint.get("/organisation/profile")
def profile() -> Response:
    """Show what the organisation says of itself."""
    return _profile(_typed(_own()))


def _own() -> Organisation:
    here, slug = acting()
    found = accounts.find(session(), here.actor, slug)
    require(here.actor, Permission.ORGANISATION_CHANGE, found)
    return found


def _typed(it: Organisation) -> dict[str, str]:
    return {
        "name": it.name,
        "website": it.website or "",
        "email": it.email or "",
        "location.lat": "" if it.lat is None else str(it.lat),
        "location.lon": "" if it.lon is None else str(it.lon),
        "four_eyes": "yes" if it.four_eyes else "",
    }


def _profile(typed: Mapping[str, str], status: int = 200, *, faults: forms.Faults | None = None) -> Response:
    here, slug = acting()
    return page(
        "accounts/profile.html",
        status,
        area="work",
        told=json.loads(accounts.rendering(session(), here.actor, slug).body),
        seen=accounts.rendering(session(), here.actor, slug).etag,
        typed=typed,
        faults=faults or {},
        now=_typed(accounts.find(session(), here.actor, slug)),
        challenge=_challenge(here, slug),
    )


def _challenge(here: Visitor, slug: str) -> Challenge | None:
    try:
        return accounts.challenge(session(), here.actor, slug, key=resources().settings.secret_key)[1]
    except NoDomainError:
        return None


@blueprint.post("/organisation/profile")
def change_profile() -> Response:
    """Change what the organisation says of itself."""
    here, slug = acting()
    require(here.actor, Permission.ORGANISATION_CHANGE, accounts.find(session(), here.actor, slug))

    def act() -> str:
        said = forms.said(_PROFILE, blank=True) | {"four_eyes": "four_eyes" in request.form}
        changes = _CHANGE.load(said)
        if accounts.find(session(), here.actor, slug, lock=True).etag != request.form.get("seen"):
            raise forms.StaleError
        changed = accounts.change(session(), here.actor, slug, changes)
        catalogue.originator_changed(session(), changed)
        return "/organisation/profile?done=saved"

    return forms.sent(act, lambda faults: _profile(request.form.to_dict(), 422, faults=faults))


@blueprint.post("/organisation/profile/proof")
def prove() -> Response:
    """Look whether the TXT record is there that shows the domain to be the organisation's own."""
    settings = resources().settings
    with resources().database.reading():
        here, slug = acting()
        _, wanted = accounts.challenge(session(), here.actor, slug, key=settings.secret_key)
    try:
        found = dns.txt(wanted.name, settings.dns_servers)  # no transaction waits for name servers
    except dns.LookupFailedError:
        raise NameServerError from None
    with resources().database.transaction():
        visitor()
        return forms.sent(
            lambda: _proved(here, slug, found),
            lambda faults: _profile(_typed(_own()), 422, faults={"proof": " ".join(faults.values())}),
        )


def _proved(here: Visitor, slug: str, found: list[str]) -> str:
    accounts.prove(session(), here.actor, slug, key=resources().settings.secret_key, found=found)
    return "/organisation/profile?done=proved"
