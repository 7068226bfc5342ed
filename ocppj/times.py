"""dateTimes as they go over the wire (OCPP 1.6 §3.14; RFC 3339 §5.6), and the moments they name."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
LATEST: Final = datetime.max.replace(tzinfo=UTC)
"""The first and the last moment Python can name; what lies beyond them counts as them."""

_WITH_ZONE: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_SECOND: Final = slice(17, 19)
_encoder: Final = msgspec.json.Encoder()


def moment(text: str) -> datetime:
    """The moment a dateTime of RFC 3339 names, in UTC and in microseconds: every offset, fraction and letter case.

    A leap second is the second after 23:59:59, as clocks of computers count. The year 0 and what an offset moves out
    of the years 1 to 9999 count as `EARLIEST` and `LATEST`. Raises ``ValueError`` when no moment is named, which a time
    without a zone does not.
    """
    text = text.upper()
    if _WITH_ZONE.fullmatch(text) is None:
        raise ValueError(f"{text[:60]!r} is no dateTime with a time zone, such as 2030-01-01T00:00:00Z")
    if text[_SECOND] == "60":  # legal on the wire, but Python has no name for it
        return _later(moment(f"{text[:17]}59{text[19:]}"), timedelta(seconds=1))
    if text.startswith("0000"):  # a leap year, of which an offset may leave the last hours in the year 1
        at = moment("2000" + text[4:])
        return at.replace(year=1) if at.year == 2001 else EARLIEST
    at = datetime.fromisoformat(text)
    try:
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        return LATEST if at.year == 9999 else EARLIEST


def _later(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        return LATEST


def timestamp(at: datetime) -> str:
    """A moment as a dateTime: UTC, milliseconds, `Z`."""
    return _micros(at)[:23] + "Z"


def exact(at: datetime) -> str:
    """A moment as a dateTime with all its digits, so that texts sort as moments do: UTC, microseconds, `Z`."""
    return _micros(at) + "Z"


def _micros(at: datetime) -> str:
    """UTC with microseconds, without the `Z`: what `isoformat` makes, in a fraction of its time."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    text = _encoder.encode(at)
    return text[1:27].decode() if at.microsecond else text[1:20].decode() + ".000000"


def next_boundary(at: datetime, interval: int) -> datetime:
    """The first multiple of `interval` seconds since midnight UTC that comes after `at`.

    Midnight itself is always a boundary, also when the interval does not divide a day.
    """
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (at - midnight).total_seconds()
    return midnight + timedelta(seconds=min((passed // interval + 1) * interval, 86_400.0))
