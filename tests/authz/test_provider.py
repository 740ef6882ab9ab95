"""A person for whom a provider vouches does nothing that outlives its word."""

from dataclasses import replace
from uuid import uuid4

import pytest

from registry.authz.actor import Actor, ActorKind
from registry.authz.policy import Permission, can

PERSON = uuid4()
HERSELF = Actor(ActorKind.PERSON, str(PERSON))


@pytest.mark.parametrize(
    ("permission", "vouched"),
    [(Permission.ACCOUNT_MANAGE, True), (Permission.ACCOUNT_SECURE, False), (Permission.PERSON_ERASE, False)],
)
def test_who_came_by_a_provider_neither_secures_nor_erases_her_account(permission, vouched):
    assert can(HERSELF, permission, PERSON)
    assert can(replace(HERSELF, provider="stadt"), permission, PERSON) is vouched
    assert not can(HERSELF, permission, uuid4())
