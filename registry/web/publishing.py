"""Publish a version on a page: have a package checked, keep it as a draft, or open it to all at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Response, redirect
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from registry.catalogue import service as catalogue
from registry.http.failures import TooLargeError
from registry.http.uploads import Spool, put_aside
from registry.inspection import Limits, Report
from registry.kit.errors import ConflictError, InvalidError, text
from registry.releases import service as releases
from registry.releases.errors import PackageInvalidError, PublishingClosedError, VersionExistsError
from registry.releases.models import Release, ReleaseState
from registry.releases.schemas import ChangeKind, MetadataSchema
from registry.releases.service import Upload
from registry.web import uploads
from registry.web.door import actor, blueprint, page, resources, session, signed_in
from registry.web.forms import Faults, faults, flat, line, localised, numbers
from registry.web.releases import grouped
from registry.web.speech import say
from registry.web.uploads import Arrival
from registry.web.words import choices

_METADATA, _CHECKED = MetadataSchema(), MetadataSchema(partial=True)
_DONE = {
    ReleaseState.DRAFT: "drafted",
    ReleaseState.AWAITING_APPROVAL: "submitted",
    ReleaseState.PUBLISHED: "published",
}
#: How many changes the form has room for at first, and beyond those that stand in it.
_ROOM = 3
_MISSING = text("Wählen Sie das ZIP-Archiv mit dem Paket.", "Choose the zip archive with the package.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a package is for: the service, its name, its newest version, and what the package may have."""

    service: catalogue.Glimpse
    name: Mapping[str, str]
    latest: str | None
    limits: Limits


def _asked(slug: str) -> _Asked:
    """Look up what a package is for, and refuse whom it does not concern before a byte of it is read."""
    here = signed_in()
    glimpse = releases.may_publish(session(), here.actor, slug, keeps=False)
    service = catalogue.find(session(), here.actor, slug)
    limits = releases.most(session(), here.actor, glimpse, resources().settings.limits)
    return _Asked(glimpse, service.name, service.latest_version, limits)


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """Return what the form says of a version."""
    said: dict[str, Any] = {"version": line(form, "version")} if line(form, "version") else {}
    said["changelog"] = localised(form, "changelog") or None
    reason = localised(form, "breaking.reason")
    said["breaking"] = {"reason": reason} if reason else None
    said["changes"] = [
        {"kind": line(form, f"changes.{number}.kind"), "text": words}
        for number in numbers(form, "changes")[:200]
        if (words := localised(form, f"changes.{number}.text"))
    ]
    return said


def _page(asked: _Asked, said: Mapping[str, Any], status: int = 200, **about: Any) -> Response:
    return page(
        "publishing/publish.html",
        status,
        area="work",
        slug=asked.service.slug,
        name=asked.name,
        latest=asked.latest,
        limit=asked.limits.package_bytes,
        only_trusted=asked.service.only_trusted_publishing,
        kinds=choices("change", ChangeKind),
        rows=len(said.get("changes", [])) + _ROOM,
        values={name: value for name, value in flat(said) if value},
        **about,
    )


@blueprint.get("/services/<slug:slug>/publish")
def publish_page(slug: str) -> Response:
    """Ask for a package, and for what is new in it."""
    return _page(_asked(slug), {})


@blueprint.post("/services/<slug:slug>/publish")
def publish(slug: str) -> Response:
    """Check a package, keep it as a draft, or publish it; no transaction is open while its bytes travel."""
    with resources().database.reading():
        asked = _asked(slug)
    with uploads.receive(resources().incoming, asked.limits.package_bytes) as arrival:
        try:
            arrival.read()
        except TooLargeError as error:
            arrival.pass_over()
            return _page(asked, _typed(arrival.form), 413, faults={"package": say(error.detail)})
        return _judge(asked, arrival)


def _judge(asked: _Asked, arrival: Arrival) -> Response:
    said, do = _typed(arrival.form), arrival.form.get("do", "check")
    found: dict[str, str] = {}
    metadata: dict[str, Any] = {}
    try:
        metadata = (_CHECKED if do == "check" else _METADATA).load(said)
    except ValidationError as error:
        found |= faults(error)
    if arrival.package is None:
        return _page(asked, said, 422, faults={**found, "package": say(_MISSING)})
    if do != "check":
        _refuse_keeping(asked)
    report = releases.inspect(arrival.file, asked.service, metadata.get("version"), asked.limits)
    if do == "check" or found or not report.ok:
        return _report(asked, said, found, report, arrival)
    return _keep(asked, said, {**metadata, "draft": do == "draft"}, report, arrival)


def _refuse_keeping(asked: _Asked) -> None:
    if not resources().settings.publishing:
        raise PublishingClosedError
    with resources().database.reading():
        releases.may_publish(session(), actor(), asked.service.slug)


def _report(asked: _Asked, said: Mapping[str, Any], found: Faults, report: Report, arrival: Arrival) -> Response:
    """Show what was found in a package that is not kept."""
    told, wrong = report.to_json(), dict(found)
    try:
        releases.refuse_errors(report)
    except PackageInvalidError as error:
        wrong["package"] = say(error.detail)
    return _page(
        asked,
        said,
        422 if wrong else 200,
        faults=wrong,
        report=told,
        findings=grouped(cast("list[dict[str, Any]]", told["findings"])),
        file_name=arrival.file_name,
    )


def _keep(
    asked: _Asked, said: Mapping[str, Any], metadata: Mapping[str, Any], report: Report, arrival: Arrival
) -> Response:
    slug, version, package = asked.service.slug, metadata["version"], cast("Spool", arrival.package)
    upload = Upload(releases.new_key(), package.size, package.digest.hexdigest(), report)
    again = _again(asked, version, upload)
    if again is not None:
        return again
    try:
        with put_aside(resources().storage, upload.key, arrival.path) as keep, resources().database.transaction():
            made = releases.publish(session(), actor(), slug, metadata=metadata, upload=upload)
            keep()
            return _go_on(made)
    except VersionExistsError as error:
        return _again(asked, version, upload) or _page(asked, said, 422, faults={"version": say(error.detail)})
    except (InvalidError, ConflictError) as error:
        return _page(asked, said, 422, faults=faults(error))


def _again(asked: _Asked, version: str, upload: Upload) -> Response | None:
    """Lead who sends the same package once more to the version that it has made; None where it has made none."""
    with resources().database.reading():
        if not releases.exists(session(), actor(), asked.service, version):
            return None
        known = releases.find(session(), actor(), asked.service.slug, version)
        return _go_on(known) if known.package_sha256 == upload.sha256 else None


def _go_on(release: Release) -> Response:
    """Lead to a version that was made, also who sends its form once more."""
    there = f"/services/{release.service.slug}/releases/{release.version}?done={_DONE[release.state]}"
    return cast("Response", redirect(there, 303))
