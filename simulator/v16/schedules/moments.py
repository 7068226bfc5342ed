"""Points in time as whole microseconds since 1970, so that schedules add up exactly and no date can overflow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

SECOND: Final = 1_000_000
MILLISECOND: Final = 1_000
NEVER: Final = 2**63
"""Later than any date: the end of what has no end."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(moment: datetime) -> int:
    """The microseconds from 1970 to an aware `moment`; raises TypeError for one without a time zone."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(instant: int) -> datetime | None:
    """The moment in UTC, or None when it lies behind the last day a date can name."""
    try:
        return _EPOCH + instant * _MICROSECOND
    except OverflowError:
        return None
