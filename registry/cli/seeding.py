"""Load the example catalogue from `seed/`: through the same services as everybody, and only what is not there yet."""

import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from registry.accounts import service as accounts
from registry.accounts.errors import OrganisationNotFoundError
from registry.accounts.models import Organisation
from registry.accounts.schemas import NewOrganisationSchema
from registry.adoption import service as adoption
from registry.adoption.errors import AdoptionNotFoundError
from registry.adoption.models import AdoptionStatus
from registry.adoption.schemas import AdoptionChangeSchema, NewDeploymentSchema
from registry.authz.actor import Actor, operator, system_for
from registry.catalogue import service as catalogue
from registry.catalogue.errors import ServiceNotFoundError
from registry.catalogue.models import ServiceStatus
from registry.catalogue.schemas import NewServiceSchema
from registry.config import Resources
from registry.kit import bundle
from registry.releases import service as releases
from registry.releases.errors import ReleaseNotFoundError
from registry.releases.schemas import DeprecationSchema, MetadataSchema, ReasonSchema
from registry.releases.service import Upload

SEED = operator("seed")
#: What the loader reads of a service and no schema knows.
_LOADER = frozenset({"originator", "releases", "deprecated", "successor", "status"})
_RELEASE = ("version", "changelog", "changes", "breaking", "draft")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def load(resources: Resources) -> str:
    """Load what is missing; return a sentence about it."""
    folder = bundle.folder("seed")
    made = 0
    with resources.database.transaction() as session:
        made += _organisations(session, _read(folder / "organisations.yaml"))
    for said in _read(folder / "services.yaml")["services"]:
        made += _service(resources, folder, said)
    for said in _read(folder / "adoptions.yaml")["adoptions"]:
        with resources.database.transaction() as session:
            made += _adoption(session, said)
    return f"The example catalogue is there ({made} entries were new). It is demo data."


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader)


def _organisations(session: Session, said: dict[str, Any]) -> int:
    made = 0
    for entry in said["organisations"]:
        try:
            accounts.find(session, SEED, entry["slug"])
        except OrganisationNotFoundError:
            accounts.onboard(session, SEED, demo=True, **NewOrganisationSchema().load(entry))
            made += 1
    for mandate in said["mandates"]:
        giver = _acting_for(session, mandate["municipality"])
        if accounts.mandate(session, giver, mandate["provider"], mandate["municipality"]) is None:
            accounts.give_mandate(session, giver, mandate["provider"], mandate["municipality"])
            made += 1
    return made


def _acting_for(session: Session, slug: str) -> Actor:
    organisation: Organisation = accounts.find(session, SEED, slug)
    return system_for("seed", organisation.id, slug)


def _service(resources: Resources, folder: Path, said: dict[str, Any]) -> int:
    slug, made = said["slug"], 0
    with resources.database.transaction() as session:
        actor = _acting_for(session, said["originator"])
        try:
            catalogue.find(session, actor, slug)
        except ServiceNotFoundError:
            described = {name: value for name, value in said.items() if name not in _LOADER}
            catalogue.create(session, actor, demo=True, **NewServiceSchema().load(described))
            made += 1
    new = [release for release in said["releases"] if _release(resources, actor, slug, folder, release)]
    made += len(new)
    with resources.database.transaction() as session:
        for release in new:
            _afterwards(session, actor, slug, release)
    if made and said.get("deprecated"):
        with resources.database.transaction() as session:
            status = {"status": ServiceStatus.DEPRECATED, "successor": said["successor"]}
            catalogue.change(session, actor, slug, status)
    return made


def _release(resources: Resources, actor: Actor, slug: str, folder: Path, said: dict[str, Any]) -> bool:
    version = said["version"]
    with resources.database.reading() as session:
        service = catalogue.find(session, actor, slug)
        try:
            releases.find(session, actor, slug, version)
        except ReleaseNotFoundError:
            pass
        else:
            return False
    metadata = MetadataSchema().load({name: said[name] for name in _RELEASE if name in said})
    with tempfile.TemporaryDirectory(dir=resources.incoming) as place:
        path = Path(place) / "package.zip"
        pack(folder / said["package"], path)
        content = path.read_bytes()
        with path.open("rb") as package:
            report = releases.inspect(package, service, version, resources.settings.limits)
        upload = Upload(releases.new_key(), len(content), sha256(content).hexdigest(), report)
        releases.refuse_errors(report)
        resources.storage.put(upload.key, path)
        with resources.database.transaction() as session:
            releases.publish(session, actor, slug, metadata=metadata, upload=upload, at=_moment(said["published_at"]))
    return True


def _afterwards(session: Session, actor: Actor, slug: str, said: dict[str, Any]) -> None:
    """Tell what became of a release when others had followed it."""
    if "deprecated" in said:
        deprecated = {"deprecated": DeprecationSchema().load(said["deprecated"])}
        releases.change(session, actor, slug, said["version"], deprecated)
    if "yanked" in said:
        reason = ReasonSchema().load({"reason": said["yanked"]["reason"]})["reason"]
        releases.yank(session, actor, slug, said["version"], reason=reason)


def _adoption(session: Session, said: dict[str, Any]) -> int:
    actor = _acting_for(session, said.get("by", said["organisation"]))
    service, organisation = said["service"], said["organisation"]
    try:
        adoption.find(session, actor, service, organisation)
    except AdoptionNotFoundError:
        pass
    else:
        return 0
    names = AdoptionChangeSchema().fields.keys()
    described = {name: value for name, value in said.items() if name in names and name != "version"}
    declared_at = _moment(said["declared_on"])
    path = _path_to(AdoptionStatus(said["status"]), reported=bool(said.get("deployments")))
    for step in path:
        change = AdoptionChangeSchema().load(described | {"status": str(step)})
        adoption.declare(session, actor, service, organisation, change, demo=True, at=declared_at)
    for report in said.get("deployments", []):
        given = NewDeploymentSchema().load(_with_moments(report))
        adoption.report(session, actor, service, organisation, given, at=given["occurred_at"])
    return 1


def _path_to(status: AdoptionStatus, *, reported: bool) -> Iterator[AdoptionStatus]:
    """Give the statuses by which a story reaches its end; the reports do the last steps of one that went live."""
    steps = [*AdoptionStatus]
    if status is AdoptionStatus.DECLINED:
        yield from (AdoptionStatus.EVALUATING, AdoptionStatus.DECLINED)
    elif status in {AdoptionStatus.LIVE, AdoptionStatus.RETIRED}:
        yield AdoptionStatus.ROLLING_OUT
        if not reported:
            yield from steps[steps.index(AdoptionStatus.LIVE) : steps.index(status) + 1]
    else:
        yield status


def _with_moments(report: dict[str, Any]) -> dict[str, Any]:
    return report | {"occurred_at": _moment(report["occurred_at"]).isoformat()}


def _moment(said: Any) -> datetime:
    if isinstance(said, str):
        said = datetime.fromisoformat(said)
    if isinstance(said, date) and not isinstance(said, datetime):
        return datetime.combine(said, time(9), UTC)
    moment: datetime = said
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def pack(folder: Path, target: Path) -> None:
    """Zip a package's folder so that the same files always give the same bytes."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, (folder / name).read_bytes(), compresslevel=9)
