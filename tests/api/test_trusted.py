"""Pipelines publish by their issuer's word alone, and nothing but what they are trusted with."""

import threading
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import func, select

from registry.accounts import service as accounts
from registry.accounts.models import AccessToken, UsedAssertion
from registry.authz.actor import ROLE_SCOPES, Actor, ActorKind, Role
from registry.catalogue.errors import TrustedPublishingOnlyError
from registry.journal.models import Entry
from registry.kit import clock, mail
from registry.releases import service as releases
from tests.api.asking import ANYHOW, ON_SQLITE, OWNER, PUBLISHER, RELEASE, SERVICE, SLUG, good, pointers, refused
from tests.cast import OPERATOR
from tests.support.issuer import COMMIT, CONFIGURATION, PROJECT, TAG, Issuer, send

PUBLISHERS = f"{SERVICE}/trusted-publishers"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
RESOURCE = "http://localhost:8000/api/v1/services/"


@pytest.fixture
def environ(environ, issuer):
    return {**environ, "REGISTRY_TRUSTED_ISSUERS": f"https://gitlab.example, {issuer.url}"}


@pytest.fixture
def trust(call, issuer):
    """Trust the issuer's pipeline for tags of the project."""

    def add(who=OWNER, slug=SLUG, status=201, **changed):
        said = {"issuer": issuer.url, "project": PROJECT, "ref": "refs/tags/*", **changed}
        answer = call("POST", f"/services/{slug}/trusted-publishers", said, who=who)
        return good(answer, status) if status == 201 else answer

    return add


@pytest.fixture
def ask(client, issuer):
    """Exchange what the issuer says."""

    def exchange(claims=None, *, said=None, **more):
        assertion = said or issuer.sign(issuer.gitlab() if claims is None else claims)
        return client.post("/oauth/token", data={"grant_type": JWT_BEARER, "assertion": assertion, **more})

    return exchange


@pytest.fixture
def pipeline(ask, publish):
    """Publish as a pipeline."""

    def send_package(version="1.0.0", slug=SLUG, claims=None, **more):
        token = good(ask(claims))["access_token"]
        return publish(slug, version, who="nobody", headers=bearer(token), **more)

    return send_package


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def denied(answer, error="invalid_grant", status=400):
    """Return why an exchange is refused, as OAuth tells it."""
    assert (answer.status_code, answer.json["error"]) == (status, error), answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json) == {"error", "error_description"}
    return answer.json["error_description"]


