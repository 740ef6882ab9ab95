"""Releases: publish, read, download, yank."""

import hashlib
import json
from functools import partial
from typing import Any

from flask import Response, current_app, request
from flask.views import MethodView
from marshmallow import fields, validate

from registry.accounts import service as accounts
from registry.api import conditional, downloads, lists, uploads
from registry.api.door import Blueprint, actor, may, once, resources, session
from registry.api.lists import ListQuerySchema, list_of
from registry.authz.policy import Permission
from registry.catalogue import service as catalogue
from registry.http.uploads import put_aside
from registry.kit.rendering import Rendering, render
from registry.kit.schemas import Schema
from registry.releases import atom, attestations, representation
from registry.releases import service as releases
from registry.releases.errors import PublishingClosedError, VersionExistsError
from registry.releases.models import Release as ReleaseModel
from registry.releases.models import ReleaseState
from registry.releases.schemas import (
    AttestationSchema,
    EnvelopeSchema,
    FileSchema,
    InspectionSchema,
    PublishedSchema,
    ReasonSchema,
    ReleaseChangeSchema,
    ReleaseSchema,
)
from registry.releases.service import Upload

blueprint = Blueprint("releases", __name__, url_prefix="/api/v1", description="Versions of services, and packages.")

find_locked = partial(releases.find, lock=True)


def etag(release: ReleaseModel, **_path: str) -> str:
    """Return the entity tag that a change of the release must name."""
    return release.etag


def _told(release: ReleaseModel) -> Response:
    return conditional.answer(Rendering(release.body, release.etag))


class ReleasesQuerySchema(ListQuerySchema):
    """Which releases to list."""

    state = fields.Enum(ReleaseState, by_value=True, metadata={"description": "Drafts and such only members see."})


class PublishQuerySchema(Schema):
    """Whether to keep what is sent."""

    check = fields.Integer(load_default=0, validate=validate.OneOf((0, 1)))


_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["package"],
                    "properties": {
                        "package": {"type": "string", "contentMediaType": "application/zip"},
                        "metadata": {
                            "$ref": "#/components/schemas/Metadata",
                            "description": "Required, but where it is only asked to check (`?check=1`).",
                        },
                        "attestation": {
                            "type": "array",
                            "items": {"$ref": "#/components/schemas/Envelope"},
                            "maxItems": attestations.MOST,
                        },
                    },
                },
                "encoding": {
                    "metadata": {"contentType": "application/json"},
                    "attestation": {"contentType": "application/json"},
                },
            }
        },
    }
}


#: How many releases a feed tells.
_IN_FEED = 50


@blueprint.route("/services/<slug:slug>/feed.atom")
class Feed(MethodView):
    """The feed of a service."""

    @may(Permission.SERVICE_READ, catalogue.find)
    @blueprint.response(200, {"type": "string"}, content_type="application/atom+xml")
    def get(self, slug: str) -> Response:
        """Follow a service in a feed reader: its newest releases (Atom, RFC 4287)."""
        service = json.loads(catalogue.rendering(session(), actor(), slug).body)
        found = releases.browse(session(), actor(), slug, state=ReleaseState.PUBLISHED, limit=_IN_FEED)
        names = accounts.names(session(), actor(), [service["originator"]])
        told = atom.feed(
            resources().settings.base_url,
            service,
            names[service["originator"]],
            [json.loads(one) for one in found.items],
        )
        return conditional.answer(told, content_type="application/atom+xml; charset=utf-8")


@blueprint.route("/services/<slug:slug>/releases")
class Releases(MethodView):
    """The versions of a service."""

    @may(Permission.SERVICE_READ, catalogue.find)
    @blueprint.arguments(ReleasesQuerySchema, location="query")
    @blueprint.response(200, list_of(ReleaseSchema))
    def get(self, query: dict[str, Any], slug: str) -> Response:
        """List releases, the highest version first."""
        after = lists.place_of(query.pop("cursor", None))
        return lists.answer(releases.browse(session(), actor(), slug, **query, after=after))

    @may(Permission.RELEASE_PUBLISH, catalogue.glimpse, late=True)
    @blueprint.doc(**_FORM)
    @blueprint.arguments(PublishQuerySchema, location="query")
    @blueprint.response(201, PublishedSchema)
    @blueprint.alt_response(200, schema=InspectionSchema, description="`?check=1`: inspected, nothing kept.")
    def post(self, query: dict[str, Any], slug: str) -> Response:
        """Publish a package as a new release, or with `?check=1` only inspect it."""
        settings, database = resources().settings, resources().database
        with database.reading() as reading:
            service = releases.may_publish(reading, actor(), slug, keeps=not query["check"])
            limits = releases.most(reading, actor(), service, settings.limits)
        if not settings.publishing and not query["check"]:
            raise PublishingClosedError
        with uploads.receive(
            resources().incoming, limits.package_bytes, metadata_required=not query["check"]
        ) as received:
            version: Any = received.metadata.get("version")
            for content in received.attestations:
                attestations.read(content, received.sha256)
            report = releases.inspect(received.file, service, version, limits)
            if query["check"]:
                told = Response(render(report.to_json()).body, 200, content_type="application/json")
                return _checked(received, told)
            releases.refuse_errors(report)
            if "Idempotency-Key" not in request.headers:
                with database.reading() as reading:
                    if releases.exists(reading, actor(), service, version):
                        raise VersionExistsError(slug, version)
            upload = Upload(releases.new_key(), received.size, received.sha256, report)
            return _publish(slug, received, upload)


