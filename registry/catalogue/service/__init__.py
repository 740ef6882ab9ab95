"""What can be done with the catalogue."""

from registry.catalogue.service.browsing import (
    FACETS,
    Found,
    Sort,
    Wanted,
    browse,
    contacts,
    covered,
    find,
    licences,
    originators,
    rendering,
    slugs,
    topics,
    visible_to,
)
from registry.catalogue.service.describing import Similar, change, create
from registry.catalogue.service.keeping import note_adoptions, note_latest, originator_changed

__all__ = [
    "FACETS",
    "Found",
    "Similar",
    "Sort",
    "Wanted",
    "browse",
    "change",
    "contacts",
    "covered",
    "create",
    "find",
    "licences",
    "note_adoptions",
    "note_latest",
    "originator_changed",
    "originators",
    "rendering",
    "slugs",
    "topics",
    "visible_to",
]
