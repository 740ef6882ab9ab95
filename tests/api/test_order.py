"""The order of refusals: of two reasons the one that tells a stranger less is given."""

import pytest

from tests.api.asking import ADOPTER, ANYHOW, OWNER, PUBLISHER, refused, written

SERVICES = "/api/v1/services"
JSON = {"Content-Type": "application/json"}
STALE = {"If-Match": '"stale"'}
BAD_TOKEN = {"Authorization": "Bearer wrong"}
TEXT = {"Content-Type": "text/plain"}


@pytest.mark.parametrize(
    ("why", "method", "path", "who", "body", "headers", "status"),
    [
        ("401 before 403 scope", "POST", SERVICES, "moenchengladbach-viewer", b"{}", JSON | BAD_TOKEN, 401),
        ("401 before 404", "PATCH", f"{SERVICES}/entwurf", "nobody", b"{}", JSON, 401),
        ("401 before 400", "POST", SERVICES, "nobody", b"{", JSON, 401),
        ("401 before 413", "POST", SERVICES, "nobody", b"x" * 1_000_001, JSON, 401),
        ("401 before 415", "POST", f"{SERVICES}/offen/releases", "nobody", b"{}", JSON, 401),
        ("401 before 422", "GET", "/api/v1/organisations/kiel/members?limit=0", "nobody", None, {}, 401),
        ("401 bad token where none is needed", "GET", f"{SERVICES}?limit=0", "nobody", None, BAD_TOKEN, 401),
        ("403 scope before 404", "PATCH", f"{SERVICES}/nichts", "moenchengladbach-viewer", b"{}", JSON, 403),
        ("403 scope before 404, hidden", "PATCH", f"{SERVICES}/entwurf", "mainz-adopter", b"{}", JSON, 403),
        ("403 scope before 400", "POST", SERVICES, "moenchengladbach-viewer", b"{", JSON, 403),
        ("403 scope before 413", "POST", SERVICES, "moenchengladbach-viewer", b"x" * 1_000_001, JSON, 403),
        ("404 before 400", "PATCH", f"{SERVICES}/entwurf", "kiel-publisher", b"{", JSON, 404),
        ("404 before 415", "POST", f"{SERVICES}/entwurf/releases", "kiel-publisher", b"{}", JSON, 404),
        ("404 before 428", "PATCH", f"{SERVICES}/entwurf", "kiel-publisher", b"{}", JSON, 404),
        ("404 before 422 query", "GET", f"{SERVICES}/entwurf/releases?limit=0", "nobody", None, {}, 404),
        ("404 before 422 query", "GET", f"{SERVICES}/nichts/fleet?limit=0", "nobody", None, {}, 404),
        ("404 before 422 query", "POST", f"{SERVICES}/entwurf/releases?check=9", "kiel-publisher", b"", {}, 404),
        ("403 not his before 400", "PATCH", f"{SERVICES}/offen", "kiel-publisher", b"{", JSON, 403),
        ("403 not his before 412", "PATCH", f"{SERVICES}/offen", "kiel-publisher", b"{}", JSON | STALE, 403),
        ("403 not his before 422", "POST", f"{SERVICES}/offen/releases?check=9", "kiel-publisher", b"", {}, 403),
        ("403 not his before 422", "POST", f"{SERVICES}/offen/releases/1.0.0/yank", "kiel-publisher", b"{}", JSON, 403),
        ("403 not his before 415", "POST", f"{SERVICES}/offen/releases", "kiel-publisher", b"{}", JSON, 403),
        ("400 before 428", "PATCH", f"{SERVICES}/offen", PUBLISHER, b"{", JSON, 400),
        ("415 before 412", "PATCH", f"{SERVICES}/offen", PUBLISHER, b"{}", TEXT | STALE, 415),
        ("428 before 422", "PATCH", f"{SERVICES}/offen", PUBLISHER, b'{"kind": "app"}', JSON, 428),
        ("412 before 422", "PATCH", f"{SERVICES}/offen", PUBLISHER, b'{"kind": "app"}', JSON | STALE, 412),
        ("412 before 422", "PUT", f"{SERVICES}/offen/adoptions/wiesbaden", ADOPTER, b"[]", JSON | STALE, 412),
        ("428 before 409", "PATCH", f"{SERVICES}/offen", PUBLISHER, b'{"status": "draft"}', JSON, 428),
        (
            "412 before 409",
            "PUT",
            f"{SERVICES}/offen/adoptions/wiesbaden",
            ADOPTER,
            b'{"status": "planned"}',
            JSON | STALE,
            412,
        ),
        (
            "422 before 409",
            "PATCH",
            f"{SERVICES}/offen",
            PUBLISHER,
            b'{"status": "draft", "successor": "nichts"}',
            JSON | ANYHOW,
            422,
        ),
        ("422 before 409", "POST", f"{SERVICES}/offen/releases/0.9.0/yank", PUBLISHER, b"{}", JSON, 422),
        (
            "422 before 409",
            "PUT",
            f"{SERVICES}/offen/adoptions/wiesbaden",
            ADOPTER,
            b'{"status": "planned", "version": "7.0.0"}',
            JSON | ANYHOW,
            422,
        ),
        (
            "409 at last",
            "PUT",
            f"{SERVICES}/offen/adoptions/wiesbaden",
            ADOPTER,
            b'{"status": "planned"}',
            JSON | ANYHOW,
            409,
        ),
        ("404 of the path before 401", "GET", "/api/v1/nichts", "nobody", None, BAD_TOKEN, 404),
        ("405 before 401", "DELETE", SERVICES, "nobody", None, BAD_TOKEN, 405),
        ("404 of the path before 401", "PATCH", f"{SERVICES}/A_B", "nobody", b"{}", BAD_TOKEN, 404),
        (
            "412 where there is nothing",
            "PUT",
            f"{SERVICES}/kieler-woche/adoptions/wiesbaden",
            ADOPTER,
            b"{}",
            JSON | ANYHOW,
            412,
        ),
        (
            "428 of a mandate",
            "DELETE",
            "/api/v1/organisations/zweckverband/mandates/wiesbaden",
            "wiesbaden-owner",
            None,
            {},
            428,
        ),
        ("404 of an organisation", "GET", "/api/v1/organisations/nichts/members?limit=0", OWNER, None, {}, 404),
    ],
)
def test_the_first_reason_is_given(gallery, why, method, path, who, body, headers, status):
    before = written(gallery.resources)
    told = refused(gallery.call(method, path, who=who, data=body, headers=headers), status)
    assert told, why
    assert written(gallery.resources) == before
