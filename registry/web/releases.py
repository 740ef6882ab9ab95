"""The versions of a service: what is in each, what was found in it, and its files."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Response, redirect, request, url_for

from registry.catalogue import service as catalogue
from registry.inspection.codes import CODES, Code
from registry.releases import representation
from registry.releases import service as releases
from registry.web import lists, source
from registry.web.door import actor, blueprint, page, resources, session

_SHOWN = 20
_FILES_SHOWN = 200
#: Markdown that is longer is shown as it was written: to render it could take seconds.
_MOST_RENDERED = 50_000
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Kind:
    """All findings of one code; `about` explains it, unless no inspection knows it any more."""

    code: str
    about: Code | None
    findings: list[dict[str, Any]]


def grouped(findings: Iterable[dict[str, Any]]) -> dict[str, list[Kind]]:
    """Return findings by severity, the gravest first, and by code."""
    found: dict[str, dict[str, Kind]] = {}
    for one in findings:
        code = one["code"]
        kind = found.setdefault(one["severity"], {}).setdefault(code, Kind(code, CODES.get(code), []))
        kind.findings.append(one)
    return {severity: [*kinds.values()] for severity, kinds in found.items()}


def _service(slug: str) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(catalogue.rendering(session(), actor(), slug).body))


def _release(slug: str, version: str) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(releases.rendering(session(), actor(), slug, version).body))


def _exactly(slug: str, **more: str) -> Response:
    """Lead from `latest` to the version that it is now."""
    exact = _release(slug, LATEST)["version"]
    values = {**more, **request.args.to_dict(), "slug": slug, "version": exact}
    return cast("Response", redirect(url_for(str(request.endpoint), **values), 302))


@blueprint.get("/services/<slug:slug>/releases")
def release_list(slug: str) -> Response:
    """List all versions of a service."""
    shown = releases.browse(session(), actor(), slug, after=lists.after(), limit=_SHOWN).map(json.loads)
    return page(
        "releases/releases.html",
        area="services",
        service=_service(slug),
        releases=shown,
        next=lists.following(shown),
    )


@blueprint.get("/services/<slug:slug>/releases/<version:version>")
def release(slug: str, version: str) -> Response:
    """Show a version: what changed, what was found in its package, how to get it."""
    if version == LATEST:
        return _exactly(slug)
    told = _release(slug, version)
    report = json.loads(releases.inspection(session(), actor(), slug, version).body)
    return page(
        "releases/release.html",
        area="services",
        service=_service(slug),
        release=told,
        changes=_by_kind(told["changes"]),
        project=_project(told["built_by"]),
        attestations=releases.attested(session(), actor(), slug, version) if told["attestations"] else [],
        findings=grouped(report["findings"]),
        files={file["path"]: file for file in report["files"]},
        unpacked=sum(file["size"] for file in report["files"]),
        documents=_by_role(report["files"]),
        facts=report["facts"],
    )


def _project(build: Mapping[str, str | None] | None) -> str | None:
    """Return the address of the project that built a version, as the address of the run tells it."""
    if build is None or build["run_url"] is None:
        return None
    host, path, _ = build["run_url"].partition(f"/{build['repository']}/")
    return f"{host}{path}" if path else None


def _by_role(files: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        if file["role"]:
            found.setdefault(file["role"], []).append(file["path"])
    return found


def _by_kind(changes: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for change in changes:
        found.setdefault(change["kind"], []).append(change)
    return found


@blueprint.get("/services/<slug:slug>/releases/<version:version>/package")
def package(slug: str, version: str) -> Response:
    """Download a package; what is open to all comes from the API, as for programs."""
    if version == LATEST:
        return _exactly(slug)
    told, wanted = _release(slug, version), releases.download(session(), actor(), slug, version)
    if told["state"] == "published":
        return cast("Response", redirect(told["package"]["url"], 302))
    content = resources().storage.stream(wanted.key, 0, wanted.size)
    return _handed_over(Response(content, content_type="application/zip"), wanted.file_name, wanted.size)


def _handed_over(answer: Response, name: str, size: int) -> Response:
    """Let a browser keep what it gets, and do nothing else with it."""
    answer.headers["Content-Length"] = str(size)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/services/<slug:slug>/releases/<version:version>/files")
def file_list(slug: str, version: str) -> Response:
    """List the files of a version's package, by folder."""
    if version == LATEST:
        return _exactly(slug)
    shown = releases.files(session(), actor(), slug, version, after=lists.after(), limit=_FILES_SHOWN)
    folders: dict[str, list[dict[str, Any]]] = {}
    for file in shown.map(representation.file).items:
        folder, _, name = file["path"].rpartition("/")
        folders.setdefault(folder, []).append({**file, "name": name})
    return page(
        "releases/files.html",
        area="services",
        service=_service(slug),
        version=version,
        folders=sorted(folders.items()),
        total=shown.total,
        next=lists.following(shown),
    )


@blueprint.get("/services/<slug:slug>/releases/<version:version>/files/<file:path>")
def file(slug: str, version: str, path: str) -> Response:
    """Show one file of a package as text, or hand it over; nothing in it is ever taken for a page of ours."""
    if version == LATEST:
        return _exactly(slug, path=path)
    found, content = releases.read_file(session(), actor(), slug, version, path, storage=resources().storage)
    if "download" in request.args:
        answer = Response(content, content_type="application/octet-stream")
        return _handed_over(answer, path.rpartition("/")[2], found.size)
    shown = source.read(found.media_type, content)
    report = json.loads(releases.inspection(session(), actor(), slug, version).body)
    return page(
        "releases/file.html",
        area="services",
        service=_service(slug),
        version=version,
        file=representation.file(found),
        shown=shown,
        can_render=found.media_type == "text/markdown" and found.size <= _MOST_RENDERED,
        as_source=request.args.get("view") == "source",
        findings=[one for one in report["findings"] if one["path"] == path],
    )
