"""The two string formats OCPP schemas use, for the diagnosis: `date-time` (RFC 3339) and `uri` (RFC 3986).

`date-time` is written here a second time, independent of jsonschema-rs, because the checker jsonschema brings refuses
leap seconds and the year 0, and accepts a trailing line feed. For `uri` jsonschema has no checker without more
packages, so that of jsonschema-rs serves both. errata.toml lists each such case under `disagreement`.
"""

from __future__ import annotations

import re
from calendar import monthrange

import jsonschema_rs

_DATE_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)
_MINUTES_A_DAY = 24 * 60

_is_uri = jsonschema_rs.Draft4Validator({"format": "uri"}, validate_formats=True).is_valid


def is_date_time(text: str) -> bool:
    """Whether the text is a date-time of RFC 3339 §5.6; second 60 only in the last minute of a UTC day (§5.7)."""
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return False
    year, month, day, hour, minute, second = (int(found[group]) for group in range(1, 7))
    zone_hour, zone_minute = int(found[8] or 0), int(found[9] or 0)
    if not 1 <= month <= 12 or hour > 23 or minute > 59 or second > 60 or zone_hour > 23 or zone_minute > 59:
        return False
    # Year 0 is in RFC 3339 but not in Python's calendar; it is a leap year like 2000.
    if not 1 <= day <= monthrange(year or 2000, month)[1]:
        return False
    if second < 60:
        return True
    offset = (zone_hour * 60 + zone_minute) * (-1 if found[7] == "-" else 1)
    return (hour * 60 + minute - offset) % _MINUTES_A_DAY == _MINUTES_A_DAY - 1


def is_uri(text: str) -> bool:
    """Whether the text is an absolute URI of RFC 3986, as jsonschema-rs judges it."""
    return bool(_is_uri(text))
