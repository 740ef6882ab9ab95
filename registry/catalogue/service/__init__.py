"""What can be done with the catalogue."""

from registry.catalogue.service.browsing import (
    FACETS,
    GLIMPSED,
    Found,
    Glimpse,
    Wanted,
    browse,
    contacts,
    covered,
    find,
    glimpse,
    licences,
    originators,
    rendering,
    slugs,
    topics,
    visible_to,
)
from registry.catalogue.service.describing import Similar, change, create, similar
from registry.catalogue.service.keeping import note_adoptions, note_latest, originator_changed
from registry.catalogue.service.trusting import LIFETIME as TRUSTED_LIFETIME
from registry.catalogue.service.trusting import SCOPES as TRUSTED_SCOPES
from registry.catalogue.service.trusting import (
    Granted,
    add_publisher,
    exchange,
    publisher,
    publishers,
    refuse_untrusted,
    remove_publisher,
)

__all__ = [
    "FACETS",
    "GLIMPSED",
    "TRUSTED_LIFETIME",
    "TRUSTED_SCOPES",
    "Found",
    "Glimpse",
    "Granted",
    "Similar",
    "Wanted",
    "add_publisher",
    "browse",
    "change",
    "contacts",
    "covered",
    "create",
    "exchange",
    "find",
    "glimpse",
    "licences",
    "note_adoptions",
    "note_latest",
    "originator_changed",
    "originators",
    "publisher",
    "publishers",
    "refuse_untrusted",
    "remove_publisher",
    "rendering",
    "similar",
    "slugs",
    "topics",
    "visible_to",
]
