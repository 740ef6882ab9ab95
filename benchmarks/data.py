"""The registry that is measured: made of a fixed seed, written straight into the tables, and kept for the next run."""

import hashlib
import random
import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks import packages
from registry.accounts import representation as telling_accounts
from registry.accounts.keys import STATES
from registry.accounts.models import Organisation, OrganisationKind, Proof
from registry.adoption import representation as telling_adoption
from registry.adoption.models import ADOPTING, Adoption, AdoptionStatus, Relation, Visibility
from registry.catalogue import representation as telling_catalogue
from registry.catalogue import search
from registry.catalogue.models import ReuseModel, Service, ServiceKind, ServiceStatus, TrustLevel
from registry.catalogue.service import keeping
from registry.catalogue.topics import TOPICS
from registry.kit import migrations
from registry.kit.db import Base, Database
from registry.kit.folding import fold
from registry.kit.rendering import render
from registry.releases import representation as telling_releases
from registry.releases import versions
from registry.releases.models import Inspection, Release, ReleaseState
from tests.support.processes import PROJECT

FOLDER = Path(__file__).parent / ".data"
SEED = 20261122
SERVICES, RELEASES, ORGANISATIONS, ADOPTIONS = 10_000, 5, 11_000, 200_000
#: How many services the first organisation reuses, for which deployments are reported.
ADOPTED_BY_FIRST = 200
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

_HEADS = (
    "Abfall Anwohner Bau Bewohner Bibliotheks Brücken Denkmal Ehe Einwohner Eltern Fahrrad Familien Feuerwehr Fischerei "
    "Friedhofs Führerschein Garten Gaststätten Geburts Gewerbe Grundstücks Hafen Handwerks Hunde Jagd Jugend Kinder Kita "
    "Kultur Kurort Lärm Markt Melde Miet Museums Müll Natur Park Personal Pflege Reise Schul Schwimmbad Senioren Sozial "
    "Spiel Sport Sterbe Straßen Studien Taxi Umzugs Vereins Verkehrs Waffen Wahl Wasser Wohn Zelt Zweitwohnungs"
).split()
_TAILS = (
    "anmeldung antrag auskunft ausweis bescheinigung beschwerde erlaubnis ermäßigung förderung gebühr genehmigung hilfe "
    "karte marke meldung nachweis prüfung reservierung steuer termin umlage urkunde verlängerung zulassung zuschuss"
).split()
_TEXT = (
    "Bürgerinnen und Bürger stellen den Antrag online, laden die nötigen Unterlagen hoch und zahlen die Gebühr gleich mit. "
    "Die Sachbearbeitung bekommt alles vollständig in das Fachverfahren und meldet sich nur, wenn etwas fehlt. "
    "Der Bescheid kommt in das Postfach des Servicekontos; wer keines hat, bekommt ihn mit der Post. "
    "Die Formulare sind barrierefrei, in leichter Sprache verfügbar und auf dem Telefon bedienbar. "
    "Zur Einführung gehören ein Mandantenhandbuch, eine Vorlage für die Satzung und ein Schulungsvideo. "
).split(". ")
_PLATFORMS = (
    "Form-Solutions",
    "FIT-Connect",
    "OpenR@thaus",
    "AFM",
    "modul-F",
    "OSI",
    "KommunalPortal",
    "Eigenentwicklung",
)
_LICENCES = ("EUPL-1.2", "EUPL-1.2", "EUPL-1.2", "MIT", "Apache-2.0", "GPL-3.0-or-later", "AGPL-3.0-only", "CC-BY-4.0")
_VERSIONS = ("1.0.0", "1.1.0", "1.1.1", "2.0.0", "2.1.0")

#: What P3 asks for: words of names, a compound's part, a broad word, a key, two words, a typo.
TERMS = (
    "anmeldung", "hundesteuer", "Parkausweis", "Strassen", "bescheinigung",
    "Fischerei Erlaubnis", "gewerbe", "zweitwohnungssteur", "Antrag Gebühr", "OZG 10042",
)  # fmt: skip


