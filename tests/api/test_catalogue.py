"""The catalogue through the API."""

import pytest
from sqlalchemy import select

from registry.catalogue.models import Service
from registry.catalogue.topics import TOPICS
from registry.journal.models import Entry
from tests.api.asking import ANYHOW, ON_SQLITE, OWNER, PUBLISHER, SLUG, good, pointers, refused
from tests.api.asking import SERVICE as PATH
from tests.cast import SERVICE

#: Everything that may be said of a service, besides its slug.
WHOLE = {
    "kind": "method",
    "name": {"de": "Passierschein A38", "en": "Permit A38", "fr": "Laissez-passer A38"},
    "summary": {"de": "Haus, das Verrückte macht", "en": "The place that sends you mad"},
    "description": {"de": "# Passierschein\n\nMit **Humor**.", "en": "# Permit"},
    "is_based_on": "bewohnerparken",
    "topic": "Querschnitt",
    "keywords": ["Passierschein", "A38"],
    "leika": ["99000000000001", "99000000000002"],
    "ozg_id": "10234",
    "licence": "EUPL-1.2 OR Apache-2.0",
    "rights": {
        "software": {"de": "EUPL"},
        "content": {"de": "CC BY 4.0\nmit Namensnennung", "en": "CC BY 4.0"},
        "contractual": {"de": "Weitergabe erlaubt"},
    },
    "trust_level": "substantial",
    "accounts": ["bundid", "muk"],
    "reuse_models": ["co_use", "own_operation", "own_development"],
    "cost": {"key": "inhabitants", "note": {"de": "nach Einwohnern"}},
    "platforms": ["Form-Solutions", "cit intelliForm"],
    "repository_url": "https://git.example.org/a38.git",
    "demo_url": "https://a38.example/",
    "contacts": [
        {"name": "Team A38", "role": "business", "email": "a38@city.example", "phone": "+49 2161 1", "public": True}
    ],
    "awards": [{"issuer": "Re:Form", "name": "Bewährt vor Ort", "year": 2025, "url": "https://reform.example/"}],
}


def slugs(answer):
    return [item["slug"] for item in good(answer)["items"]]


def test_a_new_service_is_a_draft_of_the_tokens_organisation(call, resources):
    answer = call("POST", "/services", SERVICE, who=PUBLISHER)
    assert answer.status_code == 201
    assert answer.json["status"] == "draft"
    assert answer.json["originator"] == "moenchengladbach"
    assert answer.headers["Location"] == "/api/v1/services/wunschkennzeichen"
    with resources.database.reading() as reading:
        assert reading.scalar(select(Service.slug)) == "wunschkennzeichen"


def test_a_draft_is_hidden_from_strangers(call, draft):
    assert draft["status"] == "draft"
    refused(call("GET", PATH), 404, "service-not-found")
    refused(call("GET", PATH, who="kiel-owner"), 404, "service-not-found")
    assert call("GET", PATH, who="moenchengladbach-viewer").status_code == 200
    assert slugs(call("GET", "/services")) == []
    assert slugs(call("GET", "/services?q=Wunschkennzeichen", who="kiel-owner")) == []
    assert slugs(call("GET", "/services", who="moenchengladbach-viewer")) == [SLUG]


def test_the_first_release_opens_a_draft_to_all(call, draft, publish):
    assert draft["latest_release"] is None
    assert publish().status_code == 201
    read = call("GET", PATH)
    assert read.json["status"] == "active"
    assert read.json["latest_release"]["version"] == "1.0.0"
    found = call("GET", "/services?q=Kenzeichen").json
    assert [item["slug"] for item in found["items"]] == [SLUG]
    assert found["facets"]["topic"] == [{"value": "Mobilität & Reisen", "count": 1}]


def test_everything_that_is_said_of_a_service_is_told_again(call, create, resources):
    create("bewohnerparken")
    created = good(call("POST", "/services", {"slug": "a38", **WHOLE}, who=PUBLISHER), 201)
    assert {name: created[name] for name in WHOLE} == WHOLE
    read = good(call("GET", "/services/a38", who=PUBLISHER))
    assert read == {name: value for name, value in created.items() if name != "warnings"}
    assert read["adoption_counts"] == {}
    assert read["bootcamp"] is None
    assert read["demo"] is False
    assert read["created_at"].endswith("Z")
    assert read["created_at"] == read["updated_at"]
    with resources.database.reading() as reading:
        kept = reading.scalars(select(Service).where(Service.slug == "a38")).one()
        assert kept.name == WHOLE["name"]
        assert kept.leika == WHOLE["leika"]
        assert kept.cost == WHOLE["cost"]


