"""Put a service into the catalogue, and keep what is said of it; what is typed can be looked at before it is kept."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from registry.authz.policy import Permission, can, require
from registry.catalogue import service as catalogue
from registry.catalogue.models import (
    NEXT,
    Account,
    ContactRole,
    CostKey,
    ReuseModel,
    Service,
    ServiceKind,
    ServiceStatus,
    TrustLevel,
)
from registry.catalogue.schemas import NewServiceSchema, ServiceChangeSchema
from registry.catalogue.service import Similar
from registry.catalogue.topics import TOPICS
from registry.kit.folding import transcribe
from registry.kit.rendering import render
from registry.kit.schemas import LANGUAGE
from registry.web.door import actor, blueprint, page, session, signed_in, visitor
from registry.web.forms import Faults, flat, items, line, localised, number, numbers, sent
from registry.web.speech import say
from registry.web.words import choices, word

_NEW, _WHOLE = NewServiceSchema(), NewServiceSchema(exclude=("slug",))
_STATUS = ServiceChangeSchema(only=("status", "successor"))
_TEXTS = ("name", "summary", "description")
_LINES = ("topic", "licence", "kind", "trust_level", "ozg_id", "is_based_on", "repository_url", "demo_url", "bootcamp")
_LISTS = ("keywords", "leika", "platforms")
_CHOICES = ("accounts", "reuse_models")
_RIGHTS = ("software", "content", "contractual")
_GROUPS = {"contacts": ("name", "role", "email", "phone"), "awards": ("issuer", "name", "year", "url")}
_FIELDS = (*_TEXTS, *_LINES, *_LISTS, *_CHOICES, *_GROUPS, "rights", "cost")
#: Without these there is no service; left blank they are told as missing.
_REQUIRED = frozenset({"topic", "licence", "kind"})
#: The languages that the form asks for; what a service says in others stays as it is.
_ASKED = frozenset({"de", "en"})
#: Licences that cities use, for those who begin to type.
_LICENCES = ("EUPL-1.2", "Apache-2.0", "MIT", "GPL-3.0-or-later", "AGPL-3.0-or-later", "LGPL-3.0-or-later", "CC-BY-4.0")


def _typed(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form says of a service; what the form does not ask for stays as it is known."""
    form = request.form
    said: dict[str, Any] = {name: line(form, name) or None for name in _LINES}
    said = {name: value for name, value in said.items() if value is not None or name not in _REQUIRED}
    said |= {name: localised(form, name) for name in _TEXTS}
    said["description"] = said["description"] or None
    said |= {name: items(form, name) for name in _LISTS}
    said |= {name: form.getlist(name) for name in _CHOICES}
    said["rights"] = {part: words for part in _RIGHTS if (words := localised(form, f"rights.{part}"))}
    cost = {"key": line(form, "cost.key"), "note": localised(form, "cost.note")}
    said["cost"] = {name: value for name, value in cost.items() if value} or None
    said |= {name: _group(name, parts) for name, parts in _GROUPS.items()}
    return {name: _in_other_languages(value, known.get(name)) for name, value in said.items()}


