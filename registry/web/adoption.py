"""Who reuses what: the adopters of a service, declaring an adoption, and reporting what runs where."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, redirect, request
from marshmallow import ValidationError, fields

from registry.accounts import service as accounts
from registry.accounts.service import Principal
from registry.adoption import representation
from registry.adoption import service as adoption
from registry.adoption.errors import AdoptionNotFoundError
from registry.adoption.models import (
    FIRST,
    NEXT,
    AdoptionStatus,
    DeploymentStatus,
    Environment,
    Relation,
    Visibility,
)
from registry.adoption.schemas import MATURITY_LEVELS, AdoptionChangeSchema, NewDeploymentSchema
from registry.adoption.service import Wanted
from registry.authz.policy import Permission, can
from registry.catalogue import service as catalogue
from registry.catalogue.models import ReuseModel, ServiceStatus
from registry.kit import clock
from registry.kit.schemas import Schema, String
from registry.releases import service as releases
from registry.releases import versions
from registry.releases.models import ReleaseState
from registry.web import forms, lists
from registry.web.door import actor, blueprint, own_path, page, session, signed_in
from registry.web.forms import Faults, StaleError
from registry.web.organisation import AHEAD, acting
from registry.web.speech import LANGUAGES, say
from registry.web.words import word

_SHOWN = 50
#: How many reports of one adoption are shown at once.
_REPORTS = 20
#: How many versions one can choose from, the newest of them.
_CHOICES = 200
#: The levels of each version of the maturity model, as one choice.
_MATURITIES = [
    (f"{model}:{level}", f"{model}: {level}/{top}")
    for model, top in MATURITY_LEVELS.items()
    for level in range(top + 1)
]
_HERE = ZoneInfo("Europe/Berlin")


class _FilterSchema(Schema):
    """What the list of adopters can be narrowed by."""

    status = fields.Enum(AdoptionStatus, by_value=True)
    version = String(versions.LIMIT)
    overdue = fields.Boolean(truthy={"yes"}, falsy={"no"})


_FILTERS = _FilterSchema()


def _service(slug: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(catalogue.rendering(session(), actor(), slug).body)
    return told


def _acting(slug: str, organisation: str) -> Principal:
    """Return the organisation as the policy sees it: one's own, or one whose mandate one's own holds."""
    service = catalogue.find(session(), actor(), slug)
    return accounts.principal(session(), actor(), organisation, service_id=service.id)


def _one(slug: str, organisation: str) -> dict[str, Any] | None:
    """Return one adoption with what it joins."""
    found = adoption.overview(session(), actor(), Wanted(service=slug, organisation=organisation), limit=1).items
    return found[0] if found else None


@blueprint.get("/services/<slug:slug>/adoptions")
def adopters(slug: str) -> Response:
    """List who reuses a service, and show where they are."""
    service = _service(slug)
    said = lists.asked(_FILTERS)
    wanted = Wanted(service=slug, status=said.get("status"), version=said.get("version"))
    overdue = said.get("overdue", False)
    found = adoption.overview(session(), actor(), wanted, overdue=overdue, after=lists.after(), limit=_SHOWN)
    return page(
        "adoption/adopters.html",
        area="services",
        service=service,
        said=said,
        adoptions=found,
        spread=adoption.spread(session(), actor(), Wanted(service=slug)),
        statuses=[(status, word("adoption_status", status)) for status in AdoptionStatus],
        next=lists.following(found),
    )


@blueprint.get("/services/<slug:slug>/adoptions/<slug:organisation>")
def adopter(slug: str, organisation: str) -> Response:
    """Show one adoption, and what was reported of it."""
    return _adopter(slug, organisation)


def _adopter(slug: str, organisation: str, faults: Faults | None = None) -> Response:
    told = json.loads(adoption.rendering(session(), actor(), slug, organisation).body)
    it = _one(slug, organisation)
    if it is None:
        raise AdoptionNotFoundError(slug, organisation)
    reports = adoption.deployments(session(), actor(), slug, organisation, after=lists.after(), limit=_REPORTS)
    shown = reports.map(lambda one: representation.deployment(one, service=slug, organisation=organisation))
    speaking = {told["declared_by"], *(one["declared_by"] for one in shown.items)}
    principal = _acting(slug, organisation)
    return page(
        "adoption/adopter.html",
        422 if faults else 200,
        area="services",
        service=_service(slug),
        adoption=told | it,
        reports=shown,
        names=accounts.names(session(), actor(), speaking),
        following=NEXT[AdoptionStatus(told["status"])],
        may_declare=can(actor(), Permission.ADOPTION_DECLARE, principal),
        may_report=can(actor(), Permission.DEPLOYMENT_REPORT, principal),
        faults=faults,
        next=lists.following(reports),
    )


@blueprint.get("/services/<slug:slug>/adopt")
def adopt(slug: str) -> Response:
    """Ask what an organisation does with a service."""
    signed_in()
    return _adopt(slug, {})


@blueprint.post("/services/<slug:slug>/adopt")
def declare(slug: str) -> Response:
    """Declare an adoption, or change what was said of it."""
    organisation = request.args.get("for") or acting()[1]

    def act() -> str:
        present = adoption.declared(session(), actor(), slug, organisation)
        said = AdoptionChangeSchema().load(forms.said(AdoptionChangeSchema().fields, blank=True))
        _refuse_stale(present.etag if present else "")
        if present and present.note and said.get("note"):
            said["note"] = {key: told for key, told in present.note.items() if key not in LANGUAGES} | said["note"]
        adoption.declare(session(), actor(), slug, organisation, said)
        return f"/services/{slug}/adoptions/{organisation}?done={'changed' if present else 'declared'}"

    return forms.sent(act, lambda faults: _adopt(slug, faults))


def _refuse_stale(etag: str) -> None:
    """Refuse a form that was filled in before somebody else changed what it is about."""
    if request.form.get("seen", "") != etag:
        raise StaleError


def _adopt(slug: str, faults: Faults) -> Response:
    service, choices = _service(slug), accounts.represented(session(), actor())
    organisation = request.args.get("for") or actor().organisation
    principal = _acting(slug, organisation) if organisation else None
    is_draft = service["status"] == ServiceStatus.DRAFT
    if organisation is None or is_draft or not can(actor(), Permission.ADOPTION_DECLARE, principal):
        return page(
            "adoption/ask.html", 403, area="services", service=service, is_draft=is_draft, role=signed_in().role
        )
    present, etag = _present(slug, organisation)
    if present is None:
        catalogue.find(session(), actor(), slug).keep_if_archived()
    filled, typed = _filled(present), request.form.to_dict() if request.method == "POST" else None
    before = AdoptionStatus(present["status"]) if present else None
    statuses = (before, *NEXT[before]) if before else FIRST
    return page(
        "adoption/adopt.html",
        422 if faults else 200,
        area="services",
        service=service,
        organisation=organisation,
        name=choices.get(organisation, organisation),
        choices=choices,
        present=present,
        said=filled | _suggested(statuses) if typed is None else typed,
        seen=etag,
        theirs=_differences(filled, typed) if typed is not None and typed.get("seen", "") != etag else {},
        statuses=[(status, word("adoption_status", status), None) for status in statuses],
        relations=[(relation, word("relation", relation)) for relation in Relation],
        models=_with(
            [(model, word("reuse_model", model)) for model in service["reuse_models"] or [*ReuseModel]],
            filled.get("model"),
        ),
        versions=_with(_versions(service), filled.get("version")),
        own=_with(_published(organisation), filled.get("became")),
        faults=faults,
    )


def _with(choices: list[tuple[str, str]], value: str | None) -> list[tuple[str, str]]:
    """Offer also what is said already, so that a change of something else does not take it away."""
    return choices if not value or value in dict(choices) else [*choices, (value, _named("model", value))]


def _present(slug: str, organisation: str) -> tuple[dict[str, Any] | None, str]:
    """Return what was said so far, and by what a form must show that it knew."""
    try:
        found = adoption.rendering(session(), actor(), slug, organisation)
    except AdoptionNotFoundError:
        return None, ""
    return json.loads(found.body), found.etag


def _filled(present: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what stands in the form's fields before anybody typed."""
    if present is None:
        return {"visibility": Visibility.PUBLIC, "relation": Relation.REUSE}
    plain = {name: present[name] or "" for name in AdoptionChangeSchema().fields if name != "note"}
    return plain | {f"note.{language}": (present["note"] or {}).get(language, "") for language in LANGUAGES}


