"""What the registry says of itself: who runs it, what it stores, whom it shuts out, and what may go wrong in it."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import cast

from flask import Flask, Response, current_app, request

from registry.catalogue import service as catalogue
from registry.inspection.codes import CODES
from registry.kit.errors import Text
from registry.privacy.records import RECORDS
from registry.privacy.retention import RETENTION
from registry.sign_in.service.sessions import LONGEST
from registry.web import assets
from registry.web.door import SESSION, THEME, VISIT, actor, blueprint, page, resources, session
from registry.web.refusals import ProblemNotFoundError
from registry.web.speech import COOKIE

#: Slug, title and remedy of everything that may go wrong.
Problems = Callable[[], Iterable[tuple[str, Text, Text]]]


@cache
def _works() -> list[Mapping[str, str]]:
    """Return what the pages are made of and others made, each once."""
    listed = json.loads((assets.STATIC / "vendor" / "manifest.json").read_text())
    return [*{one["package"]: one for one in listed}.values()]


@blueprint.get("/imprint")
def imprint() -> Response:
    """Say who runs the registry."""
    settings = resources().settings
    return page("notices/imprint.html", imprint=settings.imprint, security=settings.security_contact, works=_works())


@blueprint.get("/privacy")
def privacy() -> Response:
    """Say what is stored about people, why, and for how long: by the same lists that store and forget it."""
    cookies = {"visit": VISIT, "session": SESSION, "language": COOKIE, "theme": THEME}
    return page(
        "notices/privacy.html",
        imprint=resources().settings.imprint,
        records=RECORDS,
        retention=RETENTION,
        cookies=cookies,
        signed_in_for=LONGEST.days,
    )


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """Say for whom the pages work, for whom not yet, and to whom to turn."""
    return page("notices/accessibility.html", imprint=resources().settings.imprint)


@blueprint.get("/licences")
def licences() -> Response:
    """Explain the licences under which there is something in the catalogue."""
    used = [one for one in catalogue.licences(session(), actor()) if one["services"]]
    return page("notices/licences.html", licences=sorted(used, key=lambda one: (-one["services"], one["id"])))


def _problems() -> Iterable[tuple[str, Text, Text]]:
    known = cast("Problems", current_app.extensions["known_problems"])
    return known()


@blueprint.get("/problems")
def problems() -> Response:
    """List everything that the registry may find wrong."""
    known = [*_problems()]
    return page(
        "notices/problems.html",
        findings=[(slug, title) for slug, title, _ in known if slug in CODES],
        failures=[(slug, title) for slug, title, _ in known if slug not in CODES],
    )


@blueprint.get("/problems/<problem>")
def problem(problem: str) -> Response:
    """Explain a kind of problem, for people or for programs: what it means and what to do."""
    for slug, title, remedy in _problems():
        if slug == problem:
            return _explained(slug, title, remedy)
    raise ProblemNotFoundError


def _explained(slug: str, title: Text, remedy: Text) -> Response:
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        told = {"type": f"/problems/{slug}", "title": title, "remedy": remedy}
        answer = Response(json.dumps(told), content_type="application/json")
    else:
        answer = page("notices/problem.html", slug=slug, title=title, remedy=remedy, code=CODES.get(slug))
    answer.headers["Vary"] = "Accept, Accept-Language, Cookie"
    return answer


def init_app(app: Flask, known: Problems) -> None:
    """Let the pages know what may go wrong."""
    app.extensions["known_problems"] = known