def test_a_change_changes_what_it_names_and_nothing_else(call, draft, resources):
    for name, value in WHOLE.items():
        if name == "is_based_on":
            continue
        good(call("PATCH", PATH, {name: value}, who=PUBLISHER, headers=ANYHOW))
    told = good(call("GET", PATH, who=PUBLISHER))
    assert {name: told[name] for name in WHOLE if name != "is_based_on"} == {
        name: value for name, value in WHOLE.items() if name != "is_based_on"
    }
    assert told["slug"] == draft["slug"]
    assert told["originator"] == draft["originator"]
    with resources.database.reading() as reading:
        assert reading.scalars(select(Service.trust_level)).one() == "substantial"


@pytest.mark.parametrize(
    "field", ["description", "ozg_id", "trust_level", "cost", "repository_url", "demo_url", "is_based_on"]
)
@ON_SQLITE
def test_what_is_optional_can_be_taken_back(call, create, field):
    create("bewohnerparken")
    good(call("POST", "/services", {"slug": "a38", **WHOLE}, who=PUBLISHER), 201)
    assert good(call("PATCH", "/services/a38", {field: None}, who=PUBLISHER, headers=ANYHOW))[field] is None
    assert good(call("GET", "/services/a38", who=PUBLISHER))[field] is None


def test_a_contact_that_is_not_public_is_told_to_the_publisher_alone(call, service):
    assert service
    assert [it["name"] for it in call("GET", PATH).json["contacts"]] == ["Team eGovernment"]
    all_of_them = good(call("GET", f"{PATH}/contacts", who=PUBLISHER))
    assert [(it["name"], it["public"]) for it in all_of_them["items"]] == [
        ("Team eGovernment", True),
        ("Team Technik", False),
    ]
    assert all_of_them["total"] == 2
    refused(call("GET", f"{PATH}/contacts"), 401, "token-missing")
    refused(call("GET", f"{PATH}/contacts", who="moenchengladbach-viewer"), 403, "scope-missing")
    refused(call("GET", f"{PATH}/contacts", who="kiel-publisher"), 403, "not-yours")


def test_a_second_service_of_a_slug_is_a_conflict(call, draft):
    assert draft
    refused(call("POST", "/services", SERVICE, who="kiel-publisher"), 409, "service-exists")
    assert good(call("GET", PATH, who=PUBLISHER))["originator"] == "moenchengladbach"


def test_a_new_service_is_told_which_ones_it_resembles(call, service, create):
    assert service
    create("kfz-anmeldung", name={"de": "KFZ-Anmeldung"}, leika=["99036008104000"])
    alike = {**SERVICE, "slug": "kennzeichen-kiel", "name": {"de": "Wunschkennzeichen Kiel"}}
    warned = good(call("POST", "/services", alike, who="kiel-publisher"), 201)["warnings"]
    assert [warning["code"] for warning in warned] == ["similar-service"]
    assert [it["service"] for it in warned[0]["services"]] == [SLUG]
    assert warned[0]["services"][0]["reason"] == "name"
    assert good(call("GET", warned[0]["services"][0]["url"].removeprefix("/api/v1")))["slug"] == SLUG
    other = {**SERVICE, "slug": "hundesteuer", "name": {"de": "Hundesteuer"}}
    assert good(call("POST", "/services", other, who="kiel-publisher"), 201)["warnings"] == []


def test_a_draft_of_others_is_not_told_as_similar(call, draft):
    assert draft
    alike = {**SERVICE, "slug": "kennzeichen-kiel"}
    assert good(call("POST", "/services", alike, who="kiel-publisher"), 201)["warnings"] == []


