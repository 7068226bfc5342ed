"""Times: kept with the zone of the house, and written as the habit says."""

from datetime import UTC, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=5, minutes=30))
"""Where this back office stands."""


def now() -> datetime:
    """This moment, in local time."""
    return datetime.now(ZONE)


def read(text: str) -> datetime:
    """A time as OCPP or the API writes it, in local time; one without a zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text.upper())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(ZONE)


def written(moment: datetime, habit: str) -> str:
    """RFC 3339 in the way of `Habits.times`."""
    if habit == "local":
        return moment.astimezone(ZONE).isoformat(timespec="milliseconds")
    precision = "milliseconds" if habit == "milliseconds" else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
