"""An organisation's people: invited, given a role, removed, and leaving by themselves."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for

from registry.accounts import service as accounts
from registry.authz.actor import Actor, Role
from registry.authz.errors import SecondFactorMissingError
from registry.authz.policy import Permission, can
from registry.kit.errors import Text
from registry.sign_in.errors import NotAMemberError
from registry.sign_in.service import Visitor
from registry.web.door import blueprint, come_in_as, first, page, resources, session, signed_in, spend
from registry.web.refusals import RoleUnknownError
from registry.web.sign_in import HOUR, NO_ADDRESS, SECRET_LIMIT, address

_MOST = 200


def _here() -> tuple[Visitor, str]:
    """Return who is signed in, and the slug of the organisation that she acts for."""
    here = signed_in()
    if here.actor.organisation is None:
        raise NotAMemberError("-")
    return here, here.actor.organisation


def _role() -> Role:
    said = request.form.get("role", "")
    if said not in set(Role):
        raise RoleUnknownError
    return Role(said)


@blueprint.get("/organisation")
def organisation() -> Response:
    """Show an organisation to its people."""
    here, slug = _here()
    return _page(here, slug)


def _page(here: Visitor, slug: str, status: int = 200, *, fault: Text | None = None, email: str = "") -> Response:
    members = invitations = None
    if can(here.actor, Permission.MEMBERS_READ, accounts.find(session(), here.actor, slug)) and here.actor.strong:
        members = accounts.members(session(), here.actor, slug, limit=_MOST).items
        invitations = accounts.invitations(session(), here.actor, slug, limit=_MOST).items
    return page(
        "accounts/organisation.html",
        status,
        members=members,
        invitations=invitations,
        fault=fault,
        email=email,
        chosen=request.form.get("role", Role.VIEWER),
    )


def _managing(act: Callable[[Actor, str], object]) -> Any:
    """Do what an owner wants, and show the organisation; lead to the passkey who has not shown it lately."""
    here, slug = _here()
    try:
        act(here.actor, slug)
    except SecondFactorMissingError:
        return redirect(url_for("web.confirm_page", next=url_for("web.organisation")), 303)
    return redirect(url_for("web.organisation"), 303)


@blueprint.post("/organisation/invitations")
@first(lambda: spend("invitation", 60, HOUR))
def invite() -> Any:
    """Invite somebody by mail."""
    here, slug = _here()
    said = address()
    if said is None:
        return _page(here, slug, 422, fault=NO_ADDRESS, email=request.form.get("email", "")[:254])
    base = resources().settings.base_url
    return _managing(
        lambda actor, slug: accounts.invite(session(), actor, slug, email=said, role=_role(), base_url=base)
    )


@blueprint.post("/organisation/invitations/<uuid:identifier>/withdraw")
def withdraw_invitation(identifier: UUID) -> Any:
    """Withdraw an invitation."""
    return _managing(lambda actor, slug: accounts.withdraw_invitation(session(), actor, slug, identifier))


@blueprint.post("/organisation/members/<uuid:identifier>/role")
def change_role(identifier: UUID) -> Any:
    """Give a member another role."""
    return _managing(lambda actor, slug: accounts.change_role(session(), actor, slug, identifier, role=_role()))


@blueprint.post("/organisation/members/<uuid:identifier>/remove")
def remove_member(identifier: UUID) -> Any:
    """Remove a member."""
    return _managing(lambda actor, slug: accounts.remove_member(session(), actor, slug, identifier))


@blueprint.post("/organisation/leave")
def leave() -> Any:
    """Leave an organisation."""
    here, slug = _here()
    accounts.leave(session(), here.actor, slug, here.person_id)
    return redirect(url_for("web.account"), 303)


@blueprint.get("/invitation")
def invitation_page() -> Response:
    """Show an invitation, and ask for a click: mail scanners open links, but press no buttons."""
    secret = request.args.get("secret", "")[:SECRET_LIMIT]
    return page("accounts/invitation.html", invitation=accounts.opened_invitation(session(), secret), secret=secret)


@blueprint.post("/invitation")
def accept_invitation() -> Response:
    """Accept an invitation, and sign its reader in."""
    person = accounts.accept_invitation(session(), request.form.get("secret", "")[:SECRET_LIMIT])
    return come_in_as(person, strong=False)
