"""THE CROSSING of pages: every page and form, by everybody who may be signed in.

What is expected is written out, not computed. `weak` is an owner who came by a link, `strong` one who has shown a
passkey; both are of Wiesbaden, and `strong` is its only owner but for `weak`.
"""

import pytest

from registry.accounts import service as accounts
from registry.accounts.models import Person
from registry.authz.actor import Role
from registry.sign_in import service as sign_in
from tests.api.asking import ON_SQLITE
from tests.cast import OPERATOR, SERVICE

pytestmark = ON_SQLITE

PARTS = ("nobody", "viewer", "publisher", "adopter", "weak", "strong", "operator")
NONE = "00000000-0000-4000-8000-000000000000"

ALL = "200 200 200 200 200 200 200"
KNOWN = "303 200 200 200 200 200 200"
MEMBERS = "303 200 200 200 200 200 403"
#: Nobody is asked who he is, and what he sends is not right.
WRONG = "422 422 422 422 422 422 422"
#: Owners alone; without a passkey they are led to it, with one there is no such thing.
OWNERS = "401 403 403 403 303 404 403"
#: Pages of owners alone, and their forms where what is sent is not right.
OWNED = "303 403 403 403 303 200 403"
OWNED_NOTHING = "303 403 403 403 303 404 403"
MISTYPED = "401 403 403 403 303 422 403"
#: Pages of the operator alone, and likewise.
OPERATED = "303 403 403 403 403 403 200"
OPERATED_NOTHING = "303 403 403 403 403 403 404"
OPERATOR_MISTYPED = "401 403 403 403 403 403 422"
OPERATOR_NOTHING = "401 403 403 403 403 403 404"
#: The service is another organisation's.
FOREIGN = "401 403 403 403 403 403 403"
#: Adopters and owners, with a form that is out of date.
ADOPTERS = "401 403 403 422 422 422 403"
REPORTED = {"version": "1.0.0", "environment": "test", "status": "rolled_out"}
VERSION = "/services/<slug:slug>/releases/<version:version>"
REASON = {"reason.de": "Darum"}
PIPELINE = {"issuer": "https://gitlab.com", "project": "a/b", "ref": "refs/heads/main"}
INVITED = {"email": "neu@city.example", "role": "viewer"}

#: What stands in a path: a service of Mönchengladbach with a release, for all to see; Wiesbaden; and what is nowhere.
PLACES = {
    "<slug:slug>": "wunschkennzeichen",
    "<version:version>": "1.0.0",
    "<file:path>": "README.md",
    "<problem>": "not-found",
    "<slug:organisation>": "wiesbaden",
    "<uuid:identifier>": NONE,
    "<slug:client_id>": "wiesbaden-0",
    "<keyid>": "0",
    "<any(csv,jsonl):form>": "csv",
}