def slug_of(number: int) -> str:
    """Return the slug of the service with this number."""
    head, tail = _HEADS[number % len(_HEADS)], _TAILS[(number // len(_HEADS)) % len(_TAILS)]
    return f"{_ascii(head + tail)}-{number:05d}"


def organisation_of(number: int) -> str:
    """Return the slug of the organisation with this number."""
    return f"gemeinde-{number:05d}"


def adopted_by_first() -> Iterator[tuple[str, str]]:
    """Give the services that the first organisation reuses, with a version of each."""
    for number in range(0, SERVICES, SERVICES // ADOPTED_BY_FIRST):
        yield slug_of(number), _VERSIONS[number // ADOPTED_BY_FIRST % RELEASES]


def folder() -> Path:
    """Return the folder with `registry.db` and `packages`, made now if it is missing or of another version."""
    place = FOLDER / _fingerprint()
    if not (place / "registry.db").exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
        unfinished = FOLDER / "unfinished"
        unfinished.mkdir(parents=True)
        began = time.monotonic()
        database = Database(f"sqlite:///{unfinished / 'registry.db'}")
        fill(database)
        database.dispose()
        packages.fill(unfinished / "packages")
        unfinished.rename(place)
        print(f"made the data in {time.monotonic() - began:.0f} s", flush=True)
    return place


def _fingerprint() -> str:
    sources = [Path(__file__), Path(packages.__file__), *sorted((PROJECT / "migrations" / "versions").glob("*.py"))]
    sources += sorted((PROJECT / "registry").glob("*/representation.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def fill(database: Database) -> None:
    """Fill an empty database."""
    migrations.upgrade(database)
    chance = random.Random(SEED)
    organisations = list(_organisations(chance))
    services = list(_services(chance, organisations))
    with database.transaction() as session:
        _write(session, organisations)
    with database.transaction() as session:
        _write(session, services)
        search.index_many(session, ((it.id, keeping.words(it), keeping.marks(it)) for it in services))
    with database.transaction() as session:
        for some in _batches(_releases(chance, services)):
            _write(session, some)
            session.execute(insert(Inspection), [_inspection(release) for release in some])
    with database.transaction() as session:
        for adoptions in _batches(_adoptions(chance, services, organisations)):
            _write(session, adoptions)
    with database.writer.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _organisations(chance: random.Random) -> Iterator[Organisation]:
    keys = list(STATES)
    for number in range(ORGANISATIONS):
        key = keys[number % len(keys)]
        name = f"{chance.choice(_HEADS)}{chance.choice(('stadt', 'hausen', 'dorf', 'burg', 'tal', 'au'))} {number}"
        made = Organisation(
            id=_id(chance), slug=organisation_of(number), name=name, name_key=fold(name),
            kind=OrganisationKind.MUNICIPALITY, ars=f"{key}{number:010d}", ags=f"{key}{number:06d}", state=STATES[key],
            population=chance.randrange(200, 300_000), lat=47.3 + chance.random() * 7.5, lon=6 + chance.random() * 9,
            website=f"https://www.gemeinde-{number}.example", email=f"rathaus@gemeinde-{number}.example",
            parent_id=None, verified=Proof.DNS, demo=False, created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        made.body, made.etag = render(telling_accounts.organisation(made))
        yield made


def _services(chance: random.Random, organisations: list[Organisation]) -> Iterator[Service]:
    for number in range(SERVICES):
        head, tail = _HEADS[number % len(_HEADS)], _TAILS[(number // len(_HEADS)) % len(_TAILS)]
        # The first hundred are the first organisation's, which publishes in the benchmarks.
        originator = organisations[0] if number < 100 else chance.choice(organisations)
        name = f"{head}{tail} {number}"
        counts = {AdoptionStatus.LIVE: 16, AdoptionStatus.ROLLING_OUT: 2, AdoptionStatus.EVALUATING: 2}
        published = NOW - timedelta(days=chance.randrange(1, 900), seconds=chance.randrange(86_400))
        made = Service(
            id=_id(chance), slug=slug_of(number), kind=ServiceKind.ONLINE_SERVICE,
            name={"de": name, "en": f"Service {number}"}, name_key=fold(name),
            summary={"de": f"{name} online beantragen und verfolgen", "en": f"Apply for service {number} online"},
            description={"de": _text(chance, 12), "en": _text(chance, 6)},
            originator_id=originator.id, is_based_on_id=None, status=ServiceStatus.ACTIVE, successor_id=None,
            topic=chance.choice(TOPICS), keywords=[head.lower(), tail, chance.choice(_HEADS).lower()],
            leika=[f"99{chance.randrange(10**11):012d}"], ozg_id=f"{10_000 + number % 575:05d}",
            licence=chance.choice(_LICENCES), rights={"software": {"de": _text(chance, 1)}},
            trust_level=chance.choice(list(TrustLevel)), accounts=["bundid"],
            reuse_models=[str(ReuseModel.CO_USE), str(ReuseModel.OWN_OPERATION)],
            cost={"key": "inhabitants", "note": {"de": _text(chance, 1)}},
            platforms=chance.sample(_PLATFORMS, chance.randrange(1, 3)),
            repository_url=f"https://gitlab.opencode.example/{number}.git",
            demo_url=f"https://demo.example/{number}",
            contacts=[
                {"name": "Team eGovernment", "role": "business", "email": f"egov@{number}.example", "phone": None,
                 "public": True},
                {"name": "Team Technik", "role": "technical", "email": f"technik@{number}.example", "phone": None,
                 "public": False},
            ],
            awards=[], latest_version=_VERSIONS[-1], latest_published_at=published,
            adoption_counts={str(status): count for status, count in counts.items()},
            adopters=sum(counts[status] for status in ADOPTING), demo=False,
            created_at=published - timedelta(days=400), updated_at=published,
        )  # fmt: skip
        made.originator, made.is_based_on, made.successor = originator, None, None
        made.body, made.etag = render(telling_catalogue.service(made))
        yield made


def _releases(chance: random.Random, services: list[Service]) -> Iterator[Release]:
    stored = iter(packages.plan())
    for number, service in enumerate(services):
        for place, version in enumerate(_VERSIONS):
            # The newest releases of the first services have real packages.
            key, size, digest = (next(stored, None) if place == 4 else None) or _nothing(chance)
            at = service.updated_at - timedelta(days=30 * (4 - place))
            made = Release(
                id=_id(chance), service_id=service.id, version=version, precedence=versions.precedence(version),
                is_prerelease=False, state=ReleaseState.PUBLISHED, created_at=at, published_at=at,
                changelog={"de": _text(chance, 3)}, changes=[{"kind": "fixed", "text": {"de": _text(chance, 1)}}],
                breaking=None, deprecated=None, yanked_at=None, yanked_reason=None, package_key=key,
                package_size=size, package_sha256=digest, findings={"error": 0, "warning": 1, "hint": 2},
                downloads=number % 1000,
            )  # fmt: skip
            made.service = service
            made.body, made.etag = render(telling_releases.release(made))
            yield made


def _nothing(chance: random.Random) -> tuple[str, int, str]:
    name = f"{chance.getrandbits(128):032x}"
    return f"{name[:2]}/{name}.zip", 1_000_000, f"{chance.getrandbits(256):064x}"


def _inspection(release: Release) -> dict[str, Any]:
    body, etag = render({"ok": True, "findings": [], "files": [], "facts": {"version": release.version}})
    return {"release_id": release.id, "body": body, "etag": etag}


def _adoptions(chance: random.Random, services: list[Service], organisations: list[Organisation]) -> Iterator[Adoption]:
    first = dict(adopted_by_first())
    for number, service in enumerate(services):
        others = chance.sample(range(1, ORGANISATIONS), ADOPTIONS // SERVICES)
        for place in others if service.slug not in first else [0, *others[1:]]:
            at = NOW - timedelta(days=chance.randrange(1, 700), seconds=number)
            live = place == 0 or chance.random() < 0.8
            made = Adoption(
                id=_id(chance), service_id=service.id, organisation_id=organisations[place].id,
                status=AdoptionStatus.LIVE if live else AdoptionStatus.EVALUATING,
                version=first[service.slug] if place == 0 else chance.choice(_VERSIONS), since=at if live else None,
                relation=Relation.REUSE, model=ReuseModel.CO_USE, became_id=None, platform=None, contact=None,
                evidence_url=None, note=None, visibility=Visibility.PUBLIC, declared_by=organisations[place].slug,
                declared_at=at, confirmed_at=at, expires_at=at + timedelta(days=365), demo=False, created_at=at,
                updated_at=at,
            )  # fmt: skip
            made.stored, made.stored_etag = render(
                telling_adoption.adoption(
                    made, service=service.slug, organisation=organisations[place].slug, became=None
                )
            )
            yield made


def _text(chance: random.Random, sentences: int) -> str:
    return ". ".join(chance.choice(_TEXT).strip() for _ in range(sentences)) + "."


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _ascii(word: str) -> str:
    return word.lower().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))


def _batches(things: Iterable[Any], size: int = 5_000) -> Iterator[list[Any]]:
    waiting = iter(things)
    while some := list(islice(waiting, size)):
        yield some


def _write(session: Session, things: Iterable[Base]) -> None:
    for some in _batches(things):
        columns = [attribute.key for attribute in type(some[0]).__mapper__.column_attrs]
        session.execute(insert(type(some[0])), [{name: getattr(it, name) for name in columns} for it in some])
