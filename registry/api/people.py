"""The people of organisations: members, invitations, and the proof that an organisation is who it says."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from registry.accounts import representation
from registry.accounts import service as accounts
from registry.accounts.errors import NameServerError
from registry.accounts.models import Organisation
from registry.accounts.schemas import (
    InvitationSchema,
    MemberChangeSchema,
    MemberSchema,
    NewInvitationSchema,
    ProofSchema,
)
from registry.api import conditional, lists
from registry.api.door import Blueprint, actor, may, resources, session
from registry.api.lists import ListQuerySchema, list_of
from registry.authz.policy import Permission
from registry.kit import dns
from registry.kit.rendering import render

blueprint = Blueprint("people", __name__, url_prefix="/api/v1", description="The people of organisations.")


def _organisation_of(session: Any, actor: Any, slug: str, identifier: UUID) -> Organisation:
    del identifier
    return accounts.find(session, actor, slug)


def _present_member(_organisation: Organisation, slug: str, identifier: UUID) -> str:
    return render(representation.member(accounts.member(session(), actor(), slug, identifier))).etag


def _present_invitation(_organisation: Organisation, slug: str, identifier: UUID) -> str:
    return render(representation.invitation(accounts.invitation(session(), actor(), slug, identifier))).etag


@blueprint.route("/organisations/<slug:slug>/members")
class Members(MethodView):
    """The people of an organisation."""

    @may(Permission.MEMBERS_READ, accounts.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(MemberSchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List an organisation's members."""
        after = lists.place_of(query.get("cursor"))
        page = accounts.members(session(), actor(), slug, after=after, limit=query["limit"])
        return lists.answer_dicts(page.map(representation.member))


@blueprint.route("/organisations/<slug:slug>/members/<uuid:identifier>")
class Member(MethodView):
    """One member of an organisation."""

    @may(Permission.MEMBERS_READ, _organisation_of)
    @blueprint.response(200, MemberSchema)
    def get(self, slug: str, identifier: UUID) -> Response:
        """Read a member."""
        return conditional.answer(render(representation.member(accounts.member(session(), actor(), slug, identifier))))

    @may(Permission.MEMBERS_CHANGE, _organisation_of, changes=_present_member)
    @blueprint.arguments(MemberChangeSchema)
    @blueprint.response(200, MemberSchema)
    def patch(self, said: dict[str, Any], slug: str, identifier: UUID) -> Response:
        """Give a member another role; an organisation keeps an owner."""
        changed = accounts.change_role(session(), actor(), slug, identifier, role=said["role"])
        return conditional.answer(render(representation.member(changed)))

    @may(Permission.MEMBERS_CHANGE, _organisation_of, changes=_present_member, body=False)
    @blueprint.response(204)
    def delete(self, slug: str, identifier: UUID) -> Response:
        """Remove a member: every right ends at once, and so do the machine clients that the person set up."""
        accounts.remove_member(session(), actor(), slug, identifier)
        return Response(status=204)


@blueprint.route("/organisations/<slug:slug>/invitations")
class Invitations(MethodView):
    """The invitations of an organisation that are open."""

    @may(Permission.MEMBERS_READ, accounts.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(InvitationSchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List open invitations."""
        after = lists.place_of(query.get("cursor"))
        page = accounts.invitations(session(), actor(), slug, after=after, limit=query["limit"])
        return lists.answer_dicts(page.map(representation.invitation))

    @may(Permission.MEMBERS_CHANGE, accounts.find)
    @blueprint.arguments(NewInvitationSchema)
    @blueprint.response(201, InvitationSchema)
    def post(self, said: dict[str, Any], slug: str) -> Response:
        """Invite somebody by mail; the invitation holds for 7 days."""
        base = resources().settings.base_url
        made = accounts.invite(session(), actor(), slug, **said, base_url=base)
        answer = conditional.answer(render(representation.invitation(made)), 201)
        answer.headers["Location"] = f"/api/v1/organisations/{slug}/invitations/{made.id}"
        return answer


@blueprint.route("/organisations/<slug:slug>/invitations/<uuid:identifier>")
class Invitation(MethodView):
    """One open invitation."""

    @may(Permission.MEMBERS_READ, _organisation_of)
    @blueprint.response(200, InvitationSchema)
    def get(self, slug: str, identifier: UUID) -> Response:
        """Read an invitation."""
        found = accounts.invitation(session(), actor(), slug, identifier)
        return conditional.answer(render(representation.invitation(found)))

    @may(Permission.MEMBERS_CHANGE, _organisation_of, changes=_present_invitation, body=False)
    @blueprint.response(204)
    def delete(self, slug: str, identifier: UUID) -> Response:
        """Withdraw an invitation."""
        accounts.withdraw_invitation(session(), actor(), slug, identifier)
        return Response(status=204)


def _proof(organisation: Organisation, challenge: accounts.Challenge) -> Response:
    told = {
        "verified": organisation.verified,
        "record_name": challenge.name,
        "record_type": "TXT",
        "record_value": challenge.value,
    }
    return conditional.answer(render(told))


@blueprint.route("/organisations/<slug:slug>/proof")
class ProofOfAuthority(MethodView):
    """The proof that an organisation is who it says."""

    @may(Permission.ORGANISATION_CHANGE, accounts.find)
    @blueprint.response(200, ProofSchema)
    def get(self, slug: str) -> Response:
        """Tell which TXT record shows that the domain of the website is the organisation's own."""
        key = resources().settings.secret_key
        return _proof(*accounts.challenge(session(), actor(), slug, key=key))

    @may(Permission.ORGANISATION_CHANGE, accounts.find, late=True)
    @blueprint.response(200, ProofSchema)
    def post(self, slug: str) -> Response:
        """Look the TXT record up; `verified` is `dns` from then on."""
        settings, asking = resources().settings, actor()
        with resources().database.reading() as reading:
            _, wanted = accounts.challenge(reading, asking, slug, key=settings.secret_key)
        try:
            found = dns.txt(wanted.name, settings.dns_servers)
        except dns.LookupFailedError:
            raise NameServerError from None
        with resources().database.transaction() as writing:
            proved = accounts.prove(writing, asking, slug, key=settings.secret_key, found=found)
            return _proof(proved, wanted)