def test_a_licence_is_told_in_its_canonical_spelling(call):
    told = good(call("POST", "/services", {**SERVICE, "licence": "eupl-1.2 or mit"}, who=PUBLISHER), 201)
    assert told["licence"] == "EUPL-1.2 OR MIT"


@ON_SQLITE
@pytest.mark.parametrize(
    ("start", "wanted", "status"),
    [
        ("draft", "draft", 200),
        ("draft", "active", 409),
        ("draft", "deprecated", 409),
        ("draft", "archived", 409),
        ("active", "active", 200),
        ("active", "deprecated", 200),
        ("active", "archived", 200),
        ("active", "draft", 409),
        ("deprecated", "active", 200),
        ("deprecated", "archived", 200),
        ("deprecated", "draft", 409),
        ("archived", "active", 200),
        ("archived", "deprecated", 200),
        ("archived", "draft", 409),
    ],
)
def test_a_service_moves_only_along_its_table(call, draft, publish, start, wanted, status):
    assert draft
    if start != "draft":
        good(publish(), 201)
        good(call("PATCH", PATH, {"status": start}, who=PUBLISHER, headers=ANYHOW))
    answer = call("PATCH", PATH, {"status": wanted}, who=PUBLISHER, headers=ANYHOW)
    if status == 409:
        refused(answer, 409, "service-status-not-open")
    assert answer.status_code == status
    assert good(call("GET", PATH, who=PUBLISHER))["status"] == (wanted if status == 200 else start)


def test_what_is_archived_is_kept_as_it_is_and_nobody_begins_with_it(call, service, publish):
    assert service
    good(publish(version="1.1.0", draft=True), 201)
    good(call("PUT", f"{PATH}/adoptions/mainz", {"status": "planned"}, who="mainz-adopter"), 201)
    good(call("PATCH", PATH, {"status": "archived"}, who=PUBLISHER, headers=ANYHOW))
    refused(publish(version="1.2.0"), 409, "service-archived")
    refused(call("POST", f"{PATH}/releases/1.1.0/publish", who=PUBLISHER), 409, "service-archived")
    begun = call("PUT", f"{PATH}/adoptions/wiesbaden", {"status": "planned"}, who="wiesbaden-adopter")
    refused(begun, 409, "service-archived")
    # Who reuses it already goes on.
    going = {"version": "1.0.0", "environment": "production", "status": "rolled_out"}
    good(call("POST", f"{PATH}/adoptions/mainz/deployments", going, who="mainz-adopter"), 201)
    good(call("PATCH", PATH, {"status": "active"}, who=PUBLISHER, headers=ANYHOW))
    good(publish(version="1.2.0"), 201)


def test_a_deprecated_service_names_its_successor_and_the_feed_tells(call, service, create):
    assert service
    create("kennzeichen-neu")
    told = {"status": "deprecated", "successor": "kennzeichen-neu"}
    changed = good(call("PATCH", PATH, told, who=PUBLISHER, headers=ANYHOW))
    assert (changed["status"], changed["successor"]) == ("deprecated", "kennzeichen-neu")
    last = good(call("GET", "/changes"))["items"][-1]
    assert (last["type"], last["service"]) == ("service.deprecated", SLUG)


@ON_SQLITE
@pytest.mark.parametrize("field", ["successor", "is_based_on"])
def test_a_service_refers_only_to_another_one_that_its_publisher_sees(call, draft, field):
    assert draft
    good(call("POST", "/services", {**SERVICE, "slug": "geheim"}, who="kiel-publisher"), 201)
    for other in (SLUG, "geheim", "gibt-es-nicht"):
        answer = call("PATCH", PATH, {field: other}, who=PUBLISHER, headers=ANYHOW)
        assert pointers(answer) == [f"#/{field}"]
        refused(answer, 422, "service-invalid")


def test_nobody_else_changes_a_service(call, service):
    assert service
    for who in ("kiel-publisher", "wiesbaden-owner"):
        refused(call("PATCH", PATH, {"kind": "method"}, who=who, headers=ANYHOW), 403, "not-yours")
    refused(call("PATCH", PATH, {"kind": "method"}, headers=ANYHOW), 401, "token-missing")
    assert good(call("GET", PATH))["kind"] == "online_service"


