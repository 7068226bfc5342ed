"""Time as it goes over the wire and into the store (OCPP 1.6 §3.14, §3.15)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

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


def parse(text: str) -> datetime:
    """The moment a dateTime names, any offset, any number of fraction digits. Raises ValueError when it names none."""
    text = text.upper()
    if text[17:19] == "60":  # a leap second is legal on the wire, but Python has no name for it
        text = text[:17] + "59" + text[19:]
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"'{text}' has no time zone")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def normal(text: str) -> str:
    """One spelling for equal moments, so that they compare and sort as text.

    What names no moment stays as it is, up to the length the store keeps: RFC 3339 allows the year 0 and any number of
    digits.
    """
    try:
        return _micros(parse(text)) + "Z"
    except (ValueError, OverflowError):
        return text[:LONGEST]


def _micros(moment: datetime) -> str:
    """UTC with microseconds, without the `Z`: what `isoformat` makes, in a tenth of its time."""
    text = _encoder.encode(moment)
    return text[1:27].decode() if moment.microsecond else text[1:20].decode() + ".000000"
