"""What an operator says of identity providers is understood, or named as wrong."""

import pytest

from registry.authz.actor import Role
from registry.sign_in.providers import ProviderSettingError, read

NEEDED = {
    "ISSUER": "https://login.example",
    "CLIENT_ID": "efa",
    "CLIENT_SECRET": "secret",
    "ORGANISATIONS": "kiel, mainz",
}


def said(**more):
    return {f"REGISTRY_OIDC_STADT_{name}": value for name, value in {**NEEDED, **more}.items()}


def test_several_providers_are_read_each_by_its_name():
    others = {name.replace("STADT", "LAND2"): value for name, value in said(LABEL="Land").items()}
    found = {provider.name: provider for provider in read(said() | others | {"REGISTRY_OIDC_X_ISSUER": ""})}
    assert {name: provider.label for name, provider in found.items()} == {"stadt": "Stadt", "land2": "Land"}
    assert found["stadt"].organisations == {"kiel", "mainz"}
    assert "secret" not in repr(found).replace("client_secret", "")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"ISSUER": ""}, "ISSUER"),
        ({"CLIENT_SECRET": ""}, "CLIENT_SECRET"),
        ({"ORGANISATIONS": ""}, "ORGANISATIONS"),
        ({"ISSUER": "http://login.example"}, "ISSUER"),
        ({"ORGANISATIONS": "*"}, "ORGANISATION_CLAIM"),
        ({"ROLES": "efa=owner"}, "ROLES_CLAIM"),
        ({"ROLES_CLAIM": "groups"}, "ROLES"),
        ({"ROLES_CLAIM": "groups", "ROLES": "efa=boss"}, "boss"),
        ({"ROLES_CLAIM": "groups", "ROLES": "owner"}, "ROLES"),
        ({"REQUIRE": "hd"}, "REQUIRE"),
        ({"REQUIRE": "hd="}, "REQUIRE"),
        ({"COLOUR": "red"}, "COLOUR"),
        ({"HOSTS": "keys.example"}, "HOSTS"),
        ({"HOSTS": "https://keys.example http://keys.example"}, "HOSTS"),
        ({"HOSTS": "https://keys.example/jwks"}, "HOSTS"),
    ],
)
def test_what_is_missing_or_wrong_is_named(wrong, named):
    with pytest.raises(ProviderSettingError, match=named):
        read(said(**wrong))


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({}, None),
        ({"groups": None}, None),
        ({"groups": "efa"}, Role.VIEWER),
        ({"groups": ["efa", "chief", "x"]}, Role.OWNER),
        ({"groups": {"efa": True}}, None),
        ({"groups": [["chief"], 1, None]}, None),
    ],
)
def test_the_strongest_role_of_all_groups_counts(claims, role):
    [provider] = read(said(ROLES_CLAIM="groups", ROLES="efa=viewer, chief=owner"))
    assert provider.role(claims) is role


@pytest.mark.parametrize(
    ("claims", "address"),
    [
        ({"email": "Anna@City.example", "email_verified": True}, "anna@city.example"),
        ({"email": "anna@city.example", "email_verified": "true"}, "anna@city.example"),
        ({"email": "anna@city.example", "email_verified": "false"}, None),
        ({"email": "anna@city.example", "email_verified": 2}, None),
        ({"email": "anna@city.example", "xms_edov": True}, None),
        ({"email": ["anna@city.example"], "email_verified": True}, None),
    ],
)
def test_an_address_is_believed_where_it_was_verified(claims, address):
    [provider] = read(said())
    assert provider.email(claims) == address


def test_another_claim_may_say_that_the_address_is_verified():
    [provider] = read(said(EMAIL_VERIFIED_CLAIM="xms_edov"))
    assert provider.email({"email": "anna@city.example", "xms_edov": "1"}) == "anna@city.example"
    assert provider.email({"email": "anna@city.example", "email_verified": True}) is None
