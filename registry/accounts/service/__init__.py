"""What can be done with organisations and those who act for them."""

from registry.accounts.service.clients import create_client, issue_from_shell
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
    "client_by_credentials",
    "create_client",
    "demands_approval",
    "find",
    "forget_ended",
    "give_mandate",
    "introspect",
    "issue",
    "issue_from_shell",
    "mandate",
    "mandates",
    "members",
    "onboard",
    "principal",
    "rendering",
    "revoke",
    "withdraw_mandate",
]
