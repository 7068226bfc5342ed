"""What time it is, and how the store spells the times that stations tell (OCPP 1.6 §3.14, §3.15)."""

from __future__ import annotations

from datetime import UTC, datetime

from ocppj.times import exact, moment

LONGEST = 60
"""Characters the store keeps of a dateTime."""


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def normal(text: str) -> str:
    """One spelling for equal moments, so that they compare and sort as text.

    What names no moment stays as it is, up to the length the store keeps.
    """
    try:
        return exact(moment(text))
    except ValueError:
        return text[:LONGEST]
