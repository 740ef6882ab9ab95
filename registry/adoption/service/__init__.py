"""What can be done with adoptions and deployments."""

from registry.adoption.service.declaring import declare
from registry.adoption.service.finding import (
    Wanted,
    browse,
    declared,
    find,
    live,
    of_organisation,
    of_service,
    rendering,
    visible_to,
)
from registry.adoption.service.fleet import Affected, Dot, Impact, Spread, affected, fleet, overview, spread, versions
from registry.adoption.service.reporting import Standing, deployments, report, standing
from registry.adoption.service.selecting import adopted_by, adopters, mature, reused

__all__ = [
    "Affected",
    "Dot",
    "Impact",
    "Spread",
    "Standing",
    "Wanted",
    "adopted_by",
    "adopters",
    "affected",
    "browse",
    "declare",
    "declared",
    "deployments",
    "find",
    "fleet",
    "live",
    "mature",
    "of_organisation",
    "of_service",
    "overview",
    "rendering",
    "report",
    "reused",
    "spread",
    "standing",
    "versions",
    "visible_to",
]
