"""What the ID tokens of pipelines say, each issuer in its own words: GitLab, GitHub and their kin, and any other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from registry.accounts.assertions import Assertion
from registry.authz.actor import Build

GITHUB = "https://token.actions.githubusercontent.com"
#: Pipelines that were begun by somebody who only proposes a change: what they run need not be the project's own.
_PROPOSALS = frozenset(
    {"merge_request_event", "external_pull_request_event", "pull_request", "pull_request_target", "issue_comment"}
)
_PROJECT = re.compile(r"[\w.-]{1,100}(/[\w.-]{1,100}){0,20}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_NUMBER = re.compile(r"[0-9]{1,20}")
_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A run of a pipeline, as its issuer vouches for it.

    `ids` are the identifiers of project and owner that stay when either is renamed, and are never given again.
    """

    issuer: str
    project: str
    ref: str | None
    is_protected: bool
    environment: str | None
    is_proposal: bool
    ids: Mapping[str, str]
    commit: str | None
    run_url: str | None

    def build_of(self, publisher: str) -> Build:
        """Say what built the things that this run publishes, as a trusted publisher."""
        return Build(
            issuer=self.issuer,
            repository=self.project,
            commit=self.commit,
            ref=self.ref,
            environment=self.environment,
            run_url=self.run_url,
            publisher=publisher,
        )


def read(assertion: Assertion) -> Pipeline:
    """Read what the issuer says of the pipeline; an issuer that names no project is known by its subject."""
    claims = assertion.claims
    is_gitlab = _text(claims, "project_path") is not None
    project = _text(claims, "project_path") or _text(claims, "repository") or _text(claims, "sub") or ""
    ref = _gitlab_ref(claims) if is_gitlab else _text(claims, "ref")
    names = ("project_id", "namespace_id") if is_gitlab else ("repository_id", "repository_owner_id")
    ids = {name: value for name in names if (value := _text(claims, name)) is not None}
    begun_by = _text(claims, "pipeline_source" if is_gitlab else "event_name")
    return Pipeline(
        issuer=assertion.issuer,
        project=project,
        ref=ref,
        is_protected=_text(claims, "ref_protected") == "true",
        environment=_text(claims, "environment"),
        is_proposal=begun_by in _PROPOSALS,
        ids=ids,
        commit=_matching(_COMMIT, _text(claims, "sha")),
        run_url=_run(assertion.issuer, project, claims, is_gitlab=is_gitlab),
    )


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    """Return a claim as text; issuers write numbers and truth now as such, now as text."""
    value = claims.get(name)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) and 0 < len(value) <= _LIMIT and value.isprintable() else None


def _gitlab_ref(claims: Mapping[str, Any]) -> str | None:
    """Return the ref in full: GitLab's `ref` alone does not tell a branch from a tag of the same name."""
    full = _text(claims, "ref_path")
    if full is not None:
        return full
    kind = {"branch": "heads", "tag": "tags"}.get(_text(claims, "ref_type") or "")
    ref = _text(claims, "ref")
    return None if kind is None or ref is None else f"refs/{kind}/{ref}"


def _run(issuer: str, project: str, claims: Mapping[str, Any], *, is_gitlab: bool) -> str | None:
    """Return where the run can be looked at; an address is made only of what cannot lead elsewhere."""
    number = _matching(_NUMBER, _text(claims, "pipeline_id" if is_gitlab else "run_id"))
    if number is None or _matching(_PROJECT, project) is None:
        return None
    parts = urlsplit(issuer)
    server = "https://github.com" if issuer == GITHUB else f"{parts.scheme}://{parts.netloc}"
    return f"{server}/{project}/-/pipelines/{number}" if is_gitlab else f"{server}/{project}/actions/runs/{number}"


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    return value if value is not None and pattern.fullmatch(value) else None
