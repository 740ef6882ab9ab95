"""GitLab, GitHub and others say the same things in words of their own."""

import pytest

from registry.accounts import pipelines
from registry.accounts.assertions import Assertion
from registry.kit import clock
from tests.support.issuer import COMMIT, PROJECT, TAG, Issuer


def read(claims, issuer=None):
    return pipelines.read(Assertion(issuer or claims["iss"], claims, "mark", clock.now()))


def test_gitlab(issuer: Issuer):
    found = read(issuer.gitlab(), "https://gitlab.opencode.de")
    assert (found.project, found.ref, found.environment) == (PROJECT, TAG, "production")
    assert found.is_protected
    assert not found.is_proposal
    assert found.ids == {"project_id": "20", "namespace_id": "72"}
    built = found.build_of("publisher")
    assert built.commit == COMMIT
    assert built.run_url == f"https://gitlab.opencode.de/{PROJECT}/-/pipelines/574"


def test_github(issuer: Issuer):
    found = read(issuer.github(environment="production"), pipelines.GITHUB)
    assert (found.project, found.ref, found.environment) == (PROJECT, TAG, "production")
    assert not found.is_protected
    assert found.ids == {"repository_id": "74", "repository_owner_id": "65"}
    assert found.run_url == f"https://github.com/{PROJECT}/actions/runs/9001"
    elsewhere = read(issuer.github(), "https://github.city.example/_services/token")
    assert elsewhere.run_url == f"https://github.city.example/{PROJECT}/actions/runs/9001"


def test_any_other(issuer: Issuer):
    found = read({"iss": issuer.url, "sub": "job/publish"})
    assert (found.project, found.ref, found.environment, found.ids) == ("job/publish", None, None, {})
    assert (found.commit, found.run_url) == (None, None)


@pytest.mark.parametrize(
    ("said", "ref"),
    [
        ({"ref_path": "refs/heads/main", "ref": "main", "ref_type": "branch"}, "refs/heads/main"),
        ({"ref_path": None, "ref": "main", "ref_type": "branch"}, "refs/heads/main"),
        ({"ref_path": None, "ref": "main", "ref_type": "tag"}, "refs/tags/main"),
        ({"ref_path": None, "ref": "main", "ref_type": None}, None),
        ({"ref_path": None, "ref": "main", "ref_type": "other"}, None),
        ({"ref_path": "refs/merge-requests/1/head", "ref": "main", "ref_type": "branch"}, "refs/merge-requests/1/head"),
    ],
)
def test_a_branch_is_not_taken_for_a_tag_of_the_same_name(issuer: Issuer, said, ref):
    assert read(issuer.gitlab(**said)).ref == ref


@pytest.mark.parametrize(
    ("name", "said", "proposal"),
    [
        ("pipeline_source", "push", False),
        ("pipeline_source", "web", False),
        ("pipeline_source", "merge_request_event", True),
        ("event_name", "release", False),
        ("event_name", "pull_request_target", True),
        ("event_name", "issue_comment", True),
    ],
)
def test_what_a_proposed_change_began_is_told_apart(issuer: Issuer, name, said, proposal):
    claims = issuer.gitlab() if name == "pipeline_source" else issuer.github()
    assert read({**claims, name: said}).is_proposal is proposal


@pytest.mark.parametrize("value", ["true", True])
def test_truth_is_written_in_two_ways(issuer: Issuer, value):
    assert read(issuer.gitlab(ref_protected=value)).is_protected
    assert read(issuer.gitlab(project_id=20)).ids["project_id"] == "20"


@pytest.mark.parametrize("value", ["false", False, "TRUE", 1, None, ["true"]])
def test_nothing_else_is_protected(issuer: Issuer, value):
    assert not read(issuer.gitlab(ref_protected=value)).is_protected


@pytest.mark.parametrize(
    "changed",
    [
        {"pipeline_id": "574/../../x"},
        {"pipeline_id": None},
        {"pipeline_id": "-1"},
        {"project_path": "a b"},
        {"project_path": "a?b=c"},
        {"project_path": "@evil.example/x"},
    ],
)
def test_an_address_is_made_only_of_what_cannot_lead_elsewhere(issuer: Issuer, changed):
    assert read(issuer.gitlab(**changed)).run_url is None


@pytest.mark.parametrize("sha", ["", "main", "g" * 40, COMMIT.upper(), COMMIT + "0", 7, None])
def test_a_commit_is_a_commit(issuer: Issuer, sha):
    assert read(issuer.gitlab(sha=sha)).commit is None
