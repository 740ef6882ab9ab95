"""What becomes of a version: opened, approved or rejected, yanked, deprecated, its changelog put right."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, request

from registry.adoption import service as adoption
from registry.authz.policy import Permission, require
from registry.kit.rendering import render
from registry.releases import service as releases
from registry.releases.models import Release, ReleaseState
from registry.releases.schemas import DeprecationSchema, ReasonSchema, ReleaseChangeSchema
from registry.releases.service import Options
from registry.web.door import actor, blueprint, page, session, signed_in, visitor
from registry.web.forms import Faults, line, localised, sent

#: How many of those whom a yank concerns are named; all are counted.
_SHOWN = 200
_REASON, _DEPRECATION, _CHANGE = ReasonSchema(), DeprecationSchema(), ReleaseChangeSchema()


def release_options(slug: str, version: str) -> Options | None:
    """Return what who looks at a version may do with it; None where she does not look after it."""
    found = visitor()
    if found is None or found.actor.organisation is None:
        return None
    options = releases.options(session(), found.actor, slug, version)
    return options if options.change else None


def _own(slug: str, version: str) -> Release:
    found = releases.find(session(), signed_in().actor, slug, version)
    require(actor(), Permission.RELEASE_CHANGE, found)
    return found


def _page(kind: str, slug: str, version: str, status: int = 200, **about: Any) -> Response:
    """Show one thing that can be done with a version, and what it would do."""
    release = _own(slug, version)
    return page(
        "publishing/act.html",
        status,
        area="work",
        kind=kind,
        slug=slug,
        name=release.service.name,
        release=release,
        impact=adoption.affected(session(), actor(), slug, release.version, limit=_SHOWN) if kind == "yank" else None,
        values=about.pop("values", request.form),
        **about,
    )


def _done(slug: str, version: str, what: str) -> str:
    return f"/services/{slug}/releases/{version}?done={what}"


def _with_reason(kind: str, verb: Callable[..., Release], slug: str, version: str, what: str) -> Response:
    """Do with a version what one must say why for."""
    release = _own(slug, version)

    def act() -> str:
        reason = _REASON.load({"reason": localised(request.form, "reason")})["reason"]
        return _done(slug, verb(session(), actor(), slug, release.version, reason=reason).version, what)

    return sent(act, lambda faults: _page(kind, slug, version, 422, faults=faults))


@blueprint.post("/services/<slug:slug>/releases/<version:version>/publish")
def open_draft(slug: str, version: str) -> Response:
    """Open a draft to all, or have it wait for a second member."""
    release = _own(slug, version)

    def act() -> str:
        opened = releases.open_draft(session(), actor(), slug, release.version)
        return _done(slug, opened.version, "published" if opened.state is ReleaseState.PUBLISHED else "submitted")

    return sent(act, lambda faults: _page("publish", slug, version, 409, faults=faults))


@blueprint.post("/services/<slug:slug>/releases/<version:version>/approve")
def approve(slug: str, version: str) -> Response:
    """Approve a version as the second member who looked at it."""
    release = _own(slug, version)

    def act() -> str:
        return _done(slug, releases.approve(session(), actor(), slug, release.version).version, "approved")

    return sent(act, lambda faults: _page("approve", slug, version, 409, faults=faults))


@blueprint.get("/services/<slug:slug>/releases/<version:version>/reject")
def reject_page(slug: str, version: str) -> Response:
    """Ask why a version is not approved."""
    return _page("reject", slug, version)


@blueprint.post("/services/<slug:slug>/releases/<version:version>/reject")
def reject(slug: str, version: str) -> Response:
    """Make a version a draft again, and tell why."""
    return _with_reason("reject", releases.reject, slug, version, "rejected")


@blueprint.get("/services/<slug:slug>/releases/<version:version>/yank")
def yank_page(slug: str, version: str) -> Response:
    """Show whom it concerns when a version is yanked, and ask why."""
    return _page("yank", slug, version)


@blueprint.post("/services/<slug:slug>/releases/<version:version>/yank")
def yank(slug: str, version: str) -> Response:
    """Warn everybody off a version."""
    return _with_reason("yank", releases.yank, slug, version, "yanked")


@blueprint.get("/services/<slug:slug>/releases/<version:version>/unyank")
def unyank_page(slug: str, version: str) -> Response:
    """Ask why a yank is taken back."""
    return _page("unyank", slug, version)


@blueprint.post("/services/<slug:slug>/releases/<version:version>/unyank")
def unyank(slug: str, version: str) -> Response:
    """Take a yank back."""
    return _with_reason("unyank", releases.unyank, slug, version, "unyanked")


def _stored(release: Release) -> dict[str, str]:
    """Return what the two forms for changes show of a release."""
    told = {f"changelog.{speech}": words for speech, words in (release.changelog or {}).items()}
    deprecated: Mapping[str, Any] = release.deprecated or {}
    told |= {f"reason.{speech}": words for speech, words in deprecated.get("reason", {}).items()}
    return told | {"successor": deprecated.get("successor") or ""}


@blueprint.get("/services/<slug:slug>/releases/<version:version>/deprecate")
def deprecate_page(slug: str, version: str) -> Response:
    """Ask why a version should no longer be used, and which one should instead."""
    return _page("deprecate", slug, version, values=_stored(_own(slug, version)))


@blueprint.post("/services/<slug:slug>/releases/<version:version>/deprecate")
def deprecate(slug: str, version: str) -> Response:
    """Say that a version is no longer recommended, or take that back."""
    release = _own(slug, version)

    def act() -> str:
        said = {"reason": localised(request.form, "reason"), "successor": line(request.form, "successor") or None}
        taken = None if request.form.get("do") == "undo" else _DEPRECATION.load(said)
        releases.change(session(), actor(), slug, release.version, {"deprecated": taken})
        return _done(slug, release.version, "changed")

    return sent(act, lambda faults: _page("deprecate", slug, version, 422, faults=_plain(faults)))


def _plain(faults: Faults) -> Faults:
    """Name fields as the form does: what is wrong with the deprecation's successor is wrong with `successor`."""
    return {field.removeprefix("deprecated."): told for field, told in faults.items()}


