"""Organisations, their members, clients and mandates through the API."""

import pytest
from sqlalchemy import delete, select

from registry.accounts import service as accounts
from registry.accounts.models import Client, Mandate, Organisation
from registry.authz.actor import Role
from registry.journal.models import Entry
from tests.api.asking import ANYHOW, ON_SQLITE, OWNER, PUBLISHER, good, pointers, refused
from tests.cast import OPERATOR, SERVICE

ORGANISATIONS = "/organisations"
MG = "/organisations/moenchengladbach"

WHOLE = {
    "slug": "trier",
    "name": "Trier",
    "kind": "municipality",
    "ars": "072110000000",
    "ags": "07211000",
    "state": "DE-RP",
    "population": 110_674,
    "location": {"lat": 49.7596, "lon": 6.6441},
    "website": "https://trier.example/",
    "email": "stadt@trier.example",
    "parent": "betrieb",
}


def slugs(answer):
    return [item["slug"] for item in good(answer)["items"]]


def test_everything_that_is_said_of_an_organisation_is_told_again(call, resources):
    answer = call("POST", ORGANISATIONS, WHOLE, who="operator")
    told = good(answer, 201)
    assert told == WHOLE | {
        "verified": "operator",
        "demo": False,
        "four_eyes": False,
    }
    assert answer.headers["Location"] == "/api/v1/organisations/trier"
    read = call("GET", "/organisations/trier")
    assert good(read) == told
    assert read.headers["ETag"] == answer.headers["ETag"]
    with resources.database.reading() as reading:
        kept = reading.scalars(select(Organisation).where(Organisation.slug == "trier")).one()
        assert (kept.ars, kept.lat, kept.population) == ("072110000000", 49.7596, 110_674)


def test_what_the_ars_says_need_not_be_said(call):
    said = {name: WHOLE[name] for name in ("slug", "name", "kind", "ars")}
    told = good(call("POST", ORGANISATIONS, said, who="operator"), 201)
    assert (told["ags"], told["state"]) == ("07211000", "DE-RP")


@ON_SQLITE
@pytest.mark.parametrize(
    ("said", "verified"),
    [
        ({"kind": "municipality"}, None),
        ({"kind": "municipality", "ars": None}, None),
        ({"kind": "county"}, None),
        ({"kind": "state"}, None),
        ({"kind": "county", "ars": "07211"}, "operator"),
        ({"kind": "state", "ars": "07"}, "operator"),
        ({"kind": "provider"}, "operator"),
        ({"kind": "association"}, "operator"),
    ],
)
def test_without_the_key_of_its_kind_an_organisation_is_not_verified(call, said, verified):
    told = good(
        call("POST", ORGANISATIONS, {"slug": "musterstadt", "name": "Musterstadt", **said}, who="operator"), 201
    )
    assert (told["ars"], told["verified"]) == (said.get("ars"), verified)


def test_an_organisation_is_verified_as_long_as_it_has_its_key(call):
    good(call("POST", ORGANISATIONS, {"slug": "trier", "name": "Trier", "kind": "municipality"}, who="operator"), 201)
    path = "/organisations/trier"

    def change(**said):
        return good(call("PATCH", path, said, who="operator", headers=ANYHOW))["verified"]

    assert change(population=5) is None
    assert change(ars="072110000000") == "operator"
    assert change(ars=None, ags=None) is None
    assert change(kind="provider") == "operator"
    assert good(call("GET", path))["verified"] == "operator"


@pytest.mark.parametrize(
    ("said", "verified"),
    [
        ({"name": "Stadt Köln"}, None),
        ({"name": "MÖNCHENGLADBACH"}, "operator"),
        ({"website": "https://www.mg.example/neu"}, "operator"),
        ({"website": "https://koeln.example"}, None),
        ({"website": None}, None),
        ({"email": "a@mg.example"}, "operator"),
    ],
)
def test_the_operators_word_is_for_the_name_and_domain_that_he_knew(call, said, verified):
    def change(who, **said):
        return good(call("PATCH", MG, said, who=who, headers=ANYHOW))["verified"]

    # Who had no website before gives one, and is who he was.
    assert change(OWNER, website="https://mg.example") == "operator"
    assert change(OWNER, **said) == verified
    assert change(OWNER, name="Mönchengladbach", website="https://mg.example") == verified
    assert change("operator", website="https://www.mg.example") == verified
    assert change("operator", name="Mönchengladbach") == "operator"
    entries = good(call("GET", f"{MG}/audit?type=organisation.changed", who=OWNER))["items"]
    lost = [it for it in entries if it["before"].get("verified") == "operator"]
    assert len(lost) == (verified is None)


