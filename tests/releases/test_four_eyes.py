"""Where an organisation demands it, a second person looks at each release before anybody else sees it."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.accounts import service as accounts
from registry.accounts.models import Organisation, Person
from registry.authz.actor import NOBODY, ROLE_SCOPES, Actor, ActorKind, Role, Scope, system_for
from registry.authz.errors import ScopeMissingError
from registry.catalogue import service as catalogue
from registry.catalogue.errors import ServiceNotFoundError
from registry.journal.models import Entry
from registry.kit import mail
from registry.releases import service as releases
from registry.releases.errors import ApproverError, ReleaseStateError
from registry.releases.models import ReleaseState
from tests.api.asking import ANYHOW, OWNER, PUBLISHER, RELEASE, SERVICE, SLUG, good, refused
from tests.cast import OPERATOR
from tests.cast import SERVICE as SAID

MINE = "/organisations/moenchengladbach"
REASON = {"reason": {"de": "Es fehlt der Hinweis auf den Datenschutz."}}


@pytest.fixture
def person_of(resources):
    """Make a person: `person_of("moenchengladbach", Role.PUBLISHER)`."""

    def make(organisation, role):
        with resources.database.reading() as session:
            found = accounts.find(session, OPERATOR, organisation)
        return Actor(ActorKind.PERSON, str(uuid.uuid4()), found.id, organisation, ROLE_SCOPES[role])

    return make


@pytest.fixture
def anna(person_of):
    return person_of("moenchengladbach", Role.PUBLISHER)


@pytest.fixture
def bernd(person_of):
    return person_of("moenchengladbach", Role.OWNER)


@pytest.fixture
def waiting(call, publish):
    """A release that Mönchengladbach's pipeline sent, and that awaits a second member."""
    good(call("PATCH", MINE, {"four_eyes": True}, who=OWNER, headers=ANYHOW))
    good(call("POST", "/services", SAID, who=PUBLISHER), 201)
    return good(publish(), 201)


def approve(resources, actor):
    with resources.database.transaction() as session:
        return releases.approve(session, actor, SLUG, "1.0.0")


def kinds(resources):
    with resources.database.reading() as session:
        return [*session.scalars(select(Entry.type).where(Entry.service == SLUG).order_by(Entry.serial))]


def test_a_release_awaits_approval_and_nobody_else_sees_it(call, waiting, resources):
    assert (waiting["state"], waiting["published_at"], waiting["approved_by"]) == ("awaiting_approval", None, None)
    refused(call("GET", RELEASE), 404)
    refused(call("GET", SERVICE), 404)
    refused(call("GET", f"{RELEASE}/package", who="wiesbaden-owner"), 404)
    refused(call("GET", f"{SERVICE}/releases/latest", who=PUBLISHER), 404)
    assert good(call("GET", "/changes"))["items"] == []
    assert kinds(resources)[-1] == "release.submitted"
    assert good(call("GET", f"{SERVICE}/releases?state=awaiting_approval", who=PUBLISHER))["total"] == 1
    assert good(call("GET", f"{SERVICE}/releases?state=published", who=PUBLISHER))["total"] == 0


def test_a_second_person_makes_it_public(call, waiting, resources, anna):
    assert waiting
    approve(resources, anna)
    told = good(call("GET", RELEASE))
    assert (told["state"], told["approved_by"]) == ("published", "publisher")
    assert told["published_at"]
    assert anna.id not in json.dumps(told)
    assert good(call("GET", SERVICE))["latest_release"]["version"] == "1.0.0"
    assert [it["type"] for it in good(call("GET", "/changes"))["items"]] == ["release.published", "service.published"]


def test_an_owner_is_told_as_such(call, waiting, resources, bernd):
    assert waiting
    approve(resources, bernd)
    assert good(call("GET", RELEASE))["approved_by"] == "owner"


def test_programs_never_approve_neither_others_nor_their_own(call, waiting):
    assert waiting
    for who in (PUBLISHER, OWNER):
        refused(call("POST", f"{RELEASE}/approve", who=who), 403, "approver-not-second")
        refused(call("POST", f"{RELEASE}/reject", REASON, who=who), 403, "approver-not-second")
    refused(call("GET", RELEASE), 404)


def test_the_registry_itself_never_approves(waiting, resources, anna):
    assert waiting
    with pytest.raises(ApproverError):
        approve(resources, system_for("seed", anna.organisation_id, anna.organisation))


def test_who_uploaded_cannot_approve(resources, session, make_service, make_release, anna, bernd):
    session.get_one(Organisation, anna.organisation_id).four_eyes = True
    make_service()
    release = make_release()
    release.uploader_kind, release.uploader_id = ActorKind.PERSON, anna.id
    session.commit()
    with pytest.raises(ApproverError):
        approve(resources, anna)
    approve(resources, bernd)


@pytest.mark.parametrize(
    ("organisation", "role", "error"),
    [
        ("moenchengladbach", Role.ADOPTER, ScopeMissingError),
        ("moenchengladbach", Role.VIEWER, ScopeMissingError),
        ("kiel", Role.OWNER, ServiceNotFoundError),
    ],
)
def test_only_members_who_may_publish_approve(call, waiting, resources, person_of, organisation, role, error):
    assert waiting
    with pytest.raises(error):
        approve(resources, person_of(organisation, role))
    refused(call("GET", RELEASE), 404)


def test_of_two_who_approve_at_once_one_wins(waiting, resources, anna, bernd):
    assert waiting

    def one(actor):
        try:
            return approve(resources, actor).approved_by
        except ReleaseStateError:
            return None

    with ThreadPoolExecutor(2) as pool:
        found = [*pool.map(one, (anna, bernd))]
    assert found.count(None) == 1
    assert kinds(resources).count("release.published") == 1


