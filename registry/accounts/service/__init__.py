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
from registry.accounts.service.mandates import Principal, give_mandate, mandate, mandates, principal, withdraw_mandate
from registry.accounts.service.members import add_member, members
from registry.accounts.service.organisations import browse, change, demands_approval, find, onboard, rendering
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
    "Introspection",
    "Principal",
    "add_member",
    "authenticate",
    "browse",
    "change",
    "change_client",
    "client",
    "client_by_credentials",
    "clients",
    "create_client",
    "demands_approval",
    "end_client",
    "find",
    "forget_ended",
    "give_mandate",
    "introspect",
    "issue",
    "issue_from_shell",
    "mandate",
    "mandates",
    "members",
    "note_use",
    "onboard",
    "principal",
    "rendering",
    "revoke",
    "revoke_leaked",
    "rotate",
    "warn_of_expiry",
    "withdraw_mandate",
]