def test_two_organisations_have_neither_slug_nor_ars_in_common(call):
    good(call("POST", ORGANISATIONS, WHOLE, who="operator"), 201)
    refused(call("POST", ORGANISATIONS, WHOLE | {"ars": None, "ags": None}, who="operator"), 409, "organisation-exists")
    refused(call("POST", ORGANISATIONS, WHOLE | {"slug": "trier-2"}, who="operator"), 409, "organisation-exists")
    change = {"ars": WHOLE["ars"], "state": "DE-RP"}
    refused(call("PATCH", MG, change, who="operator", headers=ANYHOW), 409, "organisation-exists")


def test_what_is_no_news_of_an_organisation_makes_none(call):
    told = good(call("GET", MG))
    for said in ({}, {"website": told["website"], "name": told["name"]}):
        answer = call("PATCH", MG, said, who=OWNER, headers={"If-Match": "*"})
        assert good(answer) == told
    assert good(call("GET", f"{MG}/audit?type=organisation.changed", who=OWNER))["items"] == []


def test_an_owner_changes_how_his_organisation_presents_itself(call):
    said = {
        "name": "Stadt MG",
        "website": "https://mg.example/",
        "email": "a@mg.example",
        "location": {"lat": 51, "lon": 6},
    }
    tag = call("GET", MG).headers["ETag"]
    changed = call("PATCH", MG, said, who=OWNER, headers={"If-Match": tag})
    told = good(changed)
    assert {name: told[name] for name in said} == said
    assert good(call("GET", MG)) == told
    assert call("GET", MG).headers["ETag"] == changed.headers["ETag"] != tag
    refused(call("PATCH", MG, said, who=OWNER, headers={"If-Match": tag}), 412)
    refused(call("PATCH", MG, said, who=OWNER), 428)
    assert call("GET", MG, headers={"If-None-Match": changed.headers["ETag"]}).status_code == 304
    assert good(call("PATCH", MG, {"location": None}, who=OWNER, headers=ANYHOW))["location"] is None


@ON_SQLITE
@pytest.mark.parametrize(
    "said",
    [
        {"kind": "county"},
        {"ars": None},
        {"ags": None},
        {"state": "DE-NW"},
        {"population": 5},
        {"parent": "kiel"},
        {"name": "x", "population": 5},
    ],
)
def test_who_an_organisation_is_only_the_operator_changes(call, said):
    before = good(call("GET", MG))
    refused(call("PATCH", MG, said, who=OWNER, headers=ANYHOW), 403)
    assert good(call("GET", MG)) == before


def test_the_operator_corrects_who_an_organisation_is(call):
    said = {"ars": "051160000001", "population": 268_465, "parent": "betrieb"}
    told = good(call("PATCH", MG, said, who="operator", headers=ANYHOW))
    assert told["ags"] == "05116001"
    assert told["population"] == 268_465
    assert pointers(call("PATCH", MG, {"ars": "060000000000", "state": "DE-NW"}, who="operator", headers=ANYHOW)) == [
        "#/state"
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=kiel", ["kiel"]),
        ("q=moenchen", ["moenchengladbach"]),
        ("q=M%C3%B6NCHEN", ["moenchengladbach"]),
        ("q=%25", []),
        ("q=_", []),
        ("state=DE-HE", ["wiesbaden"]),
        ("kind=provider", ["rechenzentrum", "zweckverband"]),
        ("ars=06", ["wiesbaden"]),
        ("ars=064140000000", ["wiesbaden"]),
        ("has=services", ["kiel", "moenchengladbach"]),
        ("has=adoptions", ["wiesbaden"]),
        ("has=adoptions&state=DE-RP", []),
        ("", ["betrieb", "kiel", "mainz", "moenchengladbach", "rechenzentrum", "wiesbaden", "zweckverband"]),
    ],
)
def test_organisations_are_filtered_and_ordered_by_name(either_gallery, query, found):
    assert slugs(either_gallery.call("GET", f"/api/v1/organisations?{query}")) == found