TABLE = (
    # start
    ("GET", "/", None, ALL),
    # catalogue
    ("GET", "/services", None, ALL),
    ("GET", "/services/<slug:slug>", None, ALL),
    # releases
    ("GET", "/services/<slug:slug>/releases", None, ALL),
    ("GET", "/services/<slug:slug>/releases/<version:version>", None, ALL),
    ("GET", "/services/<slug:slug>/releases/<version:version>/package", None, ALL.replace("200", "302")),
    ("GET", "/services/<slug:slug>/releases/<version:version>/files", None, ALL),
    ("GET", "/services/<slug:slug>/releases/<version:version>/files/<file:path>", None, ALL),
    # describing: publishers and owners of any organisation create; the service is another's
    ("GET", "/services/new", None, "303 403 200 403 200 200 403"),
    ("POST", "/services/new", {}, "401 403 422 403 422 422 403"),
    ("GET", "/services/<slug:slug>/edit", None, "303 403 403 403 403 403 403"),
    ("POST", "/services/<slug:slug>/edit", {}, FOREIGN),
    ("POST", "/services/<slug:slug>/status", {}, FOREIGN),
    # publishing, changing
    ("GET", "/services/<slug:slug>/publish", None, "303 403 403 403 403 403 403"),
    ("POST", "/services/<slug:slug>/publish", {}, FOREIGN),
    ("POST", f"{VERSION}/publish", {}, FOREIGN),
    ("POST", f"{VERSION}/approve", {}, FOREIGN),
    ("GET", f"{VERSION}/reject", None, "303 403 403 403 403 403 403"),
    ("POST", f"{VERSION}/reject", REASON, FOREIGN),
    ("GET", f"{VERSION}/yank", None, "303 403 403 403 403 403 403"),
    ("POST", f"{VERSION}/yank", REASON, FOREIGN),
    ("GET", f"{VERSION}/unyank", None, "303 403 403 403 403 403 403"),
    ("POST", f"{VERSION}/unyank", REASON, FOREIGN),
    ("GET", f"{VERSION}/deprecate", None, "303 403 403 403 403 403 403"),
    ("POST", f"{VERSION}/deprecate", REASON, FOREIGN),
    ("GET", f"{VERSION}/changelog", None, "303 403 403 403 403 403 403"),
    ("POST", f"{VERSION}/changelog", {}, FOREIGN),
    # publishers: owners with a passkey, of this service; the operator looks on and may end it
    ("GET", "/services/<slug:slug>/publishers", None, "303 403 403 403 303 403 200"),
    ("POST", "/services/<slug:slug>/publishers", PIPELINE, "401 403 403 403 303 403 403"),
    ("POST", f"/services/<slug:slug>/publishers/{NONE}/remove", {}, "401 403 403 403 303 403 404"),
    ("POST", "/services/<slug:slug>/publishers/only", {"only": "yes"}, FOREIGN),
    # adoption
    ("GET", "/services/<slug:slug>/adoptions", None, ALL),
    ("GET", "/services/<slug:slug>/adoptions/<slug:organisation>", None, ALL),
    ("GET", "/services/<slug:slug>/adopt", None, "303 403 403 200 200 200 403"),
    ("POST", "/services/<slug:slug>/adopt", {}, ADOPTERS),
    ("POST", "/services/<slug:slug>/adoptions/<slug:organisation>/confirm", {}, ADOPTERS),
    ("GET", "/services/<slug:slug>/adoptions/<slug:organisation>/report", None, "303 403 403 200 200 200 403"),
    ("POST", "/services/<slug:slug>/adoptions/<slug:organisation>/report", REPORTED, "401 403 403 303 303 303 403"),
    ("GET", "/organisation/adoptions", None, MEMBERS),
    ("GET", "/organisation/services", None, MEMBERS),
    # organisations
    ("GET", "/organisations", None, ALL),
    ("GET", "/organisations/<slug:organisation>", None, ALL),
    # notices
    ("GET", "/imprint", None, ALL),
    ("GET", "/privacy", None, ALL),
    ("GET", "/accessibility", None, ALL),
    ("GET", "/licences", None, ALL),
    ("GET", "/problems", None, ALL),
    ("GET", "/problems/<problem>", None, ALL),
    # sign_in
    ("GET", "/sign-in", None, ALL),
    ("POST", "/sign-in", {}, WRONG),
    ("GET", "/sign-in/link", None, ALL),
    ("POST", "/sign-in/link", {}, WRONG),
    ("POST", "/sign-in/demo", {"who": "operator"}, ALL.replace("200", "404")),
    ("POST", "/sign-in/passkey/options", {}, ALL),
    ("POST", "/sign-in/passkey", {}, WRONG),
    ("GET", "/first-operator", None, ALL),
    ("POST", "/first-operator", {"email": "me@city.example"}, WRONG),
    ("POST", "/sign-in/providers/<name>", {}, ALL.replace("200", "404")),
    ("GET", "/sign-in/providers/<name>/callback", None, ALL.replace("200", "404")),
    ("GET", "/confirm", None, KNOWN),
    ("POST", "/sign-out", {}, ALL.replace("200", "303")),
    ("GET", "/demo/mailbox", None, ALL.replace("200", "404")),
    ("GET", "/invitation", None, WRONG),
    ("POST", "/invitation", {}, WRONG),
    # account
    ("GET", "/account", None, KNOWN),
    ("POST", "/account/organisation", {"organisation": "kiel"}, "401 403 403 403 403 403 403"),
    ("POST", f"/account/sessions/{NONE}/end", {}, "401 404 404 404 404 404 404"),
    ("POST", "/account/sessions/end-others", {}, "401 303 303 303 303 303 303"),
    ("POST", "/account/passkeys/options", {}, "401 200 200 200 200 200 200"),
    ("POST", "/account/passkeys", {}, "401 422 422 422 422 422 422"),
    ("POST", f"/account/passkeys/{NONE}/remove", {}, "401 303 303 303 303 404 404"),
    ("GET", "/account/export", None, KNOWN),
    ("GET", "/account/erase", None, KNOWN),
    ("POST", "/account/erase", {}, "401 422 422 422 422 422 422"),
    # organisation
    ("GET", "/organisation", None, MEMBERS),
    ("GET", "/organisation/profile", None, OWNED),
    ("POST", "/organisation/profile", {}, MISTYPED),
    ("POST", "/organisation/profile/proof", {}, MISTYPED.replace("422", "409")),
    # members
    ("GET", "/organisation/members", None, OWNED),
    ("POST", "/organisation/invitations", INVITED, "401 403 403 403 303 303 403"),
    ("POST", f"/organisation/invitations/{NONE}/withdraw", {}, OWNERS),
    ("POST", f"/organisation/members/{NONE}/role", {"role": "viewer"}, OWNERS),
    ("GET", f"/organisation/members/{NONE}/remove", None, OWNED_NOTHING),
    ("POST", f"/organisation/members/{NONE}/remove", {}, OWNERS),
    # clients
    ("GET", "/organisation/clients", None, OWNED),
    ("GET", "/organisation/clients/new", None, OWNED),
    ("POST", "/organisation/clients", {}, MISTYPED),
    ("GET", "/organisation/clients/<slug:client_id>", None, OWNED_NOTHING),
    ("POST", "/organisation/clients/<slug:client_id>", {"name": "x"}, OWNERS),
    ("POST", "/organisation/clients/<slug:client_id>/rotate", {"overlap": "0"}, OWNERS),
    ("GET", "/organisation/clients/<slug:client_id>/end", None, OWNED_NOTHING),
    ("POST", "/organisation/clients/<slug:client_id>/end", {}, OWNERS),
    # mandates
    ("GET", "/organisation/mandates", None, OWNED),
    ("POST", "/organisation/mandates", {}, MISTYPED),
    ("GET", "/organisation/mandates/<slug:slug>/withdraw", None, OWNED_NOTHING),
    ("POST", "/organisation/mandates/<slug:slug>/withdraw", {}, OWNERS),
    ("GET", "/organisation/keys", None, MEMBERS),
    ("POST", "/organisation/keys", {}, MISTYPED),
    ("GET", "/organisation/keys/<keyid>/withdraw", None, "303 404 404 404 404 404 403"),
    ("POST", "/organisation/keys/<keyid>/withdraw", {}, OWNERS),
    # auditing
    ("GET", "/organisation/audit", None, OWNED),
    ("GET", "/organisation/audit.<any(csv,jsonl):form>", None, OWNED),
    # operator
    ("GET", "/operator", None, OPERATED),
    ("GET", "/operator/organisations", None, OPERATED),
    ("GET", "/operator/organisations/new", None, OPERATED),
    ("POST", "/operator/organisations", {}, OPERATOR_MISTYPED),
    ("GET", "/operator/organisations/<slug:slug>", None, OPERATED_NOTHING),
    ("POST", "/operator/organisations/<slug:slug>/verify", {}, OPERATOR_NOTHING),
    ("POST", "/operator/organisations/<slug:slug>/invitations", {}, OPERATOR_NOTHING),
    ("POST", "/operator/organisations/<slug:slug>/limits", {}, OPERATOR_NOTHING),
    ("GET", "/operator/moderation", None, OPERATED),
    ("GET", "/operator/audit", None, OPERATED),
    ("GET", "/operator/audit.<any(csv,jsonl):form>", None, OPERATED),
    ("GET", "/operator/people", None, OPERATED),
    ("POST", "/operator/people/export", {}, OPERATOR_MISTYPED),
    ("POST", "/operator/people/erase", {}, OPERATOR_MISTYPED),
    # members, last of all: who leaves may do nothing more
    ("GET", "/organisation/leave", None, MEMBERS),
    ("POST", "/organisation/leave", {}, "401 303 303 303 303 303 403"),
)


