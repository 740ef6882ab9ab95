"""Write down what happened, tell it in order, show it to whom it concerns, and vouch for it."""

from registry.journal.service.auditing import Filters, audit, export, newest, written
from registry.journal.service.chaining import CHAIN_LOCK, Head, Verdict, Verification, chain, head, verify
from registry.journal.service.erasing import forget_person, of_person
from registry.journal.service.recording import changes, horizon, record

__all__ = [
    "CHAIN_LOCK",
    "Filters",
    "Head",
    "Verdict",
    "Verification",
    "audit",
    "chain",
    "changes",
    "export",
    "forget_person",
    "head",
    "horizon",
    "newest",
    "of_person",
    "record",
    "verify",
    "written",
]
