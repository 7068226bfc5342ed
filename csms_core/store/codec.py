"""Values as they are stored: JSON documents as text, numbers within the 64 bit of a column."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, overload

import msgspec

_FINGERPRINT_BYTES = 16
_canonical = msgspec.json.Encoder(decimal_format="number", order="deterministic")
_encoder = msgspec.json.Encoder(decimal_format="number")
_LARGEST = 2**63 - 1


def to_text(value: Any) -> str:
    """A JSON document as text."""
    return _encoder.encode(value).decode()


def from_text(text: str | None) -> Any:
    """The JSON document a column holds; None when it holds none."""
    return None if text is None else msgspec.json.decode(text)


@overload
def number(value: None) -> None: ...
@overload
def number(value: float) -> int: ...
def number(value: int | float | None) -> int | None:
    """An integer a station chose, cut to what a column holds: an odd value must not stop the answer (OCPP 1.6 §4.8)."""
    if type(value) is int and -_LARGEST <= value <= _LARGEST:
        return value
    return None if value is None else max(-_LARGEST, min(_LARGEST, int(value)))


def canonical(value: Any) -> msgspec.Raw:
    """A JSON document with its members in order; it may be part of another one."""
    return msgspec.Raw(_canonical.encode(value))


def fingerprint(*content: Any) -> str:
    """What two JSON documents have in common only when they say the same, in whatever order their members are."""
    return blake2b(_canonical.encode(content), digest_size=_FINGERPRINT_BYTES).hexdigest()