def _group(name: str, parts: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the filled blocks of contacts or awards; to choose something in one is not yet to fill it."""
    said = []
    for place in numbers(request.form, name):
        block: dict[str, Any] = {part: line(request.form, f"{name}.{place}.{part}") or None for part in parts}
        if not any(value for part, value in block.items() if part != "role"):
            continue
        if name == "contacts":
            block["public"] = request.form.get(f"{name}.{place}.public") == "yes"
        elif block["year"]:
            block["year"] = number(block["year"])
        said.append({part: value for part, value in block.items() if value is not None})
    return said


def _in_other_languages(said: Any, known: Any) -> Any:
    if not isinstance(said, dict) or not isinstance(known, Mapping):
        return said
    others = {key: words for key, words in known.items() if LANGUAGE.fullmatch(key) and key not in _ASKED}
    kept = {key: _in_other_languages(value, known.get(key)) for key, value in said.items()}
    return kept | others if "de" in known and said else kept


def _present(slug: str) -> dict[str, Any]:
    """Return what is said of a service as the form has it, with the contacts that are not shown to everybody."""
    told = json.loads(catalogue.rendering(session(), actor(), slug).body)
    told["contacts"] = catalogue.contacts(session(), actor(), slug)
    return {name: told[name] for name in _FIELDS}


def _fields(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said by the fields of the form that say something."""
    return {name: value for name, value in flat(said) if value not in (None, "", [], {}, False)}


def _apart(typed: Mapping[str, Any], present: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return in what two descriptions differ: the field, and what each says."""
    mine, theirs = _fields(typed), _fields(present)
    names = [*mine, *(name for name in theirs if name not in mine)]
    return [(name, mine.get(name), theirs.get(name)) for name in names if mine.get(name) != theirs.get(name)]


def _mark(present: Mapping[str, Any]) -> str:
    """Return by what a description is known again: counts and releases that change meanwhile are none of its matter."""
    return render(_fields(present)).etag


def _page(template: str, status: int, said: Mapping[str, Any], **about: Any) -> Response:
    return page(
        f"publishing/{template}.html",
        status,
        area="work",
        values=_fields(said),
        said=said,
        topics=[(topic, word("topic", topic)) for topic in TOPICS],
        kinds=[(*each, None) for each in choices("kind", ServiceKind)],
        levels=choices("trust_level", TrustLevel),
        accounts=choices("account", Account),
        models=choices("reuse_model", ReuseModel),
        costs=choices("cost_key", CostKey),
        roles=choices("contact_role", ContactRole),
        contacts=max(3, len(said.get("contacts", [])) + 1),
        awards=len(said.get("awards", [])) + 1,
        licences=_LICENCES,
        **about,
    )


def suggested(name: str) -> str:
    """Return a slug for a service of this name."""
    return "-".join(re.findall(r"[a-z0-9]+", transcribe(name)))[:64].strip("-")


def _new(said: Mapping[str, Any], status: int = 200, **about: Any) -> Response:
    return _page("new", status, said, slug=request.form.get("slug", "").strip(), **about)


def may_change(slug: str) -> bool:
    """Whether who looks at a page may change the service."""
    found = visitor()
    if found is None or found.actor.organisation is None:
        return False
    return can(found.actor, Permission.SERVICE_CHANGE, catalogue.glimpse(session(), found.actor, slug))


def may_create() -> bool:
    """Whether who looks at a page may put services into the catalogue."""
    found = visitor()
    return found is not None and can(found.actor, Permission.SERVICE_CREATE)


@blueprint.get("/services/new")
def new_service_page() -> Response:
    """Ask for what is to be said of a new service."""
    require(signed_in().actor, Permission.SERVICE_CREATE)
    return _new({"kind": ServiceKind.ONLINE_SERVICE})


@blueprint.post("/services/new")
def create_service() -> Response:
    """Put a service into the catalogue; what it resembles is shown first, once."""
    here = signed_in()
    require(here.actor, Permission.SERVICE_CREATE)
    typed = _typed({})
    slug = line(request.form, "slug") or suggested(typed["name"].get("de", ""))
    if request.form.get("do") == "preview":
        return _page("new", 200, typed, slug=slug, preview=True, alike=_alike(typed))
    # One of the same short name is refused below, or is the one that this form has made already.
    alike = [one for one in _alike(typed) if one.slug != slug] if request.form.get("known") != "yes" else []

    def again(faults: Faults) -> Response:
        return _page("new", 422, typed, slug=slug, faults=faults)

    def act() -> str:
        taken = _NEW.load({**typed, "slug": slug} if slug else typed)
        made, _ = catalogue.create(session(), here.actor, **taken)
        return f"/services/{made.slug}?done=created"

    if alike and not _NEW.validate({**typed, "slug": slug}):
        return _page("new", 200, typed, slug=slug, alike=alike, warn=True)
    return sent(act, again)


def _alike(typed: Mapping[str, Any]) -> list[Similar]:
    if "de" not in typed["name"]:
        return []
    return catalogue.similar(session(), actor(), name=typed["name"]["de"], leika=typed["leika"])


def _own(slug: str, *, lock: bool = False) -> Service:
    here = signed_in()
    service = catalogue.find(session(), here.actor, slug, lock=lock)
    require(here.actor, Permission.SERVICE_CHANGE, service)
    return service


def _edit(service: Service, said: Mapping[str, Any], seen: str, status: int = 200, **about: Any) -> Response:
    return _page(
        "edit",
        status,
        said,
        slug=service.slug,
        name=say(service.name),
        state=service.status,
        open=[(each, word) for each, word in choices("service_status", ServiceStatus) if each in NEXT[service.status]],
        successor=about.pop("successor", ""),
        seen=seen,
        **about,
    )


@blueprint.get("/services/<slug:slug>/edit")
def edit_service_page(slug: str) -> Response:
    """Show what is said of a service, to be changed."""
    service, present = _own(slug), _present(slug)
    return _edit(service, present, _mark(present))


@blueprint.post("/services/<slug:slug>/edit")
def edit_service(slug: str) -> Response:
    """Change what is said of a service; where it was changed meanwhile, both are shown first."""
    service = _own(slug, lock=True)
    present = _present(slug)
    typed, now = _typed(present), _mark(present)
    seen = request.form.get("seen", "")
    if request.form.get("do") == "preview":
        return _edit(service, typed, seen, preview=True)
    apart = _apart(typed, present)
    if seen != now and apart:
        return _edit(service, typed, now, 409, apart=apart)

    def again(faults: Faults) -> Response:
        return _edit(_own(slug), typed, seen, 422, faults=faults)

    def act() -> str:
        catalogue.change(session(), actor(), slug, _WHOLE.load(typed))
        return f"/services/{slug}?done=saved"

    return sent(act, again)


@blueprint.post("/services/<slug:slug>/status")
def change_status(slug: str) -> Response:
    """Deprecate a service, archive it, or take that back."""
    service, present = _own(slug, lock=True), _present(slug)
    status, successor = request.form.get("status", ""), line(request.form, "successor")

    def again(faults: Faults) -> Response:
        return _edit(_own(slug), present, _mark(present), 422, faults=faults, chosen=status, successor=successor)

    def act() -> str:
        taken = _STATUS.load({"status": status, "successor": successor or None})
        catalogue.change(session(), actor(), service.slug, taken)
        return f"/services/{slug}?done=status"

    return sent(act, again)


def init_app(app: Flask) -> None:
    """Let a service's page show what can be done."""
    app.jinja_env.globals |= {"may_change": may_change, "may_create": may_create}
