"""What can be done to come in, to stay, and to leave."""

from registry.sign_in.service.links import (
    ask_for_link,
    become_first_operator,
    first_operator_link,
    open_link,
)
from registry.sign_in.service.passkeys import (
    Party,
    ask_to_register,
    ask_to_sign_in,
    confirm,
    passkeys,
    register,
    remove_passkey,
    sign_in_with_passkey,
)
from registry.sign_in.service.providers import NO_MEMBER, admit, leave_for_provider, return_from_provider
from registry.sign_in.service.sessions import (
    Visitor,
    act_for,
    begin,
    end,
    end_others,
    farewell,
    forget_old,
    memberships,
    note_use,
    renew,
    resume,
    sessions,
)

__all__ = [
    "NO_MEMBER",
    "Party",
    "Visitor",
    "act_for",
    "admit",
    "ask_for_link",
    "ask_to_register",
    "ask_to_sign_in",
    "become_first_operator",
    "begin",
    "confirm",
    "end",
    "end_others",
    "farewell",
    "first_operator_link",
    "forget_old",
    "leave_for_provider",
    "memberships",
    "note_use",
    "open_link",
    "passkeys",
    "register",
    "remove_passkey",
    "renew",
    "resume",
    "return_from_provider",
    "sessions",
    "sign_in_with_passkey",
]
