"""An organisation's people: invited, given a role, removed, and leaving by themselves."""

from typing import cast
from uuid import UUID

from flask import Response, redirect, request, url_for

from registry.accounts import service as accounts
from registry.accounts.schemas import MemberChangeSchema, NewInvitationSchema
from registry.web import forms
from registry.web.door import blueprint, come_in_as, first, page, resources, session, spend, visitor
from registry.web.organisation import acting, ask
from registry.web.sign_in import HOUR, SECRET_LIMIT

_MOST = 200
_HOME = "/organisation/members"


@blueprint.get("/organisation/members")
def members() -> Response:
    """Show who acts for the organisation, and who is invited to."""
    return _page({})


def _page(faults: forms.Faults, status: int = 200) -> Response:
    here, slug = acting()
    return page(
        "accounts/members.html",
        status,
        area="work",
        members=accounts.members(session(), here.actor, slug, limit=_MOST),
        invitations=accounts.invitations(session(), here.actor, slug, limit=_MOST),
        faults=faults,
        typed=request.form,
    )


def _refused(faults: forms.Faults) -> Response:
    return _page(faults, 422)


@blueprint.post("/organisation/invitations")
@first(lambda: spend("invitation", 60, HOUR))
def invite() -> Response:
    """Invite somebody by mail."""
    here, slug = acting()

    def act() -> str:
        accounts.find(session(), here.actor, slug)
        said = NewInvitationSchema().load(forms.said(("email", "role")))
        accounts.invite(session(), here.actor, slug, **said, base_url=resources().settings.base_url)
        return f"{_HOME}?done=invited"

    return forms.sent(act, _refused)


@blueprint.post("/organisation/invitations/<uuid:identifier>/withdraw")
def withdraw_invitation(identifier: UUID) -> Response:
    """Withdraw an invitation."""
    here, slug = acting()
    accounts.withdraw_invitation(session(), here.actor, slug, identifier)
    return forms.lead_on(f"{_HOME}?done=withdrawn")


@blueprint.post("/organisation/members/<uuid:identifier>/role")
def change_role(identifier: UUID) -> Response:
    """Give a member another role."""
    here, slug = acting()

    def act() -> str:
        said = MemberChangeSchema().load(forms.said(("role",)))
        accounts.change_role(session(), here.actor, slug, identifier, role=said["role"])
        return f"{_HOME}?done=changed"

    return forms.sent(act, _refused)


@blueprint.get("/organisation/members/<uuid:identifier>/remove")
def ask_to_remove(identifier: UUID) -> Response:
    """Say what it means to remove a member, and ask whether it is meant."""
    here, slug = acting()
    member = accounts.member(session(), here.actor, slug, identifier)
    return ask("member", member.person.email, _HOME)


@blueprint.post("/organisation/members/<uuid:identifier>/remove")
def remove_member(identifier: UUID) -> Response:
    """Remove a member."""
    here, slug = acting()
    accounts.remove_member(session(), here.actor, slug, identifier)
    return forms.lead_on(f"{_HOME}?done=removed")


@blueprint.get("/organisation/leave")
def ask_to_leave() -> Response:
    """Say what it means to leave, and ask whether it is meant."""
    here, _ = acting()
    return ask("leave", here.organisation_name, "/account")


@blueprint.post("/organisation/leave")
def leave() -> Response:
    """Leave an organisation."""
    here, slug = acting()
    accounts.leave(session(), here.actor, slug, here.person_id)
    return forms.lead_on("/account?done=left")


@blueprint.get("/invitation")
def invitation_page() -> Response:
    """Show an invitation, and ask for a click: mail scanners open links, but press no buttons."""
    secret = request.args.get("secret", "")[:SECRET_LIMIT]
    return page("accounts/invitation.html", invitation=accounts.opened_invitation(session(), secret), secret=secret)


@blueprint.post("/invitation")
def accept_invitation() -> Response:
    """Accept an invitation; its reader is signed in where she is new, and else signs in as always."""
    joined, here = accounts.accept_invitation(session(), request.form.get("secret", "")[:SECRET_LIMIT]), visitor()
    if joined.is_new:
        return come_in_as(joined.person, strong=False)
    if here is not None and here.person_id == joined.person.id:
        return cast("Response", redirect(url_for("web.account"), 303))
    return cast("Response", redirect(url_for("web.sign_in_page", done="joined"), 303))