@pytest.mark.usefixtures("draft")
class TestExchange:
    def test_a_pipeline_publishes_without_a_secret_and_the_release_says_what_built_it(
        self, trust, ask, publish, call, issuer
    ):
        added = trust(environment="production")
        assert (added["ids"], added["last_used_at"]) == (None, None)
        told = good(ask())
        assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 900, "releases:publish")
        assert told["resource"] == RESOURCE + SLUG
        good(publish(who="nobody", headers=bearer(told["access_token"])), 201)
        assert good(call("GET", RELEASE))["built_by"] == {
            "issuer": issuer.url,
            "repository": PROJECT,
            "commit": COMMIT,
            "ref": TAG,
            "environment": "production",
            "run_url": f"{issuer.url}/{PROJECT}/-/pipelines/574",
        }
        seen = good(call("GET", f"{PUBLISHERS}/{added['id']}", who=OWNER))
        assert seen["ids"] == {"project_id": "20", "namespace_id": "72"}
        assert seen["last_used_at"] is not None

    def test_what_people_publish_was_built_by_nobody(self, publish, call):
        good(publish(), 201)
        assert good(call("GET", RELEASE))["built_by"] is None

    def test_github_is_understood_as_well(self, trust, ask, issuer):
        trust(protected=False)
        assert good(ask(issuer.github()))["scope"] == "releases:publish"

    def test_the_journal_keeps_what_built_it_and_no_names_of_people(self, trust, pipeline, resources):
        trust()
        good(pipeline(), 201)
        with resources.database.reading() as reading:
            kinds = ("token.issued", "release.published")
            query = select(Entry).where(Entry.type.in_(kinds), Entry.after.is_not(None)).order_by(Entry.serial)
            entries = [entry for entry in reading.scalars(query) if "built_by" in entry.after]
            assert [entry.type for entry in entries] == ["token.issued", "release.published"]
            for entry in entries:
                assert entry.after["built_by"]["commit"] == COMMIT
                assert "mustermann" not in str(entry.after)
            kept = reading.scalars(select(AccessToken).where(AccessToken.built_by.is_not(None))).one()
            assert kept.built_by["repository"] == PROJECT
            assert "mustermann" not in str(kept.built_by)

    def test_the_token_ends_after_a_quarter_of_an_hour(self, trust, ask, publish):
        trust()
        with time_machine.travel(clock.now(), tick=False) as travelling:
            token = good(ask())["access_token"]
            travelling.shift(timedelta(minutes=15))
            refused(publish(who="nobody", headers=bearer(token)), 401, "token-invalid")

    def test_a_token_is_exchanged_once(self, trust, ask, issuer, resources):
        trust()
        said = issuer.sign(issuer.gitlab())
        good(ask(said=said))
        assert "before" in denied(ask(said=said))
        again = issuer.gitlab(jti=None)
        good(ask(said=issuer.sign(again)))
        denied(ask(said=issuer.sign(again)))
        with resources.database.reading() as reading:
            assert reading.scalar(select(func.count()).select_from(UsedAssertion)) == 2

    def test_of_two_at_once_one_wins(self, trust, app, issuer, resources):
        trust()
        data = {"grant_type": JWT_BEARER, "assertion": issuer.sign(issuer.gitlab())}
        found = []
        barrier = threading.Barrier(6)

        def run():
            barrier.wait()
            found.append(app.test_client().post("/oauth/token", data=data).status_code)

        asking = [threading.Thread(target=run) for _ in range(6)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        assert sorted(found) == [200, 400, 400, 400, 400, 400]
        with resources.database.reading() as reading:
            built = select(func.count()).select_from(AccessToken).where(AccessToken.built_by.is_not(None))
            assert reading.scalar(built) == 1

    def test_used_tokens_are_forgotten_when_nobody_could_show_them_any_more(self, trust, ask, resources):
        trust()
        good(ask())
        with time_machine.travel(clock.now(), tick=False) as travelling:
            with resources.database.transaction() as writing:
                assert accounts.forget_used(writing) == 0
            travelling.shift(timedelta(hours=2))
            with resources.database.transaction() as writing:
                assert accounts.forget_used(writing) == 1

    @pytest.mark.parametrize(
        "changed",
        [
            {"project_path": "kiel/wunschkennzeichen"},
            {"project_path": PROJECT + "2"},
            {"project_path": PROJECT.upper()},
            {"ref_path": "refs/heads/main"},
            {"ref_path": "refs/tags"},
            {"ref_protected": "false"},
            {"ref_protected": None},
            {"environment": "staging"},
            {"environment": None},
            {"pipeline_source": "merge_request_event"},
        ],
    )
    @ON_SQLITE
    def test_another_project_ref_or_environment_is_not_trusted(self, trust, ask, issuer, changed):
        trust(environment="production")
        why = denied(ask(issuer.gitlab(**changed)))
        assert "trust" in why
        good(ask())

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("ref", "said", "good_"),
        [
            ("refs/heads/main", "refs/heads/main", True),
            ("refs/heads/main", "refs/heads/main2", False),
            ("refs/heads/main", "refs/tags/main", False),
            ("refs/tags/v*", "refs/tags/v1.0.0", True),
            ("refs/tags/v*", "refs/tags/1.0.0", False),
            ("refs/heads/release/*", "refs/heads/release/1", True),
            ("refs/heads/release/*", "refs/heads/release", False),
        ],
    )
    def test_a_ref_fits_outright_or_by_its_beginning(self, trust, ask, issuer, ref, said, good_):
        trust(ref=ref)
        assert (ask(issuer.gitlab(ref_path=said)).status_code == 200) is good_

    @ON_SQLITE
    def test_an_issuer_that_tells_no_ref_is_trusted_without_one_and_others_are_not(self, trust, ask, issuer):
        trust(ref=None, project="job/publish")
        trust(ref=None)
        plain = {name: value for name, value in issuer.github().items() if name in {"iss", "aud", "iat", "exp", "jti"}}
        good(ask({**plain, "sub": "job/publish"}))
        denied(ask())

    @ON_SQLITE
    def test_a_project_that_was_made_anew_under_the_same_name_is_another(self, trust, ask, issuer, call):
        added = trust()
        good(ask())
        good(ask())
        for changed in ({"project_id": "21"}, {"namespace_id": "73"}, {"project_id": None}):
            assert "identifiers" in denied(ask(issuer.gitlab(**changed)))
        # Its owner may say that it is the same all the same.
        answer = call("DELETE", f"{PUBLISHERS}/{added['id']}", who=OWNER, headers=ANYHOW)
        assert answer.status_code == 204
        trust()
        good(ask(issuer.gitlab(project_id="21")))

    @ON_SQLITE
    def test_a_project_that_was_renamed_must_be_trusted_anew(self, trust, ask, issuer):
        trust()
        good(ask())
        denied(ask(issuer.gitlab(project_path="moenchengladbach/kennzeichen")))

    @ON_SQLITE
    def test_where_several_services_trust_it_the_pipeline_says_which_is_meant(self, trust, ask, create, publish):
        create("zweiter")
        trust()
        trust(slug="zweiter")
        assert "resource" in denied(ask(), "invalid_target")
        told = good(ask(resource=RESOURCE + "zweiter"))
        assert told["resource"] == RESOURCE + "zweiter"
        headers = bearer(told["access_token"])
        good(publish("zweiter", who="nobody", headers=headers), 201)
        refused(publish(SLUG, who="nobody", headers=headers), 403, "token-narrowed")
        assert "trusted" in denied(ask(resource=RESOURCE + "dritter"))

    @ON_SQLITE
    @pytest.mark.parametrize(
        "resource", ["zwei ter", "https://evil.example/api/v1/services/a", RESOURCE, "", ["a", "b"]]
    )
    def test_a_resource_is_the_address_of_a_service(self, trust, ask, resource):
        trust()
        denied(ask(resource=resource), "invalid_target")

    @ON_SQLITE
    def test_a_draft_of_a_stranger_is_not_told_apart_from_none(self, trust, ask):
        trust(project="other/project")
        known = denied(ask(resource=RESOURCE + SLUG))
        assert known == denied(ask(resource=RESOURCE + "gibt-es-nicht"))
        assert SLUG not in known.replace(PROJECT, "")

    @ON_SQLITE
    def test_an_unknown_issuer_is_never_asked(self, trust, ask):
        trust()
        with Issuer() as other:
            assert "iss" in denied(ask(said=other.sign(other.gitlab())))
            assert other.asked == []

    @ON_SQLITE
    def test_an_issuer_that_cannot_be_reached_is_told_as_such(self, trust, ask, issuer):
        trust()
        issuer.behaviours[CONFIGURATION] = lambda asked: send(asked, 500, b"")
        answer = ask()
        denied(answer, "temporarily_unavailable", 503)
        assert answer.headers["Retry-After"] == "60"
        assert issuer.url not in answer.text

    @ON_SQLITE
    def test_no_transaction_waits_for_an_issuer(self, trust, ask, issuer, call):
        trust()
        seen = []

        def while_asked(asked):
            # SQLite has one writer: this would not get its turn.
            seen.append(call("PATCH", SERVICE, {"keywords": ["Auto"]}, who=PUBLISHER, headers=ANYHOW).status_code)
            issuer.answer(asked)

        issuer.behaviours[CONFIGURATION] = while_asked
        good(ask())
        assert seen == [200]

    @ON_SQLITE
    @pytest.mark.parametrize("data", [{}, {"assertion": ""}, {"assertion": "x"}, {"assertion": ["a", "b"]}])
    def test_one_assertion_is_needed(self, client, data):
        answer = client.post("/oauth/token", data={"grant_type": JWT_BEARER, **data})
        assert answer.status_code == 400
        assert answer.json["error"] in {"invalid_request", "invalid_grant"}

    @ON_SQLITE
    def test_why_it_is_refused_is_plain_ascii(self, trust, ask, issuer):
        trust()
        why = denied(ask(issuer.gitlab(ref_path='refs/heads/"ä\\', environment=None)))
        assert why.isascii()
        assert '"' not in why
        assert "\\" not in why

    @ON_SQLITE
    def test_the_log_says_why_and_repeats_nothing_that_the_pipeline_said(self, trust, ask, issuer, capsys):
        trust()
        capsys.readouterr()
        assert "max.mustermann/eigenes" in denied(ask(issuer.gitlab(project_path="max.mustermann/eigenes")))
        logged = capsys.readouterr().out
        assert "No trusted publisher fits this pipeline" in logged
        assert "mustermann" not in logged

    @ON_SQLITE
    def test_after_a_new_key_the_pipeline_goes_on(self, trust, ask, issuer):
        trust()
        with time_machine.travel(clock.now(), tick=False) as travelling:
            good(ask())
            issuer.rotate("second")
            travelling.shift(timedelta(seconds=31))
            good(ask())

    @ON_SQLITE
    def test_the_metadata_say_that_pipelines_may_ask(self, client):
        told = good(client.get("/.well-known/oauth-authorization-server"))
        assert told["grant_types_supported"] == ["client_credentials", JWT_BEARER]