def _checked(received: uploads.Received, told: Response) -> Response:
    """Answer with what was found; the answer alone is kept, and only under a key."""
    if "Idempotency-Key" not in request.headers:
        return told
    with resources().database.transaction():
        return once(lambda: told, _fingerprint(received))


def _fingerprint(received: uploads.Received) -> str:
    said = json.dumps(received.metadata, sort_keys=True)
    attested = [hashlib.sha256(content).hexdigest() for content in received.attestations]
    return render({"path": request.full_path, "said": said, "package": received.sha256, "attested": attested}).etag


def _publish(slug: str, received: uploads.Received, upload: Upload) -> Response:
    """Store the bytes, then name them."""
    with put_aside(resources().storage, upload.key, received.path) as keep, resources().database.transaction():

        def act() -> Response:
            made = releases.publish(
                session(), actor(), slug, metadata=received.metadata, upload=upload, attestations=received.attestations
            )
            told = made.body[:-1] + b',"inspection":' + upload.told.body + b"}"
            answer = conditional.answer(Rendering(told, made.etag), 201)
            answer.headers["Location"] = f"/api/v1/services/{slug}/releases/{made.version}"
            keep()
            return answer

        return act() if "Idempotency-Key" not in request.headers else once(act, _fingerprint(received))


@blueprint.route("/services/<slug:slug>/releases/<version:version>")
class Release(MethodView):
    """One release."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, ReleaseSchema)
    def get(self, slug: str, version: str) -> Response:
        """Read a release; `latest` is the highest that is neither a pre-release nor yanked."""
        return conditional.answer(releases.rendering(session(), actor(), slug, version))

    @may(Permission.RELEASE_CHANGE, find_locked, changes=etag)
    @blueprint.arguments(ReleaseChangeSchema)
    @blueprint.response(200, ReleaseSchema)
    def patch(self, said: dict[str, Any], slug: str, version: str) -> Response:
        """Change the changelog, or deprecate; a package never changes."""
        return _told(releases.change(session(), actor(), slug, version, said))


@blueprint.route("/services/<slug:slug>/releases/<version:version>/publish")
class Publication(MethodView):
    """A draft that is opened."""

    @may(Permission.RELEASE_PUBLISH, find_locked)
    @blueprint.response(200, ReleaseSchema)
    def post(self, slug: str, version: str) -> Response:
        """Make a draft public, or have it wait for approval where its organisation demands one."""
        return _told(releases.open_draft(session(), actor(), slug, version))


@blueprint.route("/services/<slug:slug>/releases/<version:version>/approve")
class Approval(MethodView):
    """A release that a second member has looked at."""

    @may(Permission.RELEASE_PUBLISH, find_locked)
    @blueprint.response(200, ReleaseSchema)
    def post(self, slug: str, version: str) -> Response:
        """Approve a release that awaits it, as another person than the one who uploaded it; it is public then."""
        return _told(releases.approve(session(), actor(), slug, version))


@blueprint.route("/services/<slug:slug>/releases/<version:version>/reject")
class Rejection(MethodView):
    """A release that a second member did not approve."""

    @may(Permission.RELEASE_PUBLISH, find_locked)
    @blueprint.arguments(ReasonSchema)
    @blueprint.response(200, ReleaseSchema)
    def post(self, said: dict[str, Any], slug: str, version: str) -> Response:
        """Reject a release that awaits approval: it is a draft again, with the reason."""
        return _told(releases.reject(session(), actor(), slug, version, reason=said["reason"]))


@blueprint.route("/services/<slug:slug>/releases/<version:version>/yank")
class Yank(MethodView):
    """A release that is warned of."""

    @may(Permission.RELEASE_CHANGE, find_locked)
    @blueprint.arguments(ReasonSchema)
    @blueprint.response(200, ReleaseSchema)
    def post(self, said: dict[str, Any], slug: str, version: str) -> Response:
        """Yank a release: it stays downloadable by exact version, and warns."""
        return _told(releases.yank(session(), actor(), slug, version, reason=said["reason"]))


@blueprint.route("/services/<slug:slug>/releases/<version:version>/unyank")
class Unyank(MethodView):
    """A release that is warned of no more."""

    @may(Permission.RELEASE_CHANGE, find_locked)
    @blueprint.arguments(ReasonSchema)
    @blueprint.response(200, ReleaseSchema)
    def post(self, said: dict[str, Any], slug: str, version: str) -> Response:
        """Take a yank back."""
        return _told(releases.unyank(session(), actor(), slug, version, reason=said["reason"]))


@blueprint.route("/services/<slug:slug>/releases/<version:version>/attestations")
class Attestations(MethodView):
    """The signed statements about a release."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, list_of(AttestationSchema))
    def get(self, slug: str, version: str) -> Response:
        """List the signed statements about a release."""
        return lists.whole(releases.attested(session(), actor(), slug, version))

    @may(Permission.RELEASE_PUBLISH, releases.find)
    @blueprint.arguments(EnvelopeSchema)
    @blueprint.response(201, ReleaseSchema)
    def post(self, _envelope: dict[str, Any], slug: str, version: str) -> Response:
        """Add a signed statement: in-toto, in a DSSE envelope."""
        made = releases.attest(session(), actor(), slug, version, request.get_data())
        answer = conditional.answer(Rendering(made.body, made.etag), 201)
        answer.headers["Location"] = f"/api/v1/services/{slug}/releases/{made.version}"
        return answer


