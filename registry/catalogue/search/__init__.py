"""Search: German read as people write it, found and counted the same on every database."""

from registry.catalogue.search.finding import AUDIENCE, Found, Place, among, find, match
from registry.catalogue.search.models import Field
from registry.catalogue.search.writing import forget, index, index_many

__all__ = ["AUDIENCE", "Field", "Found", "Place", "among", "find", "forget", "index", "index_many", "match"]