def test_a_rejected_release_is_a_draft_with_the_reason_and_may_be_sent_again(call, waiting, resources, anna):
    assert waiting
    with resources.database.transaction() as session:
        releases.reject(session, anna, SLUG, "1.0.0", reason=REASON["reason"])
    told = good(call("GET", RELEASE, who=PUBLISHER))
    assert (told["state"], told["rejected"]["reason"]) == ("draft", REASON["reason"])
    refused(call("GET", RELEASE), 404)
    with pytest.raises(ReleaseStateError):
        approve(resources, anna)
    again = good(call("POST", f"{RELEASE}/publish", who=PUBLISHER))
    assert (again["state"], again["rejected"]) == ("awaiting_approval", None)
    refused(call("POST", f"{RELEASE}/publish", who=PUBLISHER), 409, "release-state")
    approve(resources, anna)
    assert kinds(resources)[-4:-1] == ["release.rejected", "release.submitted", "release.published"]


def test_what_is_public_needs_no_approval_any_more(waiting, resources, anna, bernd):
    assert waiting
    approve(resources, anna)
    with pytest.raises(ReleaseStateError):
        approve(resources, bernd)


def test_a_draft_awaits_approval_only_when_it_is_to_be_published(call, publish):
    good(call("PATCH", MINE, {"four_eyes": True}, who=OWNER, headers=ANYHOW))
    good(call("POST", "/services", SAID, who=PUBLISHER), 201)
    assert good(publish(draft=True), 201)["state"] == "draft"
    assert good(call("POST", f"{RELEASE}/publish", who=PUBLISHER))["state"] == "awaiting_approval"


def test_lifting_the_rule_is_written_down_and_publishes_nothing_by_itself(call, waiting):
    assert waiting
    assert good(call("PATCH", MINE, {"four_eyes": False}, who=OWNER, headers=ANYHOW))["four_eyes"] is False
    found = good(call("GET", f"{MINE}/audit?type=four-eyes", who=OWNER))["items"]
    assert [it["type"] for it in found] == ["four-eyes.lifted", "four-eyes.demanded"]
    refused(call("GET", RELEASE), 404)
    assert good(call("POST", f"{RELEASE}/publish", who=PUBLISHER))["approved_by"] is None
    assert good(call("GET", RELEASE))["state"] == "published"


def test_the_other_owners_are_told_that_the_rule_is_lifted(call, resources, anna, bernd):
    with resources.database.transaction() as session:
        for person, role in ((bernd, Role.OWNER), (anna, Role.PUBLISHER)):
            session.add(Person(id=uuid.UUID(person.id), email=f"{role}@mg.example"))
            session.flush()
            accounts.add_member(session, OPERATOR, "moenchengladbach", email=f"{role}@mg.example", role=role)
        accounts.add_member(session, OPERATOR, "moenchengladbach", email="cora@mg.example", role=Role.OWNER)
        for demanded in (True, False, False):
            accounts.change(session, bernd, "moenchengladbach", {"four_eyes": demanded})
    mail.send_due(resources.database, resources.seal, None)
    with resources.database.reading() as session:
        [told] = [message for _, message in mail.kept(session, resources.seal)]
    assert told.to == "cora@mg.example"
    assert "ein zweites Mitglied" in told.body
    assert "no longer demands" in told.body


def test_the_rule_is_the_organisations_own(call):
    refused(call("PATCH", MINE, {"four_eyes": True}, who="kiel-owner", headers=ANYHOW), 403, "not-yours")
    refused(call("PATCH", MINE, {"four_eyes": True}, who=PUBLISHER, headers=ANYHOW), 403, "scope-missing")
    refused(call("PATCH", MINE, {"four_eyes": "yes"}, who=OWNER, headers=ANYHOW), 422)
    assert good(call("GET", MINE))["four_eyes"] is False
    assert good(call("GET", "/organisations/kiel"))["four_eyes"] is False


def test_the_list_and_the_policy_agree_on_what_awaits(waiting, resources, actor_of):
    assert waiting
    with resources.database.reading() as session:
        for who, seen in (("moenchengladbach-viewer", 1), ("operator", 1)):
            page = releases.browse(session, actor_of(who), SLUG, state=ReleaseState.AWAITING_APPROVAL)
            assert page.total == seen
        with pytest.raises(ServiceNotFoundError):
            catalogue.find(session, NOBODY, SLUG)


@pytest.mark.parametrize("since", ["as it was", "ended", "another's"])
def test_who_set_up_the_client_that_uploaded_cannot_approve(call, resources, bernd, anna, publish, person_of, since):
    good(call("PATCH", MINE, {"four_eyes": True}, who=OWNER, headers=ANYHOW))
    good(call("POST", "/services", SAID, who=PUBLISHER), 201)
    carla = person_of("moenchengladbach", Role.OWNER)
    with resources.database.transaction() as session:
        for name, person in (("bernd", bernd), ("carla", carla)):
            session.add(Person(id=uuid.UUID(person.id), email=f"{name}@moenchengladbach.example"))
        session.flush()
        scopes = [Scope.RELEASES_PUBLISH]
        client, _ = accounts.create_client(
            session, bernd, "moenchengladbach", name="hers", scopes=scopes, expires_at=None
        )
        token, its_id = accounts.issue(session, client, scopes), client.client_id
    good(publish(who="nobody", headers={"Authorization": f"Bearer {token}"}), 201)
    with resources.database.transaction() as session:
        if since == "ended":
            accounts.end_client(session, bernd, "moenchengladbach", its_id)
        elif since == "another's":
            accounts.rotate(session, carla, "moenchengladbach", its_id, overlap=timedelta(0))
    with pytest.raises(ApproverError):
        approve(resources, bernd)
    approve(resources, anna)
