"""Bad input: each is refused with a problem that says where it is wrong and what to do, and nothing is written."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from registry.accounts.schemas import OrganisationChangeSchema
from registry.adoption.schemas import AdoptionChangeSchema
from registry.catalogue.schemas import ServiceChangeSchema
from registry.kit.schemas import Schema
from registry.releases.schemas import ReleaseChangeSchema
from tests import packages
from tests.api.asking import ADOPTER, ANYHOW, OWNER, PUBLISHER, digest, good, refused, written
from tests.api.world import World
from tests.cast import SERVICE

pytestmark = pytest.mark.in_hundreds

SERVICES = "/api/v1/services"
RELEASES = f"{SERVICES}/offen/releases"
ADOPTION = f"{SERVICES}/offen/adoptions/wiesbaden"
DEPLOYMENTS = f"{ADOPTION}/deployments"
ORGANISATIONS = "/api/v1/organisations"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}

TOWN = {"slug": "trier", "name": "Trier", "kind": "municipality", "ars": "072110000000"}
REPORT = {"version": "1.0.0", "environment": "test", "status": "rolled_out"}


def a_service(**changed: Any) -> dict[str, Any]:
    return {**SERVICE, "slug": "neu", **changed}


def a_town(**changed: Any) -> dict[str, Any]:
    return {**TOWN, **changed}


def a_report(**changed: Any) -> dict[str, Any]:
    return {**REPORT, **changed}


def without(said: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in names}


def check(world: World, before: dict[str, Any], answer: Any, status: int, *places: str) -> None:
    """See that the answer is a problem with just these places, that its page helps, and that nothing was written."""
    told = refused(answer, status)
    assert sorted(error["pointer"] for error in told.get("errors", [])) == sorted(places)
    assert all(error["detail"] for error in told.get("errors", []))
    page = good(world.call("GET", told["type"], headers={"Accept": "application/json"}))
    assert page["remedy"]["de"]
    assert page["remedy"]["en"]
    assert written(world.resources) == before


#: Method, path, who, the body as it is sent, its headers, and the status.
UNREADABLE = {
    "not JSON by its type": ("POST", SERVICES, PUBLISHER, json.dumps(a_service()), {"Content-Type": "text/plain"}, 415),
    "a form": ("POST", SERVICES, PUBLISHER, "slug=neu", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "no type": ("POST", SERVICES, PUBLISHER, json.dumps(a_service()), {}, 415),
    "broken": ("POST", SERVICES, PUBLISHER, '{"slug": "neu"', None, 400),
    "empty": ("POST", SERVICES, PUBLISHER, "", None, 400),
    "two values": ("POST", SERVICES, PUBLISHER, "{} {}", None, 400),
    "not UTF-8": ("POST", SERVICES, PUBLISHER, b'{"slug": "\xff"}', None, 400),
    "UTF-16": ("POST", SERVICES, PUBLISHER, json.dumps(a_service()).encode("utf-16"), None, 400),
    "deep": ("POST", SERVICES, PUBLISHER, "[" * 100_000, None, 400),
    "deep and closed": ("POST", SERVICES, PUBLISHER, "[" * 100_000 + "]" * 100_000, None, 400),
    "deep objects": ("POST", SERVICES, PUBLISHER, '{"a":' * 100_000 + "1" + "}" * 100_000, None, 400),
    "a number of 10,000 digits": ("POST", SERVICES, PUBLISHER, '{"slug": ' + "9" * 10_000 + "}", None, 400),
    "NaN": ("PATCH", f"{ORGANISATIONS}/kiel", "operator", '{"population": NaN}', None, 400),
    "Infinity": ("PATCH", f"{ORGANISATIONS}/kiel", "operator", '{"population": -Infinity}', None, 400),
    "a control character as it is": ("POST", SERVICES, PUBLISHER, '{"slug": "a\nb"}', None, 400),
    "a package as JSON": ("POST", RELEASES, PUBLISHER, "{}", None, 415),
    "a package alone": ("POST", RELEASES, PUBLISHER, packages.package(), {"Content-Type": "application/zip"}, 415),
    "parts without boundary": ("POST", RELEASES, PUBLISHER, b"--b--", {"Content-Type": "multipart/form-data"}, 400),
    "parts cut off": ("POST", RELEASES, PUBLISHER, b"--b\r\nContent-Disposition: form-data", MULTIPART, 400),
    "parts that are none": ("POST", RELEASES, PUBLISHER, b"rubbish", MULTIPART, 400),
    "parts without end before the first": ("POST", RELEASES, PUBLISHER, b"x" * 1_000_000, MULTIPART, 400),
    "JSON of more than a megabyte": ("POST", SERVICES, PUBLISHER, json.dumps({"slug": "x" * 1_000_001}), None, 413),
    "a key that is empty": ("POST", SERVICES, PUBLISHER, json.dumps(a_service()), {"Idempotency-Key": ""}, 400),
    "a key that is too long": (
        "POST",
        SERVICES,
        PUBLISHER,
        json.dumps(a_service()),
        {"Idempotency-Key": "k" * 201},
        400,
    ),
}


@pytest.mark.parametrize("case", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused(either_gallery, case):
    method, path, who, body, headers, status = case
    before = written(either_gallery.resources)
    if headers is None or ("Idempotency-Key" in headers):
        headers = {"Content-Type": "application/json", **(headers or {})}
    answer = either_gallery.call(method, path, who=who, data=body, headers=ANYHOW | headers)
    check(either_gallery, before, answer, status)


#: What is sent to create a service, and the places that are wrong in it.
SERVICE_INPUTS: dict[str, tuple[Any, list[str]]] = {
    "a list": ([a_service()], ["#"]),
    "a text": ("neu", ["#"]),
    "null": (None, ["#"]),
    "nothing in it": ({}, ["#/slug", "#/name", "#/summary", "#/topic", "#/licence"]),
    "unknown field": (a_service(colour="red"), ["#/colour"]),
    "unknown fields within": (
        a_service(contacts=[{"name": "A", "role": "legal", "colour": 1}], cost={"key": "fixed", "x": 1}),
        ["#/contacts/0/colour", "#/cost/x"],
    ),
    "a field that needs escaping": (a_service(**{"a/b~c": 1}), ["#/a~1b~0c"]),
    "a field of a lone surrogate": (a_service(**{"x\ud800": 1}), ["#/x?"]),
    "what only others set": (
        a_service(originator="kiel", latest_release=None, created_at="2026-01-01T00:00:00Z"),
        ["#/originator", "#/latest_release", "#/created_at"],
    ),
    "a status of its own": (a_service(status="active"), ["#/status"]),
    "slug with capitals": (a_service(slug="Neu"), ["#/slug"]),
    "slug with two hyphens": (a_service(slug="a--b"), ["#/slug"]),
    "slug with hyphen last": (a_service(slug="a-"), ["#/slug"]),
    "slug with a line break": (a_service(slug="a\n"), ["#/slug"]),
    "slug with an umlaut": (a_service(slug="müll"), ["#/slug"]),
    "slug with a slash": (a_service(slug="a/b"), ["#/slug"]),
    "slug of 65 letters": (a_service(slug="a" * 65), ["#/slug"]),
    "empty slug": (a_service(slug=""), ["#/slug"]),
    "slug that is a number": (a_service(slug=1), ["#/slug"]),
    "slug that is null": (a_service(slug=None), ["#/slug"]),
    "name without German": (a_service(name={"en": "x"}), ["#/name/de"]),
    "name as a text": (a_service(name="Neu"), ["#/name"]),
    "name as null": (a_service(name=None), ["#/name"]),
    "name in no language": (a_service(name={"de": "x", "deutsch": "x"}), ["#/name/deutsch"]),
    "name that is empty": (a_service(name={"de": "  "}), ["#/name/de"]),
    "name that is a number": (a_service(name={"de": 1}), ["#/name/de"]),
    "name with NUL": (a_service(name={"de": "a\0b"}), ["#/name/de"]),
    "name with a line break": (a_service(name={"de": "a\nb"}), ["#/name/de"]),
    "name with an escape": (a_service(name={"de": "a\x1b[31m"}), ["#/name/de"]),
    "name with a lone surrogate": (a_service(name={"de": "a\ud800"}), ["#/name/de"]),
    "name that is too long": (a_service(name={"de": "x" * 201}), ["#/name/de"]),
    "language of a lone surrogate": (a_service(name={"de": "x", "\ud800": "x"}), ["#/name/?"]),
    "summary that is too long": (a_service(summary={"de": "x" * 501}), ["#/summary/de"]),
    "description with NUL": (a_service(description={"de": "a\0b"}), ["#/description/de"]),
    "description that is too long": (a_service(description={"de": "x" * 20_001}), ["#/description/de"]),
    "unknown topic": (a_service(topic="Raumfahrt"), ["#/topic"]),
    "topic in English": (a_service(topic="Environment"), ["#/topic"]),
    "unknown licence": (a_service(licence="Beerware-99"), ["#/licence"]),
    "licence that is no expression": (a_service(licence="EUPL-1.2 OR"), ["#/licence"]),
    "licence that is too long": (a_service(licence="MIT OR " * 40 + "MIT"), ["#/licence"]),
    "licence with many brackets": (a_service(licence="(" * 150 + "MIT"), ["#/licence"]),
    "unknown kind": (a_service(kind="app"), ["#/kind"]),
    "kind that is a list": (a_service(kind=["method"]), ["#/kind"]),
    "unknown trust level": (a_service(trust_level="ultra"), ["#/trust_level"]),
    "keywords as a text": (a_service(keywords="a"), ["#/keywords"]),
    "keyword that is too long": (a_service(keywords=["x", "y" * 65]), ["#/keywords/1"]),
    "too many keywords": (a_service(keywords=["x"] * 51), ["#/keywords"]),
    "keyword with NUL": (a_service(keywords=["\0"]), ["#/keywords/0"]),
    "LeiKa key of 13 digits": (a_service(leika=["9" * 13]), ["#/leika/0"]),
    "LeiKa key with letters": (a_service(leika=["99000000000001", "9900000000000x"]), ["#/leika/1"]),
    "LeiKa key in Arabic digits": (a_service(leika=["٩" * 14]), ["#/leika/0"]),
    "LeiKa key as a number": (a_service(leika=[99000000000001]), ["#/leika/0"]),
    "OZG ID of 4 digits": (a_service(ozg_id="1234"), ["#/ozg_id"]),
    "unknown account": (a_service(accounts=["elster"]), ["#/accounts/0"]),
    "unknown reuse model": (a_service(reuse_models=["co_use", "buy"]), ["#/reuse_models/1"]),
    "cost without key": (a_service(cost={"note": {"de": "x"}}), ["#/cost/key"]),
    "rights that are unknown": (a_service(rights={"film": {"de": "x"}}), ["#/rights/film"]),
    "address that is no URL": (a_service(repository_url="git.example.org"), ["#/repository_url"]),
    "address that is a script": (a_service(demo_url="javascript:alert(1)"), ["#/demo_url"]),
    "address with a password": (a_service(demo_url="https://u:p@x.example/"), ["#/demo_url"]),
    "address that is too long": (a_service(demo_url="https://x.example/" + "y" * 500), ["#/demo_url"]),
    "address with a broken port": (a_service(demo_url="https://x.example:99999/"), ["#/demo_url"]),
    "e-mail that is none": (
        a_service(contacts=[{"name": "A", "role": "legal", "email": "a@"}]),
        ["#/contacts/0/email"],
    ),
    "contact without a name": (a_service(contacts=[{"role": "legal"}]), ["#/contacts/0/name"]),
    "contact that is a text": (a_service(contacts=["Team"]), ["#/contacts/0"]),
    "consent as a text": (
        a_service(contacts=[{"name": "A", "role": "legal", "public": "yes"}]),
        ["#/contacts/0/public"],
    ),
    "too many contacts": (a_service(contacts=[{"name": "A", "role": "legal"}] * 21), ["#/contacts"]),
    "year as a text": (a_service(awards=[{"issuer": "A", "name": "B", "year": "2025"}]), ["#/awards/0/year"]),
    "year with a fraction": (a_service(awards=[{"issuer": "A", "name": "B", "year": 2025.5}]), ["#/awards/0/year"]),
    "year far away": (a_service(awards=[{"issuer": "A", "name": "B", "year": 10**30}]), ["#/awards/0/year"]),
    "year without end": (a_service(awards=[{"issuer": "A", "name": "B", "year": 1e308}]), ["#/awards/0/year"]),
    "based on nothing": (a_service(is_based_on="gibt-es-nicht"), ["#/is_based_on"]),
    "based on itself": (a_service(is_based_on="neu"), ["#/is_based_on"]),
}


@pytest.mark.parametrize(("said", "places"), SERVICE_INPUTS.values(), ids=SERVICE_INPUTS)
def test_a_service_that_is_not_right_is_refused(either_gallery, said, places):
    before = written(either_gallery.resources)
    headers = {"Content-Type": "application/json"}
    answer = either_gallery.call("POST", SERVICES, who=PUBLISHER, data=json.dumps(said), headers=headers)
    check(either_gallery, before, answer, 422, *places)


#: Method, path, who, what is sent, and the places that are wrong in it.
OTHER_INPUTS: dict[str, tuple[str, str, str, Any, list[str]]] = {
    "ARS of 11 digits": ("POST", ORGANISATIONS, "operator", a_town(ars="0" + "7" * 10), ["#/ars"]),
    "ARS of 13 digits": ("POST", ORGANISATIONS, "operator", a_town(ars="0721100000000"), ["#/ars"]),
    "ARS of a Land 17": ("POST", ORGANISATIONS, "operator", a_town(ars="172110000000"), ["#/ars"]),
    "ARS of a Land 00": ("POST", ORGANISATIONS, "operator", a_town(ars="002110000000"), ["#/ars"]),
    "ARS with letters": ("POST", ORGANISATIONS, "operator", a_town(ars="07211000000x"), ["#/ars"]),
    "ARS in Arabic digits": ("POST", ORGANISATIONS, "operator", a_town(ars="٠٧٢١١٠٠٠٠٠٠٠"), ["#/ars"]),
    "ARS as a number": ("POST", ORGANISATIONS, "operator", a_town(ars=72110000000), ["#/ars"]),
    "ARS of a provider": ("POST", ORGANISATIONS, "operator", a_town(kind="provider"), ["#/ars"]),
    "ARS of a county with 12 digits": ("POST", ORGANISATIONS, "operator", a_town(kind="county"), ["#/ars"]),
    "ARS of a state with 5 digits": ("POST", ORGANISATIONS, "operator", a_town(kind="state", ars="07211"), ["#/ars"]),
    "AGS that disagrees": ("POST", ORGANISATIONS, "operator", a_town(ags="07211001"), ["#/ags"]),
    "AGS without ARS": ("POST", ORGANISATIONS, "operator", without(a_town(ags="07211000"), "ars"), ["#/ags"]),
    "AGS of a county": (
        "POST",
        ORGANISATIONS,
        "operator",
        a_town(kind="county", ars="07211", ags="07211000"),
        ["#/ags"],
    ),
    "state that disagrees": ("POST", ORGANISATIONS, "operator", a_town(state="DE-BY"), ["#/state"]),
    "state that is none": ("POST", ORGANISATIONS, "operator", a_town(state="DE-XX"), ["#/state"]),
    "unknown kind": ("POST", ORGANISATIONS, "operator", a_town(kind="village"), ["#/kind"]),
    "population below zero": ("POST", ORGANISATIONS, "operator", a_town(population=-1), ["#/population"]),
    "population without end": ("POST", ORGANISATIONS, "operator", a_town(population=10**40), ["#/population"]),
    "population with a fraction": ("POST", ORGANISATIONS, "operator", a_town(population=1.5), ["#/population"]),
    "population as a truth": ("POST", ORGANISATIONS, "operator", a_town(population=True), ["#/population"]),
    "place beyond the poles": (
        "POST",
        ORGANISATIONS,
        "operator",
        a_town(location={"lat": 90.1, "lon": -180.1}),
        ["#/location/lat", "#/location/lon"],
    ),
    "half a place": ("POST", ORGANISATIONS, "operator", a_town(location={"lat": 1}), ["#/location/lon"]),
    "parent that is not there": ("POST", ORGANISATIONS, "operator", a_town(parent="atlantis"), ["#/parent"]),
    "name with a tab": ("POST", ORGANISATIONS, "operator", a_town(name="a\tb"), ["#/name"]),
    "no scopes": ("POST", f"{ORGANISATIONS}/moenchengladbach/clients", OWNER, {"scopes": []}, ["#/scopes"]),
    "unknown scope": ("POST", f"{ORGANISATIONS}/moenchengladbach/clients", OWNER, {"scopes": ["root"]}, ["#/scopes/0"]),
    "scope of the operator": (
        "POST",
        f"{ORGANISATIONS}/moenchengladbach/clients",
        OWNER,
        {"scopes": ["registry:operate"]},
        ["#/scopes"],
    ),
    "end without time zone": (
        "POST",
        f"{ORGANISATIONS}/moenchengladbach/clients",
        OWNER,
        {"scopes": ["services:write"], "expires_at": "2027-01-01T00:00:00"},
        ["#/expires_at"],
    ),
    "end that is no moment": (
        "POST",
        f"{ORGANISATIONS}/moenchengladbach/clients",
        OWNER,
        {"scopes": ["services:write"], "expires_at": "soon"},
        ["#/expires_at"],
    ),
    "mandate of one who is no provider": (
        "PUT",
        f"{ORGANISATIONS}/kiel/mandates/wiesbaden",
        "wiesbaden-owner",
        None,
        [],
    ),
    "null of a service": (
        "PATCH",
        f"{SERVICES}/offen",
        PUBLISHER,
        {"name": None, "topic": None},
        ["#/name", "#/topic"],
    ),
    "new slug of a service": ("PATCH", f"{SERVICES}/offen", PUBLISHER, {"slug": "neu"}, ["#/slug"]),
    "new package of a release": ("PATCH", f"{RELEASES}/1.0.0", PUBLISHER, {"package": {}}, ["#/package"]),
    "new version of a release": ("PATCH", f"{RELEASES}/1.0.0", PUBLISHER, {"version": "9.0.0"}, ["#/version"]),
    "deprecated without reason": ("PATCH", f"{RELEASES}/1.0.0", PUBLISHER, {"deprecated": {}}, ["#/deprecated/reason"]),
    "successor that is not there": (
        "PATCH",
        f"{RELEASES}/1.0.0",
        PUBLISHER,
        {"deprecated": {"reason": {"de": "x"}, "successor": "9.0.0"}},
        ["#/deprecated/successor"],
    ),
    "successor that is itself": (
        "PATCH",
        f"{RELEASES}/1.0.0",
        PUBLISHER,
        {"deprecated": {"reason": {"de": "x"}, "successor": "1.0.0"}},
        ["#/deprecated/successor"],
    ),
    "successor that is a draft": (
        "PATCH",
        f"{RELEASES}/1.0.0",
        PUBLISHER,
        {"deprecated": {"reason": {"de": "x"}, "successor": "1.1.0"}},
        ["#/deprecated/successor"],
    ),
    "yank without reason": ("POST", f"{RELEASES}/1.0.0/yank", PUBLISHER, {}, ["#/reason"]),
    "yank with a text": ("POST", f"{RELEASES}/1.0.0/yank", PUBLISHER, {"reason": "x"}, ["#/reason"]),
    "unyank without reason": ("POST", f"{RELEASES}/0.9.0/unyank", PUBLISHER, {}, ["#/reason"]),
    "adoption without status": ("PUT", f"{SERVICES}/kieler-woche/adoptions/wiesbaden", ADOPTER, {}, ["#/status"]),
    "adoption of an unknown status": ("PUT", ADOPTION, ADOPTER, {"status": "running"}, ["#/status"]),
    "adoption of a version that is not there": ("PUT", ADOPTION, ADOPTER, {"version": "7.0.0"}, ["#/version"]),
    "adoption of a draft": ("PUT", ADOPTION, ADOPTER, {"version": "1.1.0"}, ["#/version"]),
    "adoption of an unknown relation": ("PUT", ADOPTION, ADOPTER, {"relation": "friend"}, ["#/relation"]),
    "adoption that became nothing": ("PUT", ADOPTION, ADOPTER, {"became": "gibt-es-nicht"}, ["#/became"]),
    "adoption that became itself": ("PUT", ADOPTION, ADOPTER, {"became": "offen"}, ["#/became"]),
    "adoption that became a draft of others": ("PUT", ADOPTION, ADOPTER, {"became": "entwurf"}, ["#/became"]),
    "adoption with evidence that is no address": ("PUT", ADOPTION, ADOPTER, {"evidence_url": "x"}, ["#/evidence_url"]),
    "adoption for some": ("PUT", ADOPTION, ADOPTER, {"visibility": "friends"}, ["#/visibility"]),
    "note with NUL": ("PUT", ADOPTION, ADOPTER, {"note": {"de": "\0"}}, ["#/note/de"]),
    "report of nothing": ("POST", DEPLOYMENTS, ADOPTER, {}, ["#/environment", "#/status", "#/version"]),
    "report of a version that is not there": ("POST", DEPLOYMENTS, ADOPTER, a_report(version="7.0.0"), ["#/version"]),
    "report of a draft": ("POST", DEPLOYMENTS, ADOPTER, a_report(version="1.1.0"), ["#/version"]),
    "report of an unknown environment": (
        "POST",
        DEPLOYMENTS,
        ADOPTER,
        a_report(environment="moon"),
        ["#/environment"],
    ),
    "report of the future": (
        "POST",
        DEPLOYMENTS,
        ADOPTER,
        a_report(occurred_at="2099-01-01T00:00:00Z"),
        ["#/occurred_at"],
    ),
    "report of the last century": (
        "POST",
        DEPLOYMENTS,
        ADOPTER,
        a_report(occurred_at="1999-12-31T23:59:59Z"),
        ["#/occurred_at"],
    ),
    "report without time zone": (
        "POST",
        DEPLOYMENTS,
        ADOPTER,
        a_report(occurred_at="2026-01-01T00:00:00"),
        ["#/occurred_at"],
    ),
    "report of no moment": ("POST", DEPLOYMENTS, ADOPTER, a_report(occurred_at="gestern"), ["#/occurred_at"]),
    "maturity of no model": (
        "POST",
        DEPLOYMENTS,
        ADOPTER,
        a_report(maturity={"model": "3.0", "level": 1}),
        ["#/maturity/model"],
    ),
    "maturity beyond its model": (
        "POST",
        DEPLOYMENTS,
        ADOPTER,
        a_report(maturity={"model": "1.1", "level": 5}),
        ["#/maturity/level"],
    ),
    "usage without period": ("POST", DEPLOYMENTS, ADOPTER, a_report(usage={"applications": 1}), ["#/usage/period"]),
    "usage of a thirteenth month": (
        "POST",
        DEPLOYMENTS,
        ADOPTER,
        a_report(usage={"applications": 1, "period": "2026-13"}),
        ["#/usage/period"],
    ),
    "usage below zero": (
        "POST",
        DEPLOYMENTS,
        ADOPTER,
        a_report(usage={"applications": -1, "period": "2026"}),
        ["#/usage/applications"],
    ),
}


@pytest.mark.parametrize("case", OTHER_INPUTS.values(), ids=OTHER_INPUTS)
def test_what_is_not_right_is_refused(either_gallery, case):
    method, path, who, said, places = case
    before = written(either_gallery.resources)
    headers = ANYHOW if method == "PATCH" or path == ADOPTION else {}
    answer = either_gallery.call(method, path, said, who=who, headers=headers)
    check(either_gallery, before, answer, 422, *places)


#: What can be read and changed: its path, how it is changed and by whom, and by what schema.
CHANGED: dict[str, tuple[str, str, str, type[Schema]]] = {
    "service": (f"{SERVICES}/offen", "PATCH", PUBLISHER, ServiceChangeSchema),
    "release": (f"{RELEASES}/1.0.0", "PATCH", PUBLISHER, ReleaseChangeSchema),
    "organisation": (f"{ORGANISATIONS}/wiesbaden", "PATCH", "operator", OrganisationChangeSchema),
    "adoption": (ADOPTION, "PUT", ADOPTER, AdoptionChangeSchema),
}


@pytest.mark.parametrize("thing", CHANGED)
def test_what_is_only_told_cannot_be_changed_not_even_to_what_it_is(either_gallery, thing):
    path, method, who, schema = CHANGED[thing]
    told = good(either_gallery.call("GET", path))
    fixed = told.keys() - schema().fields.keys()
    assert fixed >= READ_ONLY[thing]
    before = written(either_gallery.resources)
    for name in sorted(fixed):
        answer = either_gallery.call(method, path, {name: told[name]}, who=who, headers=ANYHOW)
        check(either_gallery, before, answer, 422, f"#/{name}")


#: Fields that must be among those.
READ_ONLY = {
    "service": {"slug", "originator", "latest_release", "adoption_counts", "demo", "created_at", "updated_at"},
    "release": {"version", "package", "published_at", "changes", "breaking"},
    "organisation": {"slug", "verified", "demo"},
    "adoption": {"service", "organisation", "declared_by", "confirmed_at", "expires_at", "stale", "demo"},
}

#: What is sent that would be good, were it sent by another one: method, path, what, and the one who may.
GOOD: dict[str, tuple[str, str, Any, str]] = {
    "change of a service": ("PATCH", f"{SERVICES}/offen", {"keywords": ["x"]}, PUBLISHER),
    "release": ("POST", RELEASES, None, PUBLISHER),
    "check of a release": ("POST", f"{RELEASES}?check=1", None, PUBLISHER),
    "change of a release": ("PATCH", f"{RELEASES}/1.0.0", {"changelog": {"de": "x"}}, PUBLISHER),
    "yank": ("POST", f"{RELEASES}/1.0.0/yank", {"reason": {"de": "x"}}, PUBLISHER),
    "adoption": ("PUT", ADOPTION, {"note": {"de": "x"}}, ADOPTER),
    "report": ("POST", DEPLOYMENTS, REPORT, ADOPTER),
    "client": ("POST", f"{ORGANISATIONS}/moenchengladbach/clients", {"scopes": ["services:write"]}, OWNER),
    "change of an organisation": ("PATCH", f"{ORGANISATIONS}/moenchengladbach", {"website": None}, OWNER),
}


def sent(world: World, case: tuple[str, str, Any, str], who: str) -> Any:
    method, path, said, _ = case
    if said is None:
        upload = parts(packages.package(), {"version": "2.0.0"})
        return world.call(method, path, who=who, **upload)
    return world.call(method, path, said, who=who, headers=ANYHOW if method != "POST" else {})


@pytest.mark.parametrize("case", GOOD.values(), ids=GOOD)
def test_what_is_good_is_refused_from_another_organisation(either_gallery, case):
    before = written(either_gallery.resources)
    answer = sent(either_gallery, case, "kiel-owner")
    assert answer.json["type"] == "/problems/not-yours"
    check(either_gallery, before, answer, 403)


@pytest.mark.parametrize("case", GOOD.values(), ids=GOOD)
def test_what_is_good_is_refused_with_a_token_that_has_expired(gallery, case):
    before = written(gallery.resources)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2), tick=False):
        answer = sent(gallery, case, case[3])
    assert answer.json["type"] == "/problems/token-invalid"
    assert "invalid_token" in answer.headers["WWW-Authenticate"]
    check(gallery, before, answer, 401)


@pytest.mark.parametrize("case", GOOD.values(), ids=GOOD)
def test_what_is_good_is_taken_from_the_one_who_may(gallery, tmp_path, case):
    with gallery.copy(tmp_path / "world") as world:
        assert sent(world, case, case[3]).status_code in {200, 201}


QUERIES = {
    "/services?limit=0": "limit",
    "/services?limit=201": "limit",
    "/services?limit=-1": "limit",
    "/services?limit=ten": "limit",
    "/services?limit=99999999999999999999999": "limit",
    "/services?cursor=rubbish": "cursor",
    "/services?topic=Bildung&topic=Umwelt": "topic",
    "/services?limit=10&limit=20": "limit",
    "/services?cursor=%00": "cursor",
    "/services?cursor=": "cursor",
    "/services?colour=red": "colour",
    "/services?topic=Raumfahrt": "topic",
    "/services?state=NW": "state",
    "/services?originator=M%C3%B6nchengladbach": "originator",
    "/services?trust_level=ultra": "trust_level",
    "/services?maturity=5": "maturity",
    "/services?maturity=1.1:9": "maturity",
    "/services?maturity=9.9:1": "maturity",
    "/services?leika=123": "leika",
    "/services?status=gone": "status",
    "/services?sort=price": "sort",
    "/services?q=%00": "q",
    "/services?q=": "q",
    "/services?q=%0a": "q",
    "/services?platform=%00": "platform",
    "/services?licence=%07": "licence",
    "/organisations?kind=village": "kind",
    "/organisations?ars=x": "ars",
    "/organisations?ars=1": "ars",
    "/organisations?has=money": "has",
    "/organisations?state=Hessen": "state",
    "/organisations?q=%00": "q",
    "/adoptions?status=gone": "status",
    "/adoptions?relation=friend": "relation",
    "/adoptions?organisation=%00": "organisation",
    "/adoptions?version=%00": "version",
    "/adoptions?stale=perhaps": "stale",
    "/changes?since=-1": "since",
    "/changes?since=yesterday": "since",
    "/changes?since=99999999999999999999": "since",
    "/changes?wait=31": "wait",
    "/changes?limit=201": "limit",
    "/services/offen/releases?limit=0": "limit",
    "/services/offen/releases/1.0.0/files?cursor=x": "cursor",
    "/services/offen/adoptions?limit=0": "limit",
    "/services/offen/fleet?limit=0": "limit",
    "/services/offen/adoptions/wiesbaden/deployments?limit=0": "limit",
    "/organisations/wiesbaden/adoptions?limit=0": "limit",
}


@pytest.mark.parametrize(("path", "name"), QUERIES.items(), ids=QUERIES)
def test_a_bad_query_parameter_is_pointed_to(either_gallery, path, name):
    before = written(either_gallery.resources)
    check(either_gallery, before, either_gallery.call("GET", f"/api/v1{path}"), 422, f"#/query/{name}")


@pytest.mark.parametrize(
    "path",
    [
        "/services/%00",
        "/services/a%00b",
        "/services/%ff",
        "/services/%ed%a0%80",
        "/services/%20",
        "/services/offen%20",
        "/services/OFFEN",
        "/services/..",
        "/services/%2e%2e",
        "/services/..%2foffen",
        "/services/offen;x",
        "/services/offen'--",
        "/services/" + "a" * 5000,
        "/services/offen/releases/%00",
        "/services/offen/releases/v1.0.0",
        "/services/offen/releases/1.0",
        "/services/offen/releases/01.0.0",
        "/services/offen/releases/1.0.0%0a",
        "/services/offen/releases/" + "9" * 500,
        "/services/offen/releases/LATEST",
        "/services/offen/releases/1.0.0/files/%00",
        "/services/offen/releases/1.0.0/files/gibt-es-nicht",
        "/services/offen/releases/1.0.0/files/" + "a" * 5000,
        "/services/offen/adoptions/%00",
        "/services/offen/adoptions/Wiesbaden",
        "/services/offen/adoptions/kiel",
        "/organisations/%00",
        "/organisations/wies%20baden",
        "/organisations/moenchengladbach/mandates",
        "/organisations/%F0%9F%8F%9B",
        "/unbekannt",
        "/",
        "",
    ],
)
def test_a_path_that_names_nothing_is_not_found(either_gallery, path):
    before = written(either_gallery.resources)
    who = OWNER if path != "/organisations/moenchengladbach/mandates" else "nobody"
    answer = either_gallery.call("GET", f"/api/v1{path}", who=who)
    check(either_gallery, before, answer, 404 if who == OWNER else 401)


def parts(
    package: bytes | None, metadata: Any = None, *, headers: str = "", name: str = "package.zip"
) -> dict[str, Any]:
    """Write the parts of an upload by hand."""
    body = b""
    if package is not None:
        body += f'--b\r\nContent-Disposition: form-data; name="package"; filename="{name}"\r\n{headers}\r\n'.encode()
        body += package + b"\r\n"
    if metadata is not None:
        said = metadata if isinstance(metadata, str) else json.dumps(metadata)
        body += b'--b\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n' + said.encode("utf-8", "replace")
        body += b"\r\n"
    return {"data": body + b"--b--\r\n", "headers": dict(MULTIPART)}


def empty_zip() -> bytes:
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    return out.getvalue()


def flipped(whole: bytes) -> bytes:
    """Return it with one bit of its content turned."""
    return whole[:60] + bytes([whole[60] ^ 1]) + whole[61:]


BROKEN = {
    "truncated": packages.package()[:-200],
    "flipped": flipped(packages.package()),
    "no zip": b"%PDF-1.7 rubbish" * 100,
    "empty": b"",
    "empty zip": empty_zip(),
    "climbing": packages.package({"../evil.sh": "x"}),
    "data before": b"MZ" * 100 + packages.package(),
    "no publiccode.yml": packages.package({"publiccode.yml": None}),
    "no licence": packages.package({"LICENSE": None}),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_package_that_is_not_in_order_is_refused_with_every_finding(either_gallery, content):
    before = written(either_gallery.resources)
    answer = either_gallery.call("POST", RELEASES, who=PUBLISHER, **parts(content, {"version": "2.0.0"}))
    told = refused(answer, 422, "package-invalid")
    assert told["findings"]
    for finding in told["findings"]:
        assert finding["severity"] == "error"
        assert finding["message"]["de"]
        assert finding["message"]["en"]
        assert either_gallery.call("GET", finding["help"]).status_code == 200
    assert all(re.fullmatch("#/package(/.*)?", error["pointer"]) for error in told["errors"])
    assert len(told["errors"]) == len(told["findings"])
    assert written(either_gallery.resources) == before


UPLOADS: dict[str, tuple[dict[str, Any], int, list[str]]] = {
    "no package": (parts(None, {"version": "2.0.0"}), 422, ["#/package"]),
    "no metadata": (parts(packages.package()), 422, ["#/metadata"]),
    "nothing": (parts(None), 422, ["#/package"]),
    "metadata that is broken": (parts(packages.package(), '{"version"'), 400, []),
    "metadata that is deep": (parts(packages.package(), "[" * 100_000), 400, []),
    "metadata that is a list": (parts(packages.package(), []), 422, ["#/metadata"]),
    "metadata that is null": (parts(packages.package(), "null"), 422, ["#/metadata"]),
    "no version": (parts(packages.package(), {}), 422, ["#/metadata/version"]),
    "unknown field": (parts(packages.package(), {"version": "2.0.0", "x": 1}), 422, ["#/metadata/x"]),
    "version of two numbers": (parts(packages.package(), {"version": "2.0"}), 422, ["#/metadata/version"]),
    "version with a v": (parts(packages.package(), {"version": "v2.0.0"}), 422, ["#/metadata/version"]),
    "version with a leading zero": (parts(packages.package(), {"version": "2.00.0"}), 422, ["#/metadata/version"]),
    "version with an empty mark": (parts(packages.package(), {"version": "2.0.0-"}), 422, ["#/metadata/version"]),
    "version that is latest": (parts(packages.package(), {"version": "latest"}), 422, ["#/metadata/version"]),
    "version in Arabic digits": (parts(packages.package(), {"version": "٢.٠.٠"}), 422, ["#/metadata/version"]),
    "version that is too long": (
        parts(packages.package(), {"version": f"1.0.{'9' * 64}"}),
        422,
        ["#/metadata/version"],
    ),
    "version as a number": (parts(packages.package(), {"version": 2}), 422, ["#/metadata/version"]),
    "changelog as a text": (
        parts(packages.package(), {"version": "2.0.0", "changelog": "neu"}),
        422,
        ["#/metadata/changelog"],
    ),
    "change of an unknown kind": (
        parts(packages.package(), {"version": "2.0.0", "changes": [{"kind": "new", "text": {"de": "x"}}]}),
        422,
        ["#/metadata/changes/0/kind"],
    ),
    "breaking without reason": (
        parts(packages.package(), {"version": "2.0.0", "breaking": {}}),
        422,
        ["#/metadata/breaking/reason"],
    ),
    "draft as a text": (parts(packages.package(), {"version": "2.0.0", "draft": "no"}), 422, ["#/metadata/draft"]),
    "digest of something else": (
        parts(packages.package(), {"version": "2.0.0"}, headers=f"Content-Digest: sha-256=:{digest(b'x')}:\r\n"),
        422,
        ["#/package"],
    ),
    "digest that is unreadable": (
        parts(packages.package(), {"version": "2.0.0"}, headers="Content-Digest: deadbeef\r\n"),
        400,
        [],
    ),
    "package that is too large": (parts(b"x" * 2_000_001, {"version": "2.0.0"}), 413, []),
    "metadata that is too large": (parts(packages.package(), {"version": "2.0.0", "x": "y" * 1_100_000}), 413, []),
}


@pytest.mark.parametrize(("sent", "status", "places"), UPLOADS.values(), ids=UPLOADS)
def test_an_upload_that_is_not_right_is_refused(either_gallery, sent, status, places):
    before = written(either_gallery.resources)
    check(either_gallery, before, either_gallery.call("POST", RELEASES, who=PUBLISHER, **sent), status, *places)


class Endless(io.RawIOBase):
    """An upload that never ends, and how much of it was read."""

    def __init__(self) -> None:
        self.begin = parts(b"x")["data"].partition(b"\r\n--b--")[0]
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        some = self.begin[: len(room)] if self.taken == 0 else b"x" * len(room)
        room[: len(some)] = some
        self.taken += len(some)
        return len(some)


@pytest.mark.parametrize("check_only", ["", "?check=1"])
def test_a_package_that_is_too_large_is_refused_while_it_is_read(either_gallery, check_only):
    before = written(either_gallery.resources)
    endless = Endless()
    answer = either_gallery.call(
        "POST",
        RELEASES + check_only,
        who=PUBLISHER,
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={
            "wsgi.input": endless,
            "wsgi.input_terminated": True,
            "CONTENT_LENGTH": "",
            "CONTENT_TYPE": MULTIPART["Content-Type"],
        },
    )
    check(either_gallery, before, answer, 413)
    assert "at most 2,000,000 bytes" in answer.json["detail"]
    assert 2_000_000 < endless.taken < 3_000_000


@pytest.mark.parametrize("check_only", ["", "?check=1"])
def test_a_package_of_another_service_is_refused(gallery, check_only):
    manifest = 'efa: 1\nservice: kieler-woche\nversion: "2.0.0"\nkind: online_service\n'
    sent = parts(packages.package({"efa.yml": manifest}), {"version": "2.0.0"})
    before = written(gallery.resources)
    answer = gallery.call("POST", RELEASES + check_only, who=PUBLISHER, **sent)
    if check_only:
        assert answer.json["ok"] is False
    else:
        refused(answer, 422, "package-invalid")
    assert written(gallery.resources) == before


@pytest.mark.parametrize(
    "header",
    [
        "Bearer wrong",
        "Bearer",
        "Bearer ",
        "bearer  x y",
        "Basic dXNlcjpwYXNz",
        "Token x",
        "x",
        "",
        "Bearer \xff",
        "Bearer " + "x" * 5000,
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", SERVICES), ("POST", SERVICES), ("POST", RELEASES)])
def test_a_token_that_is_not_good_is_refused_wherever_it_is_shown(gallery, header, method, path):
    before = written(gallery.resources)
    answer = gallery.call(method, path, headers={"Authorization": header})
    check(gallery, before, answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["type"] == "/problems/token-invalid"
