"""By what services are filtered and counted, and who may see them, as the search index knows it."""

from enum import StrEnum

from registry.catalogue.search import AUDIENCE


class Mark(StrEnum):
    """What a service bears a value, or several values, of."""

    AUDIENCE = AUDIENCE
    TOPIC = "topic"
    LICENCE = "licence"
    STATE = "state"
    ORIGINATOR = "originator"
    PLATFORM = "platform"
    TRUST_LEVEL = "trust_level"
    LEIKA = "leika"
    STATUS = "status"
    KIND = "kind"


#: The audience of what is open to all.
OPEN = "all"


def of_organisation(slug: str) -> str:
    """Name the audience that is one organisation alone."""
    return f"organisation:{slug}"
