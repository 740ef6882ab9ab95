"""Versions of a service, immutable once they are made, and their packages."""
