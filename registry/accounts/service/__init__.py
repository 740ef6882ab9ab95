"""What can be done with organisations and those who act for them."""

from registry.accounts.service.care import note_use, revoke_leaked, warn_of_expiry
from registry.accounts.service.clients import (
    change_client,
    client,
    clients,
    create_client,
    end_client,
    issue_from_shell,
    rotate,
)
from registry.accounts.service.invitations import (
    accept_invitation,
    forget_old_invitations,
    invitation,
    invitations,
    invite,
    opened_invitation,
    withdraw_invitation,
)
from registry.accounts.service.mandates import Principal, give_mandate, mandate, mandates, principal, withdraw_mandate
from registry.accounts.service.members import add_member, change_role, leave, member, members, remove_member
from registry.accounts.service.organisations import browse, change, demands_approval, find, onboard, rendering
from registry.accounts.service.proofs import Challenge, challenge, prove
from registry.accounts.service.tokens import (
    Introspection,
    authenticate,
    client_by_credentials,
    forget_ended,
    introspect,
    issue,
    revoke,
)

__all__ = [
    "Challenge",
    "Introspection",
    "Principal",
    "accept_invitation",
    "add_member",
    "authenticate",
    "browse",
    "challenge",
    "change",
    "change_client",
    "change_role",
    "client",
    "client_by_credentials",
    "clients",
    "create_client",
    "demands_approval",
    "end_client",
    "find",
    "forget_ended",
    "forget_old_invitations",
    "give_mandate",
    "introspect",
    "invitation",
    "invitations",
    "invite",
    "issue",
    "issue_from_shell",
    "leave",
    "mandate",
    "mandates",
    "member",
    "members",
    "note_use",
    "onboard",
    "opened_invitation",
    "principal",
    "prove",
    "remove_member",
    "rendering",
    "revoke",
    "revoke_leaked",
    "rotate",
    "warn_of_expiry",
    "withdraw_invitation",
    "withdraw_mandate",
]
