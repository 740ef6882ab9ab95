"""The one place that asks what time it is."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return this day in UTC."""
    return now().date()


def stamp(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, to the second: `2026-11-22T15:04:05Z`."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