@pytest.mark.usefixtures("draft")
class TestWhatTheTokenMay:
    @pytest.fixture
    def token(self, trust, ask):
        trust()
        return bearer(good(ask())["access_token"])

    @ON_SQLITE
    def test_it_may_publish_a_draft_and_open_it(self, token, publish, call):
        good(publish(who="nobody", headers=token, draft=True), 201)
        assert good(call("POST", f"{RELEASE}/publish", headers=token))["state"] == "published"

    @ON_SQLITE
    def test_it_may_do_nothing_else(self, token, publish, call, create):
        good(publish(), 201)
        create("zweiter")
        reason = {"reason": {"de": "Grund"}}
        refused(call("POST", f"{RELEASE}/yank", reason, headers=token), 403)
        refused(call("PATCH", RELEASE, {"changelog": None}, headers=token | ANYHOW), 403)
        refused(call("PATCH", SERVICE, {"kind": "method"}, headers=token | ANYHOW), 403, "scope-missing")
        refused(publish("zweiter", who="nobody", headers=token), 403, "token-narrowed")
        refused(call("GET", PUBLISHERS, headers=token), 403, "scope-missing")
        good(call("POST", f"{RELEASE}/yank", reason, who=PUBLISHER))

    @ON_SQLITE
    def test_it_ends_with_the_trust(self, trust, ask, publish, call):
        added = trust()
        token = bearer(good(ask())["access_token"])
        assert call("DELETE", f"{PUBLISHERS}/{added['id']}", who=OWNER, headers=ANYHOW).status_code == 204
        refused(publish(who="nobody", headers=token), 401, "token-invalid")
        denied(ask())
        refused(call("GET", f"{PUBLISHERS}/{added['id']}", who=OWNER), 404, "trusted-publisher-not-found")

    @ON_SQLITE
    @pytest.mark.parametrize("how", ["ended", "without the scope", "for another service"])
    def test_an_owner_may_end_or_narrow_the_client_that_it_acts_by(self, trust, ask, publish, call, create, how):
        added = trust()
        token = bearer(good(ask())["access_token"])
        create("zweiter")
        clients = "/organisations/moenchengladbach/clients"
        listed = good(call("GET", clients, who=OWNER))["items"]
        (client_id,) = [one["client_id"] for one in listed if one["name"] == f"{SLUG}: {PROJECT}"]
        path = f"{clients}/{client_id}"
        if how == "ended":
            assert call("DELETE", path, who=OWNER, headers=ANYHOW).status_code == 204
        else:
            said = {"scopes": ["services:write"]} if how == "without the scope" else {"services": ["zweiter"]}
            good(call("PATCH", path, said, who=OWNER, headers=ANYHOW))
        assert publish(who="nobody", headers=token).status_code in {401, 403}
        denied(ask())
        assert call("DELETE", f"{PUBLISHERS}/{added['id']}", who=OWNER, headers=ANYHOW).status_code == 204