# People


def test_members_are_listed_for_the_owner_alone(call, resources):
    with resources.database.transaction() as writing:
        for name, role in (("erika", Role.OWNER), ("max", Role.PUBLISHER)):
            accounts.add_member(writing, OPERATOR, "moenchengladbach", email=f"{name}@mg.example", role=role)
    told = good(call("GET", f"{MG}/members", who=OWNER))
    assert [(it["email"], it["role"]) for it in told["items"]] == [
        ("erika@mg.example", "owner"),
        ("max@mg.example", "publisher"),
    ]
    assert told["total"] == 2
    first = good(call("GET", f"{MG}/members?limit=1", who=OWNER))
    second = good(call("GET", f"{MG}/members?limit=1&cursor={first['next']}", who=OWNER))
    assert [it["email"] for it in first["items"] + second["items"]] == ["erika@mg.example", "max@mg.example"]


# Clients


def test_a_client_is_told_its_secret_once(call, resources):
    answer = call("POST", f"{MG}/clients", {"name": "ci", "scopes": ["services:write", "services:write"]}, who=OWNER)
    told = good(answer, 201)
    assert set(told) >= {"client_id", "client_secret", "name", "scopes", "services", "expires_at"}
    assert told["client_secret"].startswith("efa_cs_")
    assert (told["name"], told["scopes"], told["expires_at"]) == ("ci", ["services:write"], None)
    assert answer.headers["Cache-Control"] == "no-store"
    with resources.database.reading() as reading:
        kept = reading.scalars(select(Client).where(Client.client_id == told["client_id"])).one()
        assert told["client_secret"] not in (kept.secret_hash, kept.name)


def test_nobody_passes_on_what_he_does_not_hold(call):
    refused(call("POST", f"{MG}/clients", {"scopes": ["registry:operate"]}, who=OWNER), 422, "scope-not-grantable")
    refused(call("POST", f"{MG}/clients", {"scopes": ["services:write"]}, who="operator"), 422, "scope-not-grantable")


# Mandates

MANDATE = "/organisations/rechenzentrum/mandates/wiesbaden"


def test_a_mandate_is_given_read_and_withdrawn(call, resources):
    refused(call("GET", MANDATE, who="wiesbaden-owner"), 404, "mandate-not-found")
    given = call("PUT", MANDATE, who="wiesbaden-owner")
    told = good(given)
    assert (told["provider"], told["organisation"]) == ("rechenzentrum", "wiesbaden")
    read = call("GET", MANDATE, who="wiesbaden-owner")
    assert good(read) == told
    assert read.headers["ETag"] == given.headers["ETag"]
    listed = good(call("GET", "/organisations/wiesbaden/mandates", who="wiesbaden-owner"))
    assert (listed["items"], listed["total"]) == ([told], 1)
    refused(call("PUT", MANDATE, who="wiesbaden-owner"), 428)
    assert good(call("PUT", MANDATE, who="wiesbaden-owner", headers=ANYHOW)) == told
    refused(call("DELETE", MANDATE, who="wiesbaden-owner"), 428)
    refused(call("DELETE", MANDATE, who="wiesbaden-owner", headers={"If-Match": '"stale"'}), 412)
    gone = call("DELETE", MANDATE, who="wiesbaden-owner", headers={"If-Match": read.headers["ETag"]})
    assert (gone.status_code, gone.get_data()) == (204, b"")
    refused(call("GET", MANDATE, who="wiesbaden-owner"), 404)
    with resources.database.reading() as reading:
        assert [it.given_at for it in reading.scalars(select(Mandate))] != [told["given_at"]]
        assert len(reading.scalars(select(Mandate)).all()) == 1