def _mark(release: Release) -> str:
    """Return by what a changelog is known again."""
    return render({"changelog": release.changelog}).etag


@blueprint.get("/services/<slug:slug>/releases/<version:version>/changelog")
def changelog_page(slug: str, version: str) -> Response:
    """Show the changelog, to be put right."""
    release = _own(slug, version)
    return _page("changelog", slug, version, values=_stored(release), seen=_mark(release))


@blueprint.post("/services/<slug:slug>/releases/<version:version>/changelog")
def change_changelog(slug: str, version: str) -> Response:
    """Change the changelog; where it was changed meanwhile, both are shown first."""
    release = releases.find(session(), signed_in().actor, slug, version, lock=True)
    require(actor(), Permission.RELEASE_CHANGE, release)
    now, typed = release.changelog, localised(request.form, "changelog") or None
    others = {speech: words for speech, words in (now or {}).items() if speech not in {"de", "en"}}
    said, seen = ({**typed, **others} if typed else None), _mark(release)
    if request.form.get("seen") != seen and said != now:
        mine, theirs = said or {}, now or {}
        apart = [
            (f"changelog.{speech}", mine.get(speech), theirs.get(speech))
            for speech in dict.fromkeys([*mine, *theirs])
            if mine.get(speech) != theirs.get(speech)
        ]
        return _page("changelog", slug, version, 409, apart=apart, seen=seen)

    def act() -> str:
        taken = _CHANGE.load({"changelog": said})
        releases.change(session(), actor(), slug, release.version, taken)
        return _done(slug, release.version, "changed")

    return sent(act, lambda faults: _page("changelog", slug, version, 422, faults=faults, seen=seen))


def init_app(app: Flask) -> None:
    """Let a version's page show what can be done with it."""
    app.jinja_env.globals["release_options"] = release_options
