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
from registry.adoption.service.fleet import adopted_by, adopters, fleet, mature, reused
from registry.adoption.service.reporting import Standing, deployments, report, standing

__all__ = [
    "Standing",
    "Wanted",
    "adopted_by",
    "adopters",
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
    "rendering",
    "report",
    "reused",
    "standing",
    "visible_to",
]
