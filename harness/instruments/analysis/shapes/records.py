"""Records with named members: which one is the station, the direction, the frame, the time.

The names are those that programs use; whoever has others says so with ``--key message=payload.raw``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from harness.instruments.analysis.shapes.model import Closed, Entry, Opened, Read, Told, Unread, told_by
from harness.instruments.analysis.shapes.shape import may_hold_a_frame
from harness.instruments.analysis.shapes.times import moment

KEYS: Final[Mapping[str, Sequence[str]]] = {
    "station": [
        *("station", "stationId", "station_id", "chargePointId", "charge_point_id", "chargeBoxId", "charge_box_id"),
        *("cpId", "cp_id", "chargingStationId", "ocppConnectionName", "identity", "identifier", "clientId", "cp"),
        *("chargepoint", "chargePoint"),
    ],
    "direction": ["direction", "dir", "sender", "from", "origin", "outbound", "way", "type"],
    "message": ["message", "msg", "frame", "raw", "text", "payload", "data", "body", "ocpp"],
    "time": [
        *("time", "timestamp", "ts", "at", "@timestamp", "date", "datetime", "created_at", "createdAt"),
        "received_at",
    ],
}
"""What a member may be called, the best name first."""

SUBPROTOCOLS: Final = ("protocol", "subprotocol")
_ALWAYS: Final = "frame"
_EVENTS: Final = frozenset({"opened", "closed"})

Member = Mapping[str, Any]
"""A record; each value is text, a number, a Boolean, or what JSON has there as ``msgspec.Raw``."""


class Names:
    """Which member means what, as the user said or as the first record that has one is read."""

    def __init__(self, told: Mapping[str, str]) -> None:
        self._paths = {what: path.split(".") for what, path in told.items()}
        self._found: dict[str, str] = {}

    def get(self, what: str, record: Member) -> Any:
        """The value of the member that means ``what``; None when the record has none."""
        path = self._paths.get(what)
        if path is not None:
            return _at(record, path)
        name = self._found.get(what)
        if name is None or name not in record:
            name = next((name for name in KEYS[what] if name in record), None)
            if name is None:
                return None
            self._found[what] = name
        return plain_value(record[name])

    def frame(self, record: Member) -> str | None:
        """The text of the message: of the members that may be called so, the first in which a frame stands.

        What the user names, and a member ``frame``, is one whatever stands in it.
        """
        if "message" in self._paths:
            return _text(self.get("message", record))
        if _ALWAYS in record:
            return _text(plain_value(record[_ALWAYS]))
        texts = [_text(plain_value(record[name])) for name in KEYS["message"] if name in record]
        return next((text for text in texts if text is not None and text.lstrip().startswith("[")), None)


def read_record(number: int, record: Member, names: Names, whole: str) -> Read:
    """One record as an entry; ``whole`` is what stands in the log, for those that are none."""
    at, zoned = _moment(names.get("time", record))
    station = names.get("station", record)
    station = None if station is None or isinstance(station, msgspec.Raw) else str(station)
    event = plain_value(record.get("event"))
    if event in _EVENTS:
        agreed = next((plain_value(record[name]) for name in SUBPROTOCOLS if name in record), None)
        if event == "opened":
            return Opened(number, station, at, zoned, agreed if isinstance(agreed, str) else None)
        by = plain_value(record.get("by"))
        return Closed(number, station, at, zoned, by if by in ("station", "csms") else None)
    text = names.frame(record)
    if text is None:
        return Unread(number, whole, "no message in the record" if may_hold_a_frame(whole) else "")
    is_binary = plain_value(record.get("binary")) is True
    return Entry(number, text, station, told(names.get("direction", record)), at, zoned, is_binary)


def told(value: Any) -> Told:
    """What a member says of the sender: a word, or whether the frame was outbound."""
    if isinstance(value, bool):
        return "out" if value else "in"
    word = str(value).strip().lower()
    if word in ("true", "false"):
        return "out" if word == "true" else "in"
    return told_by(word)


def has_message(record: Member, names: Names) -> bool:
    """Whether there is a frame in it, or what may be one."""
    text = names.frame(record)
    return text is not None and text.lstrip().startswith("[")


def is_event(record: Member | None) -> bool:
    """Whether it is about a connection."""
    return record is not None and plain_value(record.get("event")) in _EVENTS


def plain_value(value: Any) -> Any:
    """The value of a member; objects and arrays stay as they were written, and what cannot be read is None."""
    if not isinstance(value, msgspec.Raw):
        return value
    text = bytes(value)
    if text[:1] in (b"{", b"["):
        return value
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError):  # a number that is too large, half of a surrogate pair
        return None


def _text(value: Any) -> str | None:
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    return value


def _moment(value: Any) -> tuple[float | None, bool]:
    if value is None or isinstance(value, bool | msgspec.Raw):
        return None, False
    return moment(str(value).strip()) or (None, False)


def _at(record: Member, path: list[str]) -> Any:
    value: Any = record.get(path[0])
    for name in path[1:]:
        if isinstance(value, str):
            value = msgspec.Raw(value.encode())
        if not isinstance(value, msgspec.Raw):
            return None
        try:
            value = msgspec.json.decode(value, type=dict[str, msgspec.Raw]).get(name)
        except (msgspec.MsgspecError, ValueError):
            return None
    return plain_value(value)
