"""A version says where it comes from: which pipeline built it, who approved it."""

import pytest

from registry.accounts import service as accounts
from registry.authz.actor import ROLE_SCOPES, Actor, ActorKind, Role
from registry.releases import service as releases
from tests.api.asking import ANYHOW, ON_SQLITE, OWNER, PUBLISHER, SERVICE, SLUG, good
from tests.cast import OPERATOR
from tests.cast import SERVICE as DESCRIBED
from tests.support.issuer import COMMIT, PROJECT, TAG

pytestmark = ON_SQLITE

SHOWN = f"/services/{SLUG}/releases/1.0.0"


@pytest.fixture
def environ(environ, issuer):
    return {**environ, "REGISTRY_TRUSTED_ISSUERS": issuer.url}


@pytest.fixture
def pipeline(call, client, publish, issuer):
    """Publish as a pipeline that the originator trusts."""

    def send():
        good(call("POST", "/services", DESCRIBED, who=PUBLISHER), 201)
        trusted = {"issuer": issuer.url, "project": PROJECT, "ref": "refs/tags/*"}
        good(call("POST", f"{SERVICE}/trusted-publishers", trusted, who=OWNER), 201)
        asked = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": issuer.sign(issuer.gitlab()),
        }
        token = good(client.post("/oauth/token", data=asked))["access_token"]
        return good(publish(who="nobody", headers={"Authorization": f"Bearer {token}"}), 201)

    return send


def test_what_a_pipeline_built_leads_to_its_project_commit_and_run(pipeline, issuer, visit):
    pipeline()
    shown = visit().get(SHOWN).text
    assert f'href="{issuer.url}/{PROJECT}/"' in shown
    assert f'href="{issuer.url}/{PROJECT}/commit/{COMMIT}"' in shown
    assert f'href="{issuer.url}/{PROJECT}/-/pipelines/574"' in shown
    assert TAG in shown


def test_who_approved_it_is_told_by_role(call, pipeline, visit, resources):
    good(call("PATCH", "/organisations/moenchengladbach", {"four_eyes": True}, who=OWNER, headers=ANYHOW))
    pipeline()
    assert visit().get(SHOWN).status_code == 404
    with resources.database.transaction() as session:
        made = accounts.add_member(session, OPERATOR, "moenchengladbach", email="anna@city.example", role=Role.OWNER)
        session.flush()
        known = (str(made.person_id), made.organisation_id, "moenchengladbach")
        releases.approve(session, Actor(ActorKind.PERSON, *known, ROLE_SCOPES[Role.OWNER]), SLUG, "1.0.0")
    shown = visit().get(SHOWN).text
    assert "Freigegeben durch ein zweites Mitglied, Rolle: Leitung" in shown
    assert "anna@city.example" not in shown
