"""A client that is for certain services only: it does with these what it could do anyway, and nothing else."""

import pytest

from registry.accounts import service as accounts
from registry.authz.policy import POLICY
from registry.catalogue import service as catalogue
from tests.api.asking import ADOPTION, ANYHOW, ON_SQLITE, OWNER, RELEASE, good, pointers, refused
from tests.api.asking import SERVICE as KNOWN
from tests.api.test_permissions import TABLE, ask, expected, template
from tests.cast import CAST, OPERATOR, SERVICE

CLIENTS = "/organisations/moenchengladbach/clients"
SCOPES = ["organisation:manage", "releases:publish", "services:write"]


@pytest.fixture
def narrowed(call, client):
    """Set up a client that is for some services only, and return the headers of a token of it."""

    def make(*services, organisation="moenchengladbach", scopes=SCOPES, who=OWNER):
        said = {"scopes": list(scopes), "services": list(services)}
        program = good(call("POST", f"/organisations/{organisation}/clients", said, who=who), 201)
        secret = {"client_id": program["client_id"], "client_secret": program["client_secret"]}
        answer = client.post("/oauth/token", data={**secret, "grant_type": "client_credentials"})
        return {"Authorization": f"Bearer {good(answer)['access_token']}"}

    return make


def test_a_narrowed_token_works_on_its_service_and_no_other(call, service, create, publish, narrowed):
    create("anderer")
    mine = narrowed(SERVICE["slug"])
    good(call("PATCH", KNOWN, {"kind": "method"}, headers=mine | ANYHOW))
    good(call("GET", f"{KNOWN}/contacts", headers=mine))
    good(publish(version="1.1.0", who="nobody", headers=mine), 201)
    good(call("POST", f"{RELEASE}/yank", {"reason": {"de": "x"}}, headers=mine))
    for answer in (
        call("PATCH", "/services/anderer", {"kind": "method"}, headers=mine | ANYHOW),
        call("GET", "/services/anderer/contacts", headers=mine),
        publish("anderer", who="nobody", headers=mine),
        call("POST", "/services", {**SERVICE, "slug": "neu"}, headers=mine),
        call("GET", "/organisations/moenchengladbach/members", headers=mine),
        call("POST", CLIENTS, {"scopes": ["services:write"]}, headers=mine),
        call("PATCH", "/organisations/moenchengladbach", {"name": "MG"}, headers=mine | ANYHOW),
    ):
        refused(answer, 403, "token-narrowed")
    refused(call("GET", "/organisations/kiel/members", headers=mine), 403, "not-yours")


def test_a_narrowed_token_adopts_and_reports_its_service_alone(call, service, create, publish, narrowed):
    create("anderer")
    good(publish("anderer"), 201)
    scopes = ["adoptions:write", "deployments:report"]
    mine = narrowed(SERVICE["slug"], organisation="wiesbaden", scopes=scopes, who="wiesbaden-owner")
    report = {"version": "1.0.0", "environment": "test", "status": "rolled_out"}
    good(call("PUT", ADOPTION, {"status": "planned"}, headers=mine), 201)
    good(call("POST", f"{ADOPTION}/deployments", report, headers=mine), 201)
    others = "/services/anderer/adoptions/wiesbaden"
    refused(call("PUT", others, {"status": "planned"}, headers=mine), 403, "token-narrowed")
    refused(call("POST", f"{others}/deployments", report, headers=mine), 403, "token-narrowed")


def test_a_client_is_told_for_which_services_it_is(call, service, create):
    create("anderer")
    said = {"scopes": ["services:write"], "services": [SERVICE["slug"], "anderer", SERVICE["slug"]]}
    told = good(call("POST", CLIENTS, said, who=OWNER), 201)
    assert told["services"] == ["anderer", SERVICE["slug"]]
    assert good(call("POST", CLIENTS, {"scopes": ["services:write"]}, who=OWNER), 201)["services"] is None


@ON_SQLITE
@pytest.mark.parametrize(
    ("services", "scopes", "wrong"),
    [
        ([], ["services:write"], ["#/services"]),
        (["nirgends"], ["services:write"], ["#/services/0"]),
        (["wunschkennzeichen", "kieler-entwurf"], ["adoptions:write"], ["#/services/1"]),
        (["kieler-woche"], ["services:write", "releases:publish"], ["#/services/0"]),
        (["Wunschkennzeichen"], ["services:write"], ["#/services/0"]),
    ],
)
def test_a_client_is_narrowed_only_to_what_it_could_act_on(call, service, create, publish, services, scopes, wrong):
    for slug in ("kieler-woche", "kieler-entwurf"):
        create(slug, who="kiel-publisher")
    good(publish("kieler-woche", who="kiel-publisher"), 201)
    assert pointers(call("POST", CLIENTS, {"scopes": scopes, "services": services}, who=OWNER)) == wrong
    good(call("POST", CLIENTS, {"scopes": ["adoptions:write"], "services": ["kieler-woche"]}, who=OWNER), 201)


#: The parts of the cast that write, and the services to which their tokens are narrowed here.
NARROWED = (
    ("moenchengladbach-owner", "entwurf"),
    ("wiesbaden-owner", "offen"),
    ("rechenzentrum-adopter", "kieler-woche"),
)


@pytest.fixture
def world(gallery, tmp_path):
    """A registry in which the tokens of some are narrowed."""
    with gallery.copy(tmp_path / "world") as copied:
        tokens = dict(copied.tokens)
        with copied.resources.database.transaction() as writing:
            for who, slug in NARROWED:
                part, only = CAST[who], [catalogue.find(writing, OPERATOR, slug).id]
                made, _ = accounts.create_client(
                    writing,
                    OPERATOR,
                    part.organisation,
                    name=who,
                    scopes=part.scopes,
                    services=only,
                    expires_at=None,
                )
                tokens[who] = accounts.issue(writing, made, part.scopes)
        copied.tokens = tokens
        yield copied


@pytest.mark.parametrize(("who", "slug"), NARROWED)
def test_a_narrowed_token_is_refused_on_every_route_but_those_of_its_services(world, who, slug):
    permissions = {
        (template(rule), method): getattr(getattr(view, method.lower(), None), "permission", None)
        for rule in world.app.url_map.iter_rules()
        if (view := getattr(world.app.view_functions[rule.endpoint], "view_class", None))
        for method in rule.methods
    }
    refusals = 0
    for row in TABLE:
        permission = permissions.get(row[:2])
        covered = f"/services/{slug}" in row[2]
        if permission is None or POLICY[permission][0] is None or (expected(who, row) < 300 and covered):
            continue
        # Of an organisation a narrowed token does not even learn what it has not.
        refused_anyway = expected(who, row) in ({403} if row[0].startswith("/organisations/") else {403, 404})
        assert ask(world, who, row) == (expected(who, row) if refused_anyway else 403), row
        refusals += not refused_anyway
    assert refusals >= 2