def _suggested(statuses: tuple[AdoptionStatus, ...]) -> dict[str, str]:
    """Return the status that the address asks for, where it may follow."""
    asked = request.args.get("status")
    return {"status": asked} if asked in statuses else {}


def _differences(now: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return what stands there now and what was typed, where that is not the same, as people say it."""
    different = [name for name in now if now[name] != forms.line(typed, name)]
    return {name: (_named(name, now[name]), _named(name, forms.line(typed, name))) for name in different}


def _named(name: str, value: str) -> str:
    kinds = {"status": "adoption_status", "model": "reuse_model"}
    return word(kinds.get(name, name), value) or "–"


def _versions(service: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the versions that one can choose, the highest first, each with what is to be known of it."""
    found = releases.browse(session(), actor(), service["slug"], state=ReleaseState.PUBLISHED, limit=_CHOICES)
    return [(it["version"], _labelled(it, service)) for it in map(json.loads, found.items)]


def _labelled(release: Mapping[str, Any], service: Mapping[str, Any]) -> str:
    latest = service["latest_release"] and service["latest_release"]["version"] == release["version"]
    marks = [mark for mark in ("yanked", "deprecated", "prerelease") if release[mark]] + (["latest"] if latest else [])
    return (
        f"{release['version']} ({', '.join(word('release_mark', mark) for mark in marks)})"
        if marks
        else release["version"]
    )


def _published(organisation: str) -> list[tuple[str, str]]:
    """Return what the organisation has published: an adaptation may have become one of it."""
    found = catalogue.browse(session(), actor(), catalogue.Wanted(originator=organisation), limit=_CHOICES)
    services = map(json.loads, found.page.items)
    return [(it["slug"], say(it["name"])) for it in services if it["status"] != ServiceStatus.DRAFT]


@blueprint.post("/services/<slug:slug>/adoptions/<slug:organisation>/confirm")
def confirm_adoption(slug: str, organisation: str) -> Response:
    """Say that an adoption still is as it was said to be."""
    there = own_path(request.form.get("next"), f"/services/{slug}/adoptions/{organisation}")

    def act() -> str:
        present = adoption.declared(session(), actor(), slug, organisation)
        if present is None:
            raise AdoptionNotFoundError(slug, organisation)
        _refuse_stale(present.etag)
        adoption.declare(session(), actor(), slug, organisation, {})
        return f"{there}?done=confirmed"

    return forms.sent(act, lambda faults: _adopter(slug, organisation, faults))


@blueprint.get("/services/<slug:slug>/adoptions/<slug:organisation>/report")
def report_page(slug: str, organisation: str) -> Any:
    """Ask what was deployed where."""
    signed_in()
    return _report(slug, organisation, {})


@blueprint.post("/services/<slug:slug>/adoptions/<slug:organisation>/report")
def report(slug: str, organisation: str) -> Any:
    """Report a deployment."""

    def act() -> str:
        said = NewDeploymentSchema().load(_reported())
        adoption.report(session(), actor(), slug, organisation, said)
        return f"/services/{slug}/adoptions/{organisation}?done=reported"

    return forms.sent(act, lambda faults: _report(slug, organisation, faults))


def _report(slug: str, organisation: str, faults: Faults) -> Any:
    service = _service(slug)
    if not can(actor(), Permission.DEPLOYMENT_REPORT, _acting(slug, organisation)):
        return page("adoption/ask.html", 403, area="services", service=service, is_draft=False, role=signed_in().role)
    present = _one(slug, organisation)
    if present is None:
        return redirect(f"/services/{slug}/adopt?for={organisation}", 303)
    first = {"version": service["latest_release"]["version"] if service["latest_release"] else ""}
    usual = {"environment": Environment.PRODUCTION, "status": DeploymentStatus.ROLLED_OUT}
    return page(
        "adoption/report.html",
        422 if faults else 200,
        area="services",
        service=service,
        adoption=present,
        said=request.form.to_dict() if faults else first | usual | {"occurred_at": _today().isoformat()},
        versions=_versions(service),
        environments=[(each, word("environment", each), None) for each in Environment],
        statuses=[(each, word("deployment_status", each)) for each in DeploymentStatus],
        maturities=_MATURITIES,
        today=_today().isoformat(),
        faults=faults,
    )


def _today() -> date:
    return clock.now().astimezone(_HERE).date()


def _reported() -> dict[str, Any]:
    """Return what the form says as the API would: one choice of maturity in two, numbers as such, a day as a moment."""
    said = forms.said(NewDeploymentSchema().fields)
    if "maturity" in said:
        model, _, level = said["maturity"].partition(":")
        said["maturity"] = {"model": model, "level": _number(level)}
    if "applications" in said.get("usage", {}):
        said["usage"]["applications"] = _number(said["usage"]["applications"])
    if "occurred_at" in said:
        moment = _moment(said.pop("occurred_at"))
        said |= {"occurred_at": moment.isoformat()} if moment else {}
    return said


def _number(said: str) -> int | str:
    """Read a number as people write it, with points between its thousands."""
    read = forms.number(said.strip().replace(".", ""))
    return read if isinstance(read, int) else said


def _moment(said: str) -> datetime | None:
    """Return noon of a day, as browsers or people write it; None for today, which is now."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            day = datetime.strptime(said.strip(), form).replace(hour=12, tzinfo=_HERE)
        except ValueError:
            continue
        return None if day.date() == _today() else day
    raise ValidationError({"occurred_at": ["Not a valid date."]})


@blueprint.get("/organisation/adoptions")
def own_adoptions() -> Response:
    """Show what an organisation reuses, what is overdue first, to those who act for it."""
    (_, own), asked = acting(), request.args.get("for")
    choices = accounts.represented(session(), actor())
    organisation = asked if asked in choices else own
    wanted = Wanted(organisation=organisation)
    principal = accounts.principal(session(), actor(), organisation)
    found = adoption.overview(session(), actor(), wanted, after=lists.after(), limit=_SHOWN)
    return page(
        "adoption/own.html",
        area="work",
        organisation=organisation,
        choices=choices,
        overdue=adoption.overview(session(), actor(), wanted, overdue=True, limit=_SHOWN),
        ending=adoption.overview(session(), actor(), wanted, ending=clock.now() + AHEAD, limit=_SHOWN),
        adoptions=found,
        may_declare=can(actor(), Permission.ADOPTION_DECLARE, principal),
        may_report=can(actor(), Permission.DEPLOYMENT_REPORT, principal),
        next=lists.following(found),
    )


@blueprint.get("/organisation/services")
def own_services() -> Response:
    """Show what an organisation publishes, and which versions its adopters run."""
    _, own = acting()
    found = catalogue.browse(
        session(), actor(), catalogue.Wanted(originator=own), after=lists.after(), limit=_REPORTS
    ).page.map(json.loads)
    return page(
        "adoption/published.html",
        area="work",
        services=found,
        versions=adoption.versions(session(), actor(), [service["slug"] for service in found.items]),
        next=lists.following(found),
    )