@blueprint.route("/services/<slug:slug>/releases/<version:version>/attestations/<digest:sha256>")
class Attestation(MethodView):
    """A signed statement about a release."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, EnvelopeSchema)
    def get(self, slug: str, version: str, sha256: str) -> Response:
        """Download a signed statement's envelope, byte by byte as it came."""
        return conditional.answer(Rendering(releases.attestation(session(), actor(), slug, version, sha256), sha256))


@blueprint.route("/services/<slug:slug>/releases/<version:version>/package")
class Package(MethodView):
    """The archive of a release."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, {"type": "string", "contentMediaType": "application/zip"}, content_type="application/zip")
    @blueprint.alt_response(
        206,
        schema={"type": "string", "contentMediaType": "application/zip"},
        content_type="application/zip",
        description="A part.",
    )
    def get(self, slug: str, version: str) -> Response:
        """Download the package; whole or a range of it."""
        wanted = releases.download(session(), actor(), slug, version)
        answer = downloads.package(wanted, resources().storage, resources().settings.accel_prefix)
        if request.method == "GET" and downloads.begins(answer):
            current_app.extensions["downloads"].count(wanted.release_id)
        return answer


@blueprint.route("/services/<slug:slug>/releases/<version:version>/inspection")
class Inspection(MethodView):
    """What was found in a package."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, InspectionSchema)
    def get(self, slug: str, version: str) -> Response:
        """Read findings, files and facts."""
        return conditional.answer(releases.inspection(session(), actor(), slug, version))


@blueprint.route("/services/<slug:slug>/releases/<version:version>/files")
class Files(MethodView):
    """The files of a package."""

    @may(Permission.RELEASE_READ, releases.find)
    @blueprint.arguments(ListQuerySchema, location="query")
    @blueprint.response(200, list_of(FileSchema))
    def get(self, query: dict[str, Any], slug: str, version: str) -> Response:
        """List the files of a package by path."""
        after = lists.place_of(query.get("cursor"))
        page = releases.files(session(), actor(), slug, version, after=after, limit=query["limit"])
        return lists.answer_dicts(page.map(representation.file))


@blueprint.route("/services/<slug:slug>/releases/<version:version>/files/<file:path>")
class File(MethodView):
    """One file of a package."""

    @may(Permission.ORGANISATION_READ)
    @blueprint.response(200, {"description": "The file as it was packed."}, content_type="*/*")
    def get(self, slug: str, version: str, path: str) -> Response:
        """Read one file of a package; nothing in it runs in a browser."""
        file, content = releases.read_file(session(), actor(), slug, version, path, storage=resources().storage)
        return downloads.file(file, content)
