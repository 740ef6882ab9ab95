"""The catalogue through the API."""

from sqlalchemy import select

from registry.catalogue.models import Service
from tests.cast import SERVICE


def test_a_new_service_is_a_draft_of_the_tokens_organisation(call, resources):
    answer = call("POST", "/services", SERVICE, who="moenchengladbach-publisher")
    assert answer.status_code == 201
    assert answer.json["status"] == "draft"
    assert answer.json["originator"] == "moenchengladbach"
    assert answer.headers["Location"] == "/api/v1/services/wunschkennzeichen"
    with resources.database.reading() as reading:
        assert reading.scalar(select(Service.slug)) == "wunschkennzeichen"


def test_a_draft_is_hidden_from_strangers(call):
    call("POST", "/services", SERVICE, who="moenchengladbach-publisher")
    assert call("GET", "/services/wunschkennzeichen").status_code == 404
    assert call("GET", "/services/wunschkennzeichen", who="kiel-owner").status_code == 404
    assert call("GET", "/services/wunschkennzeichen", who="moenchengladbach-viewer").status_code == 200


def test_the_first_release_opens_a_draft_to_all(call, publish):
    call("POST", "/services", SERVICE, who="moenchengladbach-publisher")
    assert publish().status_code == 201
    read = call("GET", "/services/wunschkennzeichen")
    assert read.json["status"] == "active"
    assert read.json["latest_release"]["version"] == "1.0.0"
    found = call("GET", "/services?q=Kenzeichen").json
    assert [item["slug"] for item in found["items"]] == ["wunschkennzeichen"]
    assert found["facets"]["topic"] == [{"value": "Mobilität & Reisen", "count": 1}]
