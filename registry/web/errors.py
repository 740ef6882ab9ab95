"""The same failures as the API's, as pages."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, json, redirect, request, url_for

from registry.authz.errors import SecondFactorMissingError
from registry.kit import trace
from registry.kit.errors import RegistryError, Text, TooManyError
from registry.web import speech
from registry.web.door import blueprint, page, page_above, secure
from registry.web.refusals import SignInNeededError
from registry.web.remedies import plain, to_people, ways
from registry.web.speech import say

#: Pages to which programs are led as well: they are answered as by the API unless they ask for a page.
_FOR_PROGRAMS_TOO = frozenset({"web.problem"})


@blueprint.errorhandler(RegistryError)
def _failed(error: RegistryError) -> Any:
    trace.refuse(error.slug)
    if isinstance(error, SignInNeededError) and request.method == "GET":
        return redirect(url_for("web.sign_in_page", next=request.full_path.rstrip("?")), 303)
    if isinstance(error, SecondFactorMissingError) and not request.is_json:
        return redirect(url_for("web.confirm_page", next=page_above()), 303)
    wanted = request.accept_mimetypes
    if request.endpoint in _FOR_PROGRAMS_TOO and wanted["text/html"] <= wanted["application/json"]:
        return current_app.extensions["problem"](error)
    status: int = current_app.extensions["status_of"](error)
    waits = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyError) else {}
    if request.is_json:
        told = to_people(error.slug, error.remedy)
        title, detail = told.title or error.title, told.detail or error.detail
        said = {"title": title, "detail": detail, "remedy": told.remedy}
        return json.jsonify({name: plain(say(sentence)) for name, sentence in said.items()}), status, waits
    answer = failure(status, error.slug, error.title, error.remedy, error.detail)
    answer.headers.update(waits)
    return answer


def failure(status: int, slug: str, title: Text, remedy: Text, detail: Text | None = None) -> Response:
    """Answer with a page that says what went wrong, what to do, and where to go on."""
    g.asked = {}  # it is not repeated: there may be a secret among it
    speech.begin()
    told = to_people(slug, remedy)
    about = {
        "title": told.title or title,
        "told": [plain(say(sentence)) for sentence in (told.detail or detail, told.remedy) if sentence],
        "ways": [*ways(slug, told)],
        "identifier": trace.request_id() if status == 500 else None,
    }
    return secure(page("error.html", status, **about))


def init_app(app: Flask, status_of: Callable[[RegistryError], int]) -> None:
    """Let every failure behind a page be a page, or what its script understands."""
    app.extensions["status_of"] = status_of
    app.extensions["failure_page"] = failure