@pytest.mark.usefixtures("draft")
class TestOnlyTrusted:
    @pytest.fixture
    def only(self, call):
        def switch(on=True, who=OWNER):
            said = {"only_trusted_publishing": on}
            return call("PATCH", SERVICE, said, who=who, headers=ANYHOW)

        return switch

    @pytest.fixture
    def person(self, resources):
        """Make a member of Mönchengladbach."""

        def make(role):
            with resources.database.transaction() as session:
                made = accounts.add_member(session, OPERATOR, "moenchengladbach", email="max@mg.example", role=role)
                session.flush()
                known = (str(made.person_id), made.organisation_id, "moenchengladbach")
            return Actor(ActorKind.PERSON, *known, ROLE_SCOPES[role])

        return make

    def test_nobody_but_the_trusted_pipeline_publishes(self, only, publish, pipeline, trust, call):
        trust()
        assert good(call("GET", SERVICE, who=OWNER))["only_trusted_publishing"] is False
        assert good(only())["only_trusted_publishing"] is True
        for who in (PUBLISHER, OWNER):
            refused(publish(who=who), 403, "trusted-publishing-only")
        assert good(publish(query="?check=1"))["ok"] is True
        good(pipeline(), 201)
        good(only(on=False))
        good(publish(version="1.1.0"), 201)

    def test_what_the_pipeline_built_is_approved_by_a_person_and_by_no_program(
        self, only, pipeline, ask, trust, call, person, resources
    ):
        trust()
        good(only())
        good(call("PATCH", "/organisations/moenchengladbach", {"four_eyes": True}, who=OWNER, headers=ANYHOW))
        assert good(pipeline(), 201)["state"] == "awaiting_approval"
        itself = bearer(good(ask())["access_token"])
        for verdict in ("approve", "reject"):
            refused(call("POST", f"{RELEASE}/{verdict}", {"reason": {"de": "x"}}, headers=itself), 403, "not-yours")
        for who in (PUBLISHER, OWNER):
            refused(call("POST", f"{RELEASE}/approve", who=who), 403, "approver-not-second")
        refused(call("POST", f"{RELEASE}/publish", who=PUBLISHER), 409, "release-state")
        refused(call("GET", RELEASE), 404)
        second = person(Role.PUBLISHER)
        with resources.database.transaction() as session:
            releases.approve(session, second, SLUG, "1.0.0")
        told = good(call("GET", RELEASE))
        assert (told["state"], told["approved_by"], told["built_by"]["commit"]) == ("published", "publisher", COMMIT)

    def test_what_a_person_uploaded_is_not_approved_where_the_pipeline_alone_publishes(
        self, only, publish, call, person, resources
    ):
        good(call("PATCH", "/organisations/moenchengladbach", {"four_eyes": True}, who=OWNER, headers=ANYHOW))
        good(publish(), 201)
        good(only())
        second = person(Role.OWNER)
        with resources.database.transaction() as session, pytest.raises(TrustedPublishingOnlyError):
            releases.approve(session, second, SLUG, "1.0.0")
        refused(call("GET", RELEASE), 404)

    @ON_SQLITE
    def test_owners_are_told_when_others_may_publish_again(self, only, resources):
        with resources.database.transaction() as session:
            accounts.add_member(session, OPERATOR, "moenchengladbach", email="erika@mg.example", role=Role.OWNER)
        for on in (False, True, True, False, False):
            good(only(on=on))
        mail.send_due(resources.database, resources.seal, None)
        with resources.database.reading() as session:
            [told] = [message for _, message in mail.kept(session, resources.seal)]
        assert told.to == "erika@mg.example"
        assert "kann ab jetzt nicht mehr nur von den Pipelines" in told.body
        assert "can be published not only by the pipelines" in told.body

    @ON_SQLITE
    def test_a_draft_of_the_pipeline_is_opened_by_people_and_one_of_people_is_not(
        self, only, publish, pipeline, trust, call
    ):
        trust()
        good(publish(version="0.9.0", draft=True), 201)
        good(only())
        good(pipeline(draft=True), 201)
        refused(call("POST", f"{SERVICE}/releases/0.9.0/publish", who=PUBLISHER), 403, "trusted-publishing-only")
        assert good(call("POST", f"{RELEASE}/publish", who=PUBLISHER))["built_by"]["commit"] == COMMIT

    @ON_SQLITE
    def test_only_who_looks_after_the_organisation_turns_it(self, only, call):
        refused(only(who=PUBLISHER), 403, "scope-missing")
        refused(only(on="yes"), 422)
        assert good(call("GET", SERVICE, who=OWNER))["only_trusted_publishing"] is False


