"""EfA Registry: one city's digital service becomes every city's.

Three doors on top (`api`, `cli`), slices in the middle, `authz` and `kit` below; each file imports only downwards.
"""

VERSION = "0.1.0"