def test_a_change_is_in_the_journal_with_what_changed_and_no_personal_data(call, service, resources):
    assert service
    said = {"trust_level": "high", "contacts": [{"name": "Erika Muster", "role": "legal", "email": "e@x.example"}]}
    good(call("PATCH", PATH, said, who=PUBLISHER, headers=ANYHOW | {"X-Request-Id": "change-1"}))
    with resources.database.reading() as reading:
        entry = reading.scalars(select(Entry).order_by(Entry.serial.desc())).first()
    assert entry.type == "service.updated"
    assert entry.request_id == "change-1"
    assert entry.before == {"trust_level": "basic"}
    assert entry.after == {"trust_level": "high", "fields": ["contacts", "trust_level"]}
    assert "Erika" not in str((entry.before, entry.after, entry.data))


def test_who_says_nothing_new_changes_nothing_and_makes_no_news(call, service):
    assert service
    news = good(call("GET", "/changes"))["total"]
    known = call("GET", PATH)
    same = {name: good(known)[name] for name in ("name", "topic", "licence", "keywords", "rights", "is_based_on")}
    for said in ({}, same):
        answer = call("PATCH", PATH, said, who=PUBLISHER, headers=ANYHOW)
        assert (good(answer), answer.headers["ETag"]) == (good(known), known.headers["ETag"])
    assert good(call("GET", "/changes"))["total"] == news
    good(call("PATCH", PATH, {**same, "topic": "Bildung"}, who=PUBLISHER, headers=ANYHOW))
    assert good(call("GET", "/changes"))["items"][-1]["data"]["fields"] == ["topic"]


@pytest.mark.parametrize("how", ["anyhow", "exact"])
def test_a_change_names_what_it_changes(call, draft, how):
    assert draft
    tag = call("GET", PATH, who=PUBLISHER).headers["ETag"]
    said = "*" if how == "anyhow" else f'"other", {tag}'
    changed = call("PATCH", PATH, {"trust_level": "high"}, who=PUBLISHER, headers={"If-Match": said})
    good(changed)
    assert changed.headers["ETag"] != tag
    assert call("GET", PATH, who=PUBLISHER).headers["ETag"] == changed.headers["ETag"]


@ON_SQLITE
@pytest.mark.parametrize("form", ["{}", "W/{}", '"stale"', "{} ", "unquoted", ""])
def test_a_change_of_what_was_not_read_is_refused(call, draft, form):
    assert draft
    tag = call("GET", PATH, who=PUBLISHER).headers["ETag"]
    good(call("PATCH", PATH, {"trust_level": "high"}, who=OWNER, headers={"If-Match": tag}))
    answer = call("PATCH", PATH, {"trust_level": "none"}, who=PUBLISHER, headers={"If-Match": form.format(tag)})
    refused(answer, 412, "precondition-failed")
    assert good(call("GET", PATH, who=PUBLISHER))["trust_level"] == "high"


def test_a_weak_tag_never_allows_a_change(call, draft):
    assert draft
    tag = call("GET", PATH, who=PUBLISHER).headers["ETag"]
    answer = call("PATCH", PATH, {"trust_level": "none"}, who=PUBLISHER, headers={"If-Match": f"W/{tag}"})
    refused(answer, 412, "precondition-failed")


def test_a_change_that_names_nothing_is_refused(call, draft):
    assert draft
    refused(call("PATCH", PATH, {"trust_level": "none"}, who=PUBLISHER), 428, "precondition-required")
    assert good(call("GET", PATH, who=PUBLISHER))["trust_level"] == "basic"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*", 'W/"x", W/{}'])
@ON_SQLITE
def test_who_has_a_service_already_is_told_so(call, service, form):
    assert service
    tag = call("GET", PATH).headers["ETag"]
    assert not tag.startswith("W/")
    answer = call("GET", PATH, headers={"If-None-Match": form.format(tag)})
    assert answer.status_code == 304
    assert answer.get_data() == b""
    assert answer.headers["ETag"] == tag


