"""Semantic Versioning 2.0.0, and a key by which any database sorts versions in its order of precedence."""

import semver

LIMIT = 64
_NUMBER = "(?:0|[1-9][0-9]*)"
_MARK = f"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
#: What a version looks like, for those who check before they send.
PATTERN = rf"^{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_MARK}(\.{_MARK})*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$"


def parse(version: str) -> semver.Version:
    """Read a version; ValueError where it is none, or is longer than 64 characters."""
    if len(version) > LIMIT:
        raise ValueError(version)
    return semver.Version.parse(version)


def is_prerelease(version: str) -> bool:
    """Whether the version comes before the release that it is named after (`2.0.0-rc.1`)."""
    return parse(version).prerelease is not None


def precedence(version: str) -> str:
    """Return a string that sorts, byte by byte, as section 11 of the standard demands.

    A number is preceded by its length in digits. Identifiers end with `!`, which is lower than any character in
    them; a version without a pre-release part ends with `~`, which is higher.
    """
    parsed = parse(version)
    core = "".join(_number(str(part)) for part in (parsed.major, parsed.minor, parsed.patch))
    if parsed.prerelease is None:
        return f"{core}~"
    marks = (f"0{_number(part)}" if part.isdigit() else f"1{part}" for part in parsed.prerelease.split("."))
    return core + "".join(f"{mark}!" for mark in marks)


def _number(digits: str) -> str:
    return f"{len(digits):02}{digits}"
