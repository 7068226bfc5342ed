"""Time as it goes over the wire and into the store (OCPP 1.6 §3.14, §3.15)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from ocppj.times import moment as parse

__all__ = ["LONGEST", "normal", "now", "parse", "wire"]

_encoder = msgspec.json.Encoder()

LONGEST = 60
"""Characters the store keeps of a dateTime."""


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def wire(moment: datetime) -> str:
    """dateTime as the CSMS sends it: UTC, milliseconds, `Z`."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return _micros(moment)[:23] + "Z"


def normal(text: str) -> str:
    """One spelling for equal moments, so that they compare and sort as text.

    What names no moment stays as it is, up to the length the store keeps.
    """
    try:
        return _micros(parse(text)) + "Z"
    except ValueError:
        return text[:LONGEST]


def _micros(moment: datetime) -> str:
    """UTC with microseconds, without the `Z`: what `isoformat` makes, in a tenth of its time."""
    text = _encoder.encode(moment)
    return text[1:27].decode() if moment.microsecond else text[1:20].decode() + ".000000"