def test_a_mandate_that_is_not_there_cannot_be_withdrawn(call):
    refused(call("DELETE", MANDATE, who="wiesbaden-owner", headers=ANYHOW), 412)
    refused(call("DELETE", MANDATE, who="wiesbaden-owner"), 404, "mandate-not-found")


def test_only_a_provider_holds_mandates(call):
    refused(call("PUT", "/organisations/kiel/mandates/wiesbaden", who="wiesbaden-owner"), 422, "not-a-provider")


def test_a_provider_acts_for_who_gave_it_a_mandate_until_it_is_withdrawn(call, service):
    assert service
    path = "/services/wunschkennzeichen/adoptions/wiesbaden"
    refused(call("PUT", path, {"status": "planned"}, who="rechenzentrum-adopter"), 403, "not-yours")
    good(call("PUT", MANDATE, who="wiesbaden-owner"))
    told = good(call("PUT", path, {"status": "planned"}, who="rechenzentrum-adopter"), 201)
    assert (told["organisation"], told["declared_by"]) == ("wiesbaden", "rechenzentrum")
    assert call("DELETE", MANDATE, who="wiesbaden-owner", headers=ANYHOW).status_code == 204
    refused(call("PUT", path, {"status": "rolling_out"}, who="rechenzentrum-adopter", headers=ANYHOW), 403, "not-yours")
    assert good(call("GET", path))["status"] == "planned"


def test_the_operator_raises_what_an_organisation_may_have_and_its_owner_sees_it(call, create):
    path = f"{MG}/limits"
    usual = call("GET", path, who=OWNER)
    assert (good(usual)["services"], good(usual)["package_mb"]) == (2000, 2)
    refused(call("PATCH", path, {"services": 1}, who="operator"), 428)
    refused(call("PATCH", path, {"services": 1}, who="operator", headers={"If-Match": '"x"'}), 412)
    tag = {"If-Match": usual.headers["ETag"]}
    told = good(call("PATCH", path, {"services": 1, "package_mb": 7}, who="operator", headers=tag))
    assert told == {**good(usual), "services": 1, "package_mb": 7} == good(call("GET", path, who=OWNER))
    refused(call("PATCH", path, {"services": 2}, who="operator", headers=tag), 412)
    create("eins")
    refused(call("POST", "/services", {**SERVICE, "slug": "zwei"}, who=PUBLISHER), 409, "quota-reached")
    good(call("PATCH", path, {"services": None}, who="operator", headers=ANYHOW))
    create("zwei")
    assert good(call("GET", path, who=OWNER))["services"] == 2000


@ON_SQLITE
@pytest.mark.parametrize(
    "said", [{"services": -1}, {"services": "1"}, {"services": 1.5}, {"package_mb": 0}, {"members": 10**10}, {"x": 1}]
)
def test_what_an_organisation_may_have_is_a_number(call, said):
    answer = call("PATCH", f"{MG}/limits", said, who="operator", headers=ANYHOW)
    assert pointers(answer) == [f"#/{name}" for name in said]


def test_a_mandate_tells_who_gave_it(call, resources):
    path = "/organisations/rechenzentrum/mandates/kiel"
    given = good(call("PUT", path, who="kiel-owner"))
    assert (given["given_by"]["kind"], given["given_by"]["organisation"]) == ("client", "kiel")
    listed = good(call("GET", "/organisations/rechenzentrum/mandates", who="operator"))["items"]
    assert given in listed
    audit = good(call("GET", "/organisations/kiel/audit?type=mandate.given", who="kiel-owner"))["items"]
    assert audit[0]["actor"] == given["given_by"]
    good(call("DELETE", path, who="kiel-owner", headers=ANYHOW), 204)
    good(call("PUT", path, who="operator"))
    assert good(call("GET", path, who="kiel-owner"))["given_by"]["organisation"] == "betrieb"
    with resources.database.transaction() as session:
        session.execute(delete(Entry).where(Entry.type == "mandate.given"))
    assert good(call("GET", path, who="kiel-owner"))["given_by"] is None