@ON_SQLITE
def test_who_has_an_older_one_gets_the_new_one(call, service):
    assert service
    assert call("GET", PATH, headers={"If-None-Match": '"older"'}).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["kieler-woche", "offen"]),
        ("q=Wunschkennzeichen", ["offen"]),
        ("q=wunsch", ["offen"]),
        ("q=vanity", ["offen"]),
        ("q=gibtesnicht", []),
        ("topic=Querschnitt", ["kieler-woche"]),
        ("topic=Umwelt", []),
        ("licence=Apache-2.0", ["kieler-woche"]),
        ("licence=EUPL-1.2", ["kieler-woche", "offen"]),
        ("state=DE-NW", ["offen"]),
        ("state=DE-SH", ["kieler-woche"]),
        ("originator=kiel", ["kieler-woche"]),
        ("originator=gibt-es-nicht", []),
        ("platform=Form-Solutions", ["kieler-woche"]),
        ("trust_level=substantial", ["kieler-woche"]),
        ("leika=99000000000002", ["kieler-woche"]),
        ("status=active", ["offen"]),
        ("status=deprecated", ["kieler-woche"]),
        ("status=draft", []),
        ("kind=method", ["kieler-woche"]),
        ("adopted_by=wiesbaden", ["offen"]),
        ("adopted_by=mainz", []),
        ("maturity=2.0:5", ["offen"]),
        ("maturity=2.0:6", []),
        ("maturity=1.1:1", []),
        ("licence=EUPL-1.2&state=DE-SH&topic=Querschnitt", ["kieler-woche"]),
        ("q=wunsch&state=DE-SH", []),
    ],
)
def test_services_are_filtered(either_gallery, query, found):
    assert slugs(either_gallery.call("GET", f"/api/v1/services?{query}&sort=name")) == found


def test_services_are_listed_in_the_order_asked_for(call, offer):
    for slug, name in (("b", "Übermittlungssperre"), ("c", "Zulassung"), ("a", "Abmeldung")):
        offer(slug, name={"de": name})
    good(call("PUT", "/services/c/adoptions/wiesbaden", {"status": "rolling_out"}, who="wiesbaden-adopter"), 201)
    assert slugs(call("GET", "/services?sort=name")) == ["a", "b", "c"]
    assert slugs(call("GET", "/services?sort=adoptions"))[0] == "c"
    assert slugs(call("GET", "/services?sort=updated"))[:2] == ["a", "c"]
    assert slugs(call("GET", "/services?q=zulassung&sort=relevance")) == ["c"]


def test_facets_count_the_whole_result_not_the_page(call, offer, create):
    for number in range(3):
        offer(f"dienst-{number}", platforms=["Form-Solutions"] if number else [])
    create("entwurf")
    told = good(call("GET", "/services?limit=1"))
    assert told["total"] == 3
    assert len(told["items"]) == 1
    assert told["facets"] == {
        "topic": [{"value": "Mobilität & Reisen", "count": 3}],
        "licence": [{"value": "EUPL-1.2", "count": 3}],
        "state": [{"value": "DE-NW", "count": 3}],
        "platform": [{"value": "Form-Solutions", "count": 2}],
        "trust_level": [{"value": "basic", "count": 3}],
    }


def test_the_topics_are_fourteen_and_counted(call, service):
    assert service
    told = good(call("GET", "/topics"))
    assert [item["label"] for item in told["items"]] == [*TOPICS]
    assert told["total"] == 14
    assert [item["label"] for item in told["items"] if item["services"]] == ["Mobilität & Reisen"]


def test_the_licences_are_counted(call, service):
    assert service
    items = {item["id"]: item for item in good(call("GET", "/licences"))["items"]}
    assert items["EUPL-1.2"]["services"] == 1
    assert items["EUPL-1.2"]["osi_approved"] is True
    assert items["MIT"]["services"] == 0


def test_a_draft_is_counted_neither_by_topic_nor_by_licence_for_strangers(call, draft):
    assert draft
    assert not any(item["services"] for item in good(call("GET", "/topics"))["items"])
    assert not any(item["services"] for item in good(call("GET", "/licences"))["items"])


def test_an_organisations_new_name_is_in_its_services_at_once(call, service):
    assert service
    change = {"name": "Stadt am Niederrhein"}
    good(call("PATCH", "/organisations/moenchengladbach", change, who=OWNER, headers=ANYHOW))
    assert slugs(call("GET", "/services?q=Niederrhein")) == [SLUG]