@pytest.mark.usefixtures("draft")
class TestPublishers:
    def test_they_are_listed_read_and_removed(self, trust, call):
        added = [trust(environment=environment) for environment in (None, "production")]
        listed = good(call("GET", PUBLISHERS, who=OWNER))
        assert listed["items"] == added
        path = f"{PUBLISHERS}/{added[0]['id']}"
        answer = call("GET", path, who=OWNER)
        assert good(answer) == added[0]
        refused(call("DELETE", path, who=OWNER), 428)
        refused(call("DELETE", path, who=OWNER, headers={"If-Match": '"x"'}), 412)
        assert call("DELETE", path, who=OWNER, headers={"If-Match": answer.headers["ETag"]}).status_code == 204
        assert good(call("GET", PUBLISHERS, who=OWNER))["items"] == added[1:]

    @ON_SQLITE
    def test_the_same_is_not_trusted_twice(self, trust):
        trust()
        refused(trust(status=409), 409, "trusted-publisher-exists")

    @ON_SQLITE
    @pytest.mark.parametrize("name", ["http://127.0.0.1:1", "https://gitlab.example/", "https://GITLAB.example"])
    def test_an_issuer_that_the_operator_does_not_allow_cannot_be_trusted(self, trust, name):
        answer = trust(issuer=name, status=422)
        refused(answer, 422, "issuer-not-trusted")
        assert pointers(answer) == ["#/issuer"]

    @ON_SQLITE
    @pytest.mark.parametrize(
        "changed",
        [
            {"ref": "main"},
            {"ref": "refs/heads/*/x"},
            {"ref": "*"},
            {"ref": "refs/tags/**"},
            {"project": ""},
            {"issuer": "gitlab"},
            {"protected": "no"},
            {"public_key": "x"},
            {"more": 1},
        ],
    )
    def test_what_is_malformed_is_refused(self, trust, changed):
        (name,) = changed
        assert pointers(trust(status=422, **changed)) == [f"#/{name}"]

    @ON_SQLITE
    def test_the_number_is_bounded(self, trust, monkeypatch):
        monkeypatch.setattr("registry.catalogue.service.trusting.PUBLISHERS_MAX", 2)
        trust()
        trust(environment="a")
        refused(trust(environment="b", status=409), 409, "too-many-trusted-publishers")

    def test_a_pipeline_that_a_program_trusts_ends_with_the_program(self, call, client, ask, issuer):
        ends = clock.stamp(clock.now() + timedelta(minutes=30))
        said = {"scopes": ["organisation:manage", "releases:publish"], "expires_at": ends}
        program = good(call("POST", "/organisations/moenchengladbach/clients", said, who=OWNER), 201)
        data = {name: program[name] for name in ("client_id", "client_secret")}
        token = good(client.post("/oauth/token", data={"grant_type": "client_credentials", **data}))["access_token"]
        said = {"issuer": issuer.url, "project": PROJECT, "ref": TAG}
        good(call("POST", PUBLISHERS, said, headers=bearer(token)), 201)
        good(ask())
        with time_machine.travel(clock.now() + timedelta(minutes=31)):
            denied(ask(issuer.gitlab()))

    @ON_SQLITE
    def test_nobody_trusts_a_pipeline_with_what_he_may_not_do_himself(self, call, client, issuer):
        scopes = {"scopes": ["organisation:manage"]}
        program = good(call("POST", "/organisations/moenchengladbach/clients", scopes, who=OWNER), 201)
        data = {name: program[name] for name in ("client_id", "client_secret")}
        token = good(client.post("/oauth/token", data={"grant_type": "client_credentials", **data}))["access_token"]
        said = {"issuer": issuer.url, "project": PROJECT, "ref": TAG}
        refused(call("POST", PUBLISHERS, said, headers=bearer(token)), 422, "scope-not-grantable")


@ON_SQLITE
def test_a_client_without_a_secret_has_none_that_fits(trust, draft, call, client, resources):
    trust()
    with resources.database.reading() as reading:
        (identifier,) = reading.scalars(
            select(Entry.subject).where(Entry.type == "client.created").order_by(Entry.serial.desc()).limit(1)
        )
    for secret in ("", "x"):
        data = {"client_id": identifier.removeprefix("client:"), "client_secret": secret}
        answer = client.post("/oauth/token", data={"grant_type": "client_credentials", **data})
        assert answer.json["error"] == "invalid_client"


@pytest.mark.parametrize("claims", ["gitlab", "github"])
@ON_SQLITE
def test_without_any_issuer_allowed_nothing_is_exchanged(client, issuer, claims, resources):
    resources.issuers = type(resources.issuers)({})
    said = issuer.sign(getattr(issuer, claims)())
    ask = partial(client.post, "/oauth/token")
    assert "iss" in denied(ask(data={"grant_type": JWT_BEARER, "assertion": said}))
    told = good(client.get("/.well-known/oauth-authorization-server"))
    assert told["grant_types_supported"] == ["client_credentials"]
    assert issuer.asked == []