@pytest.fixture
def enter(resources, visit, call, publish):
    """Open a browser of each part."""
    assert call("POST", "/services", SERVICE, who="moenchengladbach-publisher").status_code == 201
    assert publish().status_code == 201
    adopted = f"/services/{SERVICE['slug']}/adoptions/wiesbaden"
    assert call("PUT", adopted, {"status": "planned"}, who="wiesbaden-adopter").status_code == 201
    roles = {"weak": Role.OWNER, "strong": Role.OWNER}
    people = {}
    with resources.database.transaction() as session:
        for part in PARTS[1:-1]:
            role = roles.get(part) or Role(part)
            joined = accounts.add_member(session, OPERATOR, "wiesbaden", email=f"{part}@wiesbaden.example", role=role)
            people[part] = joined.person
        people["operator"] = Person(email="operator@land.example", is_operator=True)
        session.add(people["operator"])

    def open_browser(part):
        here = visit()
        here.get("/sign-in")
        if part != "nobody":
            with resources.database.transaction() as session:
                person = session.get_one(Person, people[part].id)
                secret = sign_in.begin(session, person, device="Firefox", strong=part in {"strong", "operator"})
            here.client.set_cookie("__Host-session", secret, secure=True)
        return here

    return open_browser


def test_the_table_has_a_row_for_every_page(app):
    served = {
        (method, rule.rule.replace("<uuid:identifier>", NONE))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("web.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert served == {(method, path) for method, path, _, _ in TABLE}


def _place(path):
    for name, there in PLACES.items():
        path = path.replace(name, there)
    return path


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_answered_just_as_the_table_says(enter, part):
    found = {}
    for method, path, said, _ in TABLE:
        here, place = enter(part), _place(path)
        if method == "GET":
            answer = here.get(place)
        elif "passkey" in path and not path.endswith("remove"):
            answer = here.script(place, said)
        else:
            answer = here.post(place, said)
        found[method, path] = answer.status_code
    expected = {(row[0], row[1]): int(row[3].split()[PARTS.index(part)]) for row in TABLE}
    assert found == expected


@pytest.mark.parametrize("part", ["nobody", "viewer", "strong", "operator"])
def test_every_page_says_what_it_may_do(enter, part):
    here = enter(part)
    for method, path, *_ in TABLE:
        if method == "GET":
            headers = here.get(_place(path)).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, path
            # What of a package is handed out is boxed in even where it is opened as a page of its own.
            assert "frame-ancestors 'none'" in policy or policy.endswith("; sandbox"), path
            assert "unsafe" not in policy, path
            assert headers["X-Content-Type-Options"] == "nosniff", path
