"""What the tests of adoptions say and ask, in few words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.adoption import service as adoption
from registry.adoption.models import Adoption, AdoptionStatus, Deployment, DeploymentStatus, Environment
from registry.adoption.service import keeping
from registry.authz.actor import Actor
from registry.catalogue.models import Service
from registry.journal.models import Entry


@dataclass(frozen=True, slots=True)
class World:
    """The actors, by whom they act for, and the service that all is about."""

    session: Session
    a38: Service
    moenchengladbach: Actor
    wiesbaden: Actor
    mainz: Actor
    kiel: Actor
    provider: Actor

    def declare(self, who: Actor, **said: Any) -> Adoption:
        """Let a town say something about its own adoption of the A38."""
        return adoption.declare(self.session, who, "a38", str(who.organisation), said)[0]

    def stand(self, who: Actor, status: AdoptionStatus, **said: Any) -> Adoption:
        """Put a town's adoption into any status, by whatever way."""
        it = self.declare(who, **({"status": AdoptionStatus.INTERESTED} | said))
        it.status = status
        it.since = it.confirmed_at if status is AdoptionStatus.LIVE else None
        keeping.settle(self.session, it, service="a38", organisation=str(who.organisation))
        keeping.count(self.session, self.a38)
        return it

    def report(
        self,
        who: Actor,
        version: str,
        status: DeploymentStatus = DeploymentStatus.ROLLED_OUT,
        environment: Environment = Environment.PRODUCTION,
        **more: Any,
    ) -> Deployment:
        """Let a town report a deployment of the A38."""
        said = {"version": version, "status": status, "environment": environment, **more}
        return adoption.report(self.session, who, "a38", str(who.organisation), said)

    def entries(self, kind: str) -> list[Entry]:
        """Return what the journal has of a kind, in order."""
        self.session.flush()
        return list(self.session.scalars(select(Entry).where(Entry.type == kind).order_by(Entry.serial)))


def day(number: int) -> datetime:
    """Return a day of May 2026."""
    return datetime.fromisoformat(f"2026-05-{number:02}T08:00:00+00:00")
