"""Times as logs write them: ISO 8601 with its variants, days with slashes, half days, and seconds since 1970."""

from __future__ import annotations

import re
from calendar import timegm
from typing import Final

STAMP: Final = (
    r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d{1,2}/\d{1,2}/\d{4},? \d{1,2}:\d\d:\d\d(?: [AP]M)?"
)
"""A time of day with its date, as a piece of a pattern."""
STAMPED: Final = re.compile(STAMP)

_ISO: Final = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:(Z)|([+-])(\d\d):?(\d\d))?"
)
_HALF_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d):(\d\d)(?: ([AP])M)?")
_EPOCH: Final = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}|\d{18,19}")
_SECONDS_DIGITS: Final = 10
_MILLISECONDS_DIGITS: Final = 13
_MOST_KEPT: Final = 4_096

_seconds: dict[str, float] = {}
"""The seconds that were read last, by their 19 letters: neighbouring lines share them."""

Moment = tuple[float, bool]
"""Seconds since 1970, and whether a zone stood there; without one they are counted as if it were UTC."""


def moment(text: str) -> Moment | None:
    """The time that a text is; None when it is none."""
    found = _ISO.fullmatch(text)
    if found is None:
        return _rare(text)
    day = text[:19]
    at = _seconds.get(day)
    if at is None:
        if len(_seconds) >= _MOST_KEPT:
            _seconds.clear()
        year, month, date, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
        if not (1 <= month <= 12 and 1 <= date <= 31 and hour < 24 and minute < 60 and second <= 60):
            return None
        at = _seconds[day] = float(timegm((year, month, date, hour, minute, second)))
    fraction, is_utc, sign, hours, minutes = found.group(7, 8, 9, 10, 11)
    if fraction is not None:
        at += int(fraction) / 10 ** len(fraction)
    if sign is None:
        return at, is_utc is not None
    offset = int(hours) * 3_600 + int(minutes) * 60
    return at - offset if sign == "+" else at + offset, True


def moment_in(text: str) -> Moment | None:
    """The last time that stands in a text, which is where a logger writes its own when others stand before it."""
    stamps = STAMPED.findall(text)
    return moment(stamps[-1]) if stamps else None


def _rare(text: str) -> Moment | None:
    if _EPOCH.fullmatch(text) is not None:
        digits = len(text.partition(".")[0])
        if digits <= _SECONDS_DIGITS:
            return float(text), True
        unit = 1_000 if digits <= _MILLISECONDS_DIGITS else 1_000_000_000
        seconds, rest = divmod(int(text), unit)
        return seconds + rest / unit, True
    found = _HALF_DAY.fullmatch(text)
    if found is None:
        return None
    month, date, year, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
    if found[7] is not None:
        hour = hour % 12 + (12 if found[7] == "P" else 0)
    if not (1 <= month <= 12 and 1 <= date <= 31 and hour < 24 and minute < 60 and second < 60):
        return None
    return float(timegm((year, month, date, hour, minute, second))), False
