"""THE CROSSING: every route and method, by every part of the cast, on one's own thing and on others'.

What is expected is written out here, not computed: who changes the policy changes this table too, and sees what that
means. `201*` is 201 where it is allowed, and so on; the columns are the parts of the cast in their order.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule

from registry.accounts import service as accounts
from registry.authz.actor import Scope
from tests.api.asking import ANYHOW, written
from tests.api.world import ISSUER, JSON, World, upload
from tests.cast import CAST, OPERATOR, SERVICE
from tests.envelopes import envelope, key_id, pem

pytestmark = pytest.mark.in_hundreds

DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text())

PARTS = (
    "nobody",
    "moenchengladbach-owner",
    "moenchengladbach-publisher",
    "moenchengladbach-viewer",
    "wiesbaden-owner",
    "wiesbaden-adopter",
    "mainz-adopter",
    "kiel-owner",
    "kiel-publisher",
    "rechenzentrum-adopter",
    "operator",
)

ALL = "200 200 200 200 200 200 200 200 200 200 200"
#: What only Mönchengladbach and the operator see.
HIDDEN = "404 200 200 200 404 404 404 404 404 404 200"
#: What only publishers of Mönchengladbach may change: by all to see, and hidden from others.
OURS = "401 200 200 403 403 403 403 403 403 403 403"
OURS_HIDDEN = "401 200 200 403 404 403 403 404 404 403 403"
#: What only the owner of Mönchengladbach, or of Wiesbaden, may see or change; and the operator.
OWNER_MG = "401 200 403 403 403 403 403 403 403 403 200"
OWNER_WI = "401 403 403 403 200 403 403 403 403 403 200"
#: Who may look finds nobody: there is no such member, no such invitation.
MISSING_MG = OWNER_MG.replace("200", "404")
NOBODY_S = "00000000-0000-4000-8000-000000000000"
#: A client asks with its own secret, whatever else it shows.
SECRET = "401 401 401 401 401 401 401 401 401 401 401"

REASON = {"reason": {"de": "Grund"}}
PLANNED = {"status": "rolling_out"}
REPORT = {"version": "1.0.0", "environment": "test", "status": "rolled_out"}
TOWN = {"slug": "trier", "name": "Trier", "kind": "municipality", "ars": "072110000000"}
A_SERVICE = {**SERVICE, "slug": "neu"}
ORGANISATIONS, SERVICES = "/api/v1/organisations", "/api/v1/services"

KNOWN_CLIENT = f"{ORGANISATIONS}/moenchengladbach/clients/moenchengladbach-known"


def attest(world: World, path: str) -> bytes:
    """Return one more statement about the release that the path names."""
    return envelope(world.named[path.split("/")[-2]], predicate={})


#: Route, method, path, what is sent, and the status for each part.
TABLE: tuple[tuple[str, str, str, Any, str], ...] = (
    # Organisations
    (
        "/organisations/{slug}/members/{identifier}",
        "GET",
        f"{ORGANISATIONS}/moenchengladbach/members/{NOBODY_S}",
        None,
        MISSING_MG,
    ),
    (
        "/organisations/{slug}/members/{identifier}",
        "PATCH",
        f"{ORGANISATIONS}/moenchengladbach/members/{NOBODY_S}",
        {"role": "viewer"},
        MISSING_MG,
    ),
    (
        "/organisations/{slug}/members/{identifier}",
        "DELETE",
        f"{ORGANISATIONS}/moenchengladbach/members/{NOBODY_S}",
        None,
        MISSING_MG,
    ),
    ("/organisations/{slug}/invitations", "GET", f"{ORGANISATIONS}/moenchengladbach/invitations", None, OWNER_MG),
    (
        "/organisations/{slug}/invitations",
        "POST",
        f"{ORGANISATIONS}/moenchengladbach/invitations",
        {"email": "neu@city.example", "role": "viewer"},
        OWNER_MG.replace("200", "201"),
    ),
    (
        "/organisations/{slug}/invitations/{identifier}",
        "GET",
        f"{ORGANISATIONS}/moenchengladbach/invitations/{NOBODY_S}",
        None,
        MISSING_MG,
    ),
    (
        "/organisations/{slug}/invitations/{identifier}",
        "DELETE",
        f"{ORGANISATIONS}/moenchengladbach/invitations/{NOBODY_S}",
        None,
        MISSING_MG,
    ),
    # Without a website there is no domain to prove.
    (
        "/organisations/{slug}/proof",
        "GET",
        f"{ORGANISATIONS}/moenchengladbach/proof",
        None,
        OWNER_MG.replace("200", "409"),
    ),
    (
        "/organisations/{slug}/proof",
        "POST",
        f"{ORGANISATIONS}/moenchengladbach/proof",
        None,
        OWNER_MG.replace("200", "409"),
    ),
    ("/organisations", "GET", ORGANISATIONS, None, ALL),
    ("/organisations", "POST", ORGANISATIONS, TOWN, "401 403 403 403 403 403 403 403 403 403 201"),
    ("/organisations/{slug}", "GET", f"{ORGANISATIONS}/moenchengladbach", None, ALL),
    ("/organisations/{slug}", "PATCH", f"{ORGANISATIONS}/moenchengladbach", {"name": "MG"}, OWNER_MG),
    ("/organisations/{slug}", "PATCH", f"{ORGANISATIONS}/wiesbaden", {"name": "WI"}, OWNER_WI),
    (
        "/organisations/{slug}",
        "PATCH",
        f"{ORGANISATIONS}/moenchengladbach",
        {"population": 261_000},
        "401 403 403 403 403 403 403 403 403 403 200",
    ),
    ("/organisations/{slug}/limits", "GET", f"{ORGANISATIONS}/moenchengladbach/limits", None, OWNER_MG),
    (
        "/organisations/{slug}/limits",
        "PATCH",
        f"{ORGANISATIONS}/moenchengladbach/limits",
        {"services": 3000},
        "401 403 403 403 403 403 403 403 403 403 200",
    ),
    ("/organisations/{slug}/members", "GET", f"{ORGANISATIONS}/moenchengladbach/members", None, OWNER_MG),
    (
        "/organisations/{slug}/clients",
        "POST",
        f"{ORGANISATIONS}/moenchengladbach/clients",
        {"scopes": ["services:write"]},
        # The operator may, and yet passes on no scope that he does not hold himself.
        "401 201 403 403 403 403 403 403 403 403 422",
    ),
    (
        "/organisations/{slug}/clients",
        "POST",
        f"{ORGANISATIONS}/moenchengladbach/clients",
        {"scopes": ["registry:operate"]},
        # Nor does an owner.
        "401 422 403 403 403 403 403 403 403 403 201",
    ),
    ("/organisations/{slug}/clients", "GET", f"{ORGANISATIONS}/moenchengladbach/clients", None, OWNER_MG),
    ("/organisations/{slug}/clients/{client_id}", "GET", KNOWN_CLIENT, None, OWNER_MG),
    ("/organisations/{slug}/clients/{client_id}", "PATCH", KNOWN_CLIENT, {"name": "x"}, OWNER_MG),
    ("/organisations/{slug}/clients/{client_id}", "DELETE", KNOWN_CLIENT, None, OWNER_MG.replace("200", "204")),
    # Who reads the new secret has the client's scopes; the operator, who does not hold them, ends it instead.
    (
        "/organisations/{slug}/clients/{client_id}/rotate",
        "POST",
        f"{KNOWN_CLIENT}/rotate",
        {},
        "401 200 403 403 403 403 403 403 403 403 422",
    ),
    ("/leaked-secrets", "POST", "/api/v1/leaked-secrets", {"secrets": ["efa_at_x"]}, ALL.replace("200", "204")),
    ("/organisations/{slug}/mandates", "GET", f"{ORGANISATIONS}/wiesbaden/mandates", None, OWNER_WI),
    (
        "/organisations/{slug}/mandates/{other}",
        "GET",
        f"{ORGANISATIONS}/zweckverband/mandates/wiesbaden",
        None,
        OWNER_WI,
    ),
    (
        "/organisations/{slug}/mandates/{other}",
        "PUT",
        f"{ORGANISATIONS}/rechenzentrum/mandates/wiesbaden",
        None,
        OWNER_WI,
    ),
    (
        "/organisations/{slug}/mandates/{other}",
        "DELETE",
        f"{ORGANISATIONS}/zweckverband/mandates/wiesbaden",
        None,
        "401 403 403 403 204 403 403 403 403 403 204",
    ),
    ("/organisations/{slug}/adoptions", "GET", f"{ORGANISATIONS}/wiesbaden/adoptions", None, ALL),
    ("/organisations/{slug}/keys", "GET", f"{ORGANISATIONS}/moenchengladbach/keys", None, ALL),
    (
        "/organisations/{slug}/keys",
        "POST",
        f"{ORGANISATIONS}/moenchengladbach/keys",
        {"name": "Neu", "public_key": pem(2)},
        # Not even the operator signs for a city.
        "401 201 403 403 403 403 403 403 403 403 403",
    ),
    ("/organisations/{slug}/keys/{keyid}", "GET", f"{ORGANISATIONS}/moenchengladbach/keys/{key_id()}", None, ALL),
    (
        "/organisations/{slug}/keys/{keyid}",
        "DELETE",
        f"{ORGANISATIONS}/moenchengladbach/keys/{key_id()}",
        None,
        "401 204 403 403 403 403 403 403 403 403 204",
    ),
    # The catalogue
    ("/services", "GET", SERVICES, None, ALL),
    ("/services", "POST", SERVICES, A_SERVICE, "401 201 201 403 201 403 403 201 201 403 403"),
    ("/services/{slug}", "GET", f"{SERVICES}/offen", None, ALL),
    ("/services/{slug}", "GET", f"{SERVICES}/entwurf", None, HIDDEN),
    ("/services/{slug}", "PATCH", f"{SERVICES}/offen", {"kind": "method"}, OURS),
    ("/services/{slug}", "PATCH", f"{SERVICES}/entwurf", {"kind": "method"}, OURS_HIDDEN),
    (
        "/services/{slug}",
        "PATCH",
        f"{SERVICES}/kieler-woche",
        {"kind": "method"},
        "401 403 403 403 403 403 403 200 200 403 403",
    ),
    ("/services/{slug}/contacts", "GET", f"{SERVICES}/offen/contacts", None, OURS),
    ("/services/{slug}/contacts", "GET", f"{SERVICES}/entwurf/contacts", None, OURS_HIDDEN),
    (
        "/services/{slug}",
        "PATCH",
        f"{SERVICES}/offen",
        {"only_trusted_publishing": True},
        "401 200 403 403 403 403 403 403 403 403 403",
    ),
    ("/services/{slug}/trusted-publishers", "GET", f"{SERVICES}/offen/trusted-publishers", None, OWNER_MG),
    (
        "/services/{slug}/trusted-publishers",
        "GET",
        f"{SERVICES}/entwurf/trusted-publishers",
        None,
        "401 200 403 403 404 403 403 404 403 403 200",
    ),
    (
        "/services/{slug}/trusted-publishers",
        "POST",
        f"{SERVICES}/offen/trusted-publishers",
        {"issuer": ISSUER, "project": "moenchengladbach/neu", "ref": "refs/heads/main"},
        "401 201 403 403 403 403 403 403 403 403 403",
    ),
    (
        "/services/{slug}/trusted-publishers/{identifier}",
        "GET",
        f"{SERVICES}/offen/trusted-publishers/{{publisher}}",
        None,
        OWNER_MG,
    ),
    (
        "/services/{slug}/trusted-publishers/{identifier}",
        "DELETE",
        f"{SERVICES}/offen/trusted-publishers/{{publisher}}",
        None,
        "401 204 403 403 403 403 403 403 403 403 204",
    ),
    ("/topics", "GET", "/api/v1/topics", None, ALL),
    ("/licences", "GET", "/api/v1/licences", None, ALL),
    # Releases
    ("/services/{slug}/feed.atom", "GET", f"{SERVICES}/offen/feed.atom", None, ALL),
    ("/services/{slug}/feed.atom", "GET", f"{SERVICES}/entwurf/feed.atom", None, HIDDEN),
    ("/services/{slug}/releases", "GET", f"{SERVICES}/offen/releases", None, ALL),
    ("/services/{slug}/releases", "GET", f"{SERVICES}/entwurf/releases", None, HIDDEN),
    (
        "/services/{slug}/releases",
        "POST",
        f"{SERVICES}/offen/releases",
        upload,
        "401 201 201 403 403 403 403 403 403 403 403",
    ),
    (
        "/services/{slug}/releases",
        "POST",
        f"{SERVICES}/entwurf/releases",
        upload,
        "401 201 201 403 404 403 403 404 404 403 403",
    ),
    ("/services/{slug}/releases", "POST", f"{SERVICES}/offen/releases?check=1", upload, OURS),
    ("/services/{slug}/releases/{version}", "GET", f"{SERVICES}/offen/releases/1.0.0", None, ALL),
    ("/services/{slug}/releases/{version}", "GET", f"{SERVICES}/offen/releases/latest", None, ALL),
    ("/services/{slug}/releases/{version}", "GET", f"{SERVICES}/offen/releases/1.1.0", None, HIDDEN),
    ("/services/{slug}/releases/{version}", "GET", f"{SERVICES}/entwurf/releases/1.0.0", None, HIDDEN),
    ("/services/{slug}/releases/{version}", "PATCH", f"{SERVICES}/offen/releases/1.0.0", {"changelog": None}, OURS),
    (
        "/services/{slug}/releases/{version}",
        "PATCH",
        f"{SERVICES}/offen/releases/1.1.0",
        {"changelog": None},
        OURS_HIDDEN,
    ),
    (
        "/services/{slug}/releases/{version}/publish",
        "POST",
        f"{SERVICES}/offen/releases/1.1.0/publish",
        None,
        OURS_HIDDEN,
    ),
    (
        "/services/{slug}/releases/{version}/approve",
        "POST",
        f"{SERVICES}/offen/releases/1.1.0/approve",
        None,
        # Programs never approve; tests/releases/test_four_eyes.py has the people.
        "401 403 403 403 404 403 403 404 404 403 403",
    ),
    (
        "/services/{slug}/releases/{version}/reject",
        "POST",
        f"{SERVICES}/offen/releases/1.1.0/reject",
        REASON,
        "401 403 403 403 404 403 403 404 404 403 403",
    ),
    ("/services/{slug}/releases/{version}/yank", "POST", f"{SERVICES}/offen/releases/1.0.0/yank", REASON, OURS),
    ("/services/{slug}/releases/{version}/unyank", "POST", f"{SERVICES}/offen/releases/0.9.0/unyank", REASON, OURS),
    ("/services/{slug}/releases/{version}/package", "GET", f"{SERVICES}/offen/releases/1.0.0/package", None, ALL),
    ("/services/{slug}/releases/{version}/package", "GET", f"{SERVICES}/offen/releases/1.1.0/package", None, HIDDEN),
    ("/services/{slug}/releases/{version}/inspection", "GET", f"{SERVICES}/offen/releases/1.0.0/inspection", None, ALL),
    (
        "/services/{slug}/releases/{version}/inspection",
        "GET",
        f"{SERVICES}/offen/releases/1.1.0/inspection",
        None,
        HIDDEN,
    ),
    ("/services/{slug}/releases/{version}/files", "GET", f"{SERVICES}/offen/releases/1.0.0/files", None, ALL),
    ("/services/{slug}/releases/{version}/files", "GET", f"{SERVICES}/offen/releases/1.1.0/files", None, HIDDEN),
    (
        "/services/{slug}/releases/{version}/files/{path}",
        "GET",
        f"{SERVICES}/offen/releases/1.0.0/files/README.md",
        None,
        ALL,
    ),
    (
        "/services/{slug}/releases/{version}/files/{path}",
        "GET",
        f"{SERVICES}/offen/releases/1.1.0/files/README.md",
        None,
        HIDDEN,
    ),
    (
        "/services/{slug}/releases/{version}/attestations",
        "GET",
        f"{SERVICES}/offen/releases/1.0.0/attestations",
        None,
        ALL,
    ),
    (
        "/services/{slug}/releases/{version}/attestations",
        "GET",
        f"{SERVICES}/offen/releases/1.1.0/attestations",
        None,
        HIDDEN,
    ),
    (
        "/services/{slug}/releases/{version}/attestations",
        "POST",
        f"{SERVICES}/offen/releases/1.0.0/attestations",
        attest,
        "401 201 201 403 403 403 403 403 403 403 403",
    ),
    (
        "/services/{slug}/releases/{version}/attestations",
        "POST",
        f"{SERVICES}/offen/releases/1.1.0/attestations",
        attest,
        "401 201 201 403 404 403 403 404 404 403 403",
    ),
    (
        "/services/{slug}/releases/{version}/attestations/{sha256}",
        "GET",
        f"{SERVICES}/offen/releases/1.0.0/attestations/{{attestation-1.0.0}}",
        None,
        ALL,
    ),
    (
        "/services/{slug}/releases/{version}/attestations/{sha256}",
        "GET",
        f"{SERVICES}/offen/releases/1.1.0/attestations/{{attestation-1.1.0}}",
        None,
        HIDDEN,
    ),
    # Adoptions and deployments: that of Wiesbaden is for all, that of Mainz for who acts for any organisation.
    ("/adoptions", "GET", "/api/v1/adoptions", None, ALL),
    ("/services/{slug}/adoptions", "GET", f"{SERVICES}/offen/adoptions", None, ALL),
    ("/services/{slug}/adoptions", "GET", f"{SERVICES}/entwurf/adoptions", None, HIDDEN),
    ("/services/{slug}/adoptions/{organisation}", "GET", f"{SERVICES}/offen/adoptions/wiesbaden", None, ALL),
    (
        "/services/{slug}/adoptions/{organisation}",
        "GET",
        f"{SERVICES}/offen/adoptions/mainz",
        None,
        "404 200 200 200 200 200 200 200 200 200 200",
    ),
    (
        "/services/{slug}/adoptions/{organisation}",
        "PUT",
        f"{SERVICES}/offen/adoptions/wiesbaden",
        {"platform": "Form-Solutions"},
        "401 403 403 403 200 200 403 403 403 403 403",
    ),
    (
        "/services/{slug}/adoptions/{organisation}",
        "PUT",
        f"{SERVICES}/offen/adoptions/mainz",
        {"platform": "Form-Solutions"},
        "401 403 403 403 403 403 200 403 403 200 403",
    ),
    (
        "/services/{slug}/adoptions/{organisation}",
        "PUT",
        f"{SERVICES}/kieler-woche/adoptions/wiesbaden",
        PLANNED,
        "401 403 403 403 201 201 403 403 403 403 403",
    ),
    (
        "/services/{slug}/adoptions/{organisation}",
        "PUT",
        f"{SERVICES}/entwurf/adoptions/wiesbaden",
        PLANNED,
        "401 403 403 403 404 404 404 404 403 404 403",
    ),
    (
        "/services/{slug}/adoptions/{organisation}/deployments",
        "GET",
        f"{SERVICES}/offen/adoptions/wiesbaden/deployments",
        None,
        ALL,
    ),
    (
        "/services/{slug}/adoptions/{organisation}/deployments",
        "GET",
        f"{SERVICES}/offen/adoptions/mainz/deployments",
        None,
        "404 200 200 200 200 200 200 200 200 200 200",
    ),
    (
        "/services/{slug}/adoptions/{organisation}/deployments",
        "POST",
        f"{SERVICES}/offen/adoptions/wiesbaden/deployments",
        REPORT,
        "401 403 403 403 201 201 403 403 403 403 403",
    ),
    (
        "/services/{slug}/adoptions/{organisation}/deployments",
        "POST",
        f"{SERVICES}/offen/adoptions/mainz/deployments",
        REPORT,
        "401 403 403 403 403 403 201 403 403 201 403",
    ),
    ("/services/{slug}/fleet", "GET", f"{SERVICES}/offen/fleet", None, ALL),
    ("/services/{slug}/fleet", "GET", f"{SERVICES}/entwurf/fleet", None, HIDDEN),
    # The whole
    ("/changes", "GET", "/api/v1/changes", None, ALL),
    ("/organisations/{slug}/audit", "GET", f"{ORGANISATIONS}/moenchengladbach/audit", None, OWNER_MG),
    ("/organisations/{slug}/audit", "GET", f"{ORGANISATIONS}/wiesbaden/audit?format=csv", None, OWNER_WI),
    ("/audit", "GET", "/api/v1/audit", None, "401 403 403 403 403 403 403 403 403 403 200"),
    ("/audit", "GET", "/api/v1/audit?format=jsonl", None, "401 403 403 403 403 403 403 403 403 403 200"),
    ("/healthz", "GET", "/healthz", None, ALL),
    ("/readyz", "GET", "/readyz", None, ALL),
    ("/metrics", "GET", "/metrics", None, ALL),
    ("/openapi.json", "GET", "/openapi.json", None, ALL),
    ("/docs", "GET", "/docs", None, ALL),
    ("/static/{filename}", "GET", "/static/web.css", None, ALL),
    ("/assets/{said}/{name}", "GET", "/assets/today/web.css", None, ALL),
    ("/.well-known/oauth-authorization-server", "GET", "/.well-known/oauth-authorization-server", None, ALL),
    ("/.well-known/security.txt", "GET", "/.well-known/security.txt", None, ALL),
    ("/oauth/token", "POST", "/oauth/token", {"grant_type": "client_credentials"}, SECRET),
    ("/oauth/revoke", "POST", "/oauth/revoke", {"token": "x"}, SECRET),
    ("/oauth/introspect", "POST", "/oauth/introspect", {"token": "x"}, SECRET),
)


def template(rule: Rule) -> str:
    """Return the path of a route as the table writes it."""
    parts = (f"{{{part}}}" if is_dynamic else part for is_dynamic, part in rule._trace)
    return "".join(parts).removeprefix("|").removeprefix("/api/v1")


def located(world: World, path: str) -> str:
    """Fill in what is called otherwise in every world."""
    for name, value in world.named.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def ask(world: World, who: str, row: tuple[str, str, str, Any, str]) -> int:
    _, method, path, body, _ = row
    path = located(world, path)
    headers = ANYHOW if method in {"PATCH", "DELETE"} else {}
    if method == "PUT" and "offen" in path:
        headers = ANYHOW
    if body is upload:
        return world.call(method, path, who=who, headers=headers, data=upload("5.0.0")).status_code
    if body is attest:
        return world.call(method, path, who=who, data=attest(world, path), headers=JSON).status_code
    if path.startswith("/oauth"):
        return world.call(method, path, who=who, headers=headers, data=body).status_code
    return world.call(method, path, body, who=who, headers=headers).status_code


def expected(who: str, row: tuple[str, str, str, Any, str]) -> int:
    return int(row[4].split()[PARTS.index(who)])


def is_written(who: str, row: tuple[str, str, str, Any, str]) -> bool:
    return row[1] != "GET" and expected(who, row) < 300


@pytest.fixture
def played(gallery: World, tmp_path) -> Iterator[World]:
    """A registry in which one may write."""
    with gallery.copy(tmp_path / "world") as copied:
        yield copied


def test_the_table_has_a_column_for_every_part_of_the_cast():
    assert tuple(CAST) == PARTS
    assert all(len(row[4].split()) == len(PARTS) for row in TABLE)


def test_the_table_has_a_row_for_every_route(gallery):
    methods = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    # Pages know no token; who may see and do what on them has a table of its own (tests/web).
    rules = [rule for rule in gallery.app.url_map.iter_rules() if not rule.endpoint.startswith("web.")]
    served = {(template(rule), method) for rule in rules for method in rule.methods & methods}
    assert served == {(row[0], row[1]) for row in TABLE}


@pytest.mark.parametrize("who", PARTS)
def test_each_part_reads_and_is_refused_just_as_the_table_says(either_gallery, who):
    before = written(either_gallery.resources)
    rows = [row for row in TABLE if not is_written(who, row)]
    found = {(row[1], row[2], str(row[3])): ask(either_gallery, who, row) for row in rows}
    assert found == {(row[1], row[2], str(row[3])): expected(who, row) for row in rows}
    assert written(either_gallery.resources) == before


WRITES = [(who, row) for who in PARTS for row in TABLE if is_written(who, row)]


@pytest.mark.parametrize(("who", "row"), WRITES, ids=[f"{who}-{row[1]}-{row[2][8:]}" for who, row in WRITES])
def test_each_part_writes_what_the_table_allows(played, who, row):
    assert ask(played, who, row) == expected(who, row)


@pytest.mark.parametrize("row", [row for row in TABLE if row[1] == "GET"], ids=lambda row: row[2])
def test_who_may_read_may_ask_for_the_headers_alone(either_gallery, row):
    for who in ("nobody", "moenchengladbach-owner"):
        answer = either_gallery.call("HEAD", located(either_gallery, row[2]), who=who)
        assert answer.status_code == expected(who, row)
        assert answer.get_data() == b""


@pytest.fixture
def single(played: World) -> World:
    """A registry in which Mönchengladbach has a token for each scope, and for nothing else."""
    with played.resources.database.transaction() as writing:
        for scope in Scope:
            made, _ = accounts.create_client(
                writing, OPERATOR, "moenchengladbach", name=scope, scopes=[scope], expires_at=None
            )
            played.tokens = {**played.tokens, scope: accounts.issue(writing, made, [scope])}
    return played


def scope_of(row: tuple[str, str, str, Any, str]) -> Scope | None:
    """Return the scope that the OpenAPI document says is needed; None where no token is."""
    said = DOCUMENT["paths"].get(f"/api/v1{row[0]}", {}).get(row[1].lower(), {}).get("security", [{}])
    return None if {} in said else Scope(said[0]["token"][0])


def test_of_all_scopes_the_one_that_is_documented_is_needed_and_suffices(single):
    rows = [(row, scope_of(row)) for row in TABLE if scope_of(row)]
    assert {scope for _, scope in rows} > {Scope.RELEASES_PUBLISH, Scope.ADOPTIONS_WRITE, Scope.ORGANISATION_MANAGE}
    before = written(single.resources)
    # What the operator's scope stands in for is in its column of the table.
    others = set(Scope) - {Scope.REGISTRY_OPERATE}
    passed = [
        (row[1], row[2], other) for row, scope in rows for other in others - {scope} if ask(single, other, row) != 403
    ]
    assert passed == []
    assert written(single.resources) == before
    # Whatever the organisation may do at all. What one row does may leave another with nothing to do, but not without
    # the right to it.
    own = [(row, scope) for row, scope in rows if any(said in row[4].split()[1:3] for said in ("200", "201", "204"))]
    own = [(row, scope) for row, scope in own if row[3] != {"only_trusted_publishing": True}]  # this alone takes two
    assert [(row[1], row[2]) for row, scope in own if ask(single, scope, row) in {401, 403}] == []
