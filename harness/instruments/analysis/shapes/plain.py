"""Lines of a time, a station, a direction and a frame: ``[2030-01-01T00:00:00Z] CP-1 station->csms [2,...]``.

Time and station may be missing, brackets and colons are let be, and station and direction may stand the other way
round. ``CP-1 opened ocpp1.6`` and ``CP-1 closed by csms`` are about connections.
"""

from __future__ import annotations

import re
from typing import Final, cast

from harness.instruments.analysis.shapes.model import (
    CSMS,
    IN,
    OUT,
    STATION,
    Closed,
    Entry,
    Opened,
    Read,
    Told,
    Unread,
    told_by,
)
from harness.instruments.analysis.shapes.shape import FRAME, ByLine
from harness.instruments.analysis.shapes.times import STAMP, moment
from ocppj.evidence.trace import Role

_WORDS: Final = "|".join(sorted(map(re.escape, STATION | CSMS | IN | OUT), key=len, reverse=True))
_TIME: Final = rf"\s*(?:\[?(?P<at>{STAMP}|\d{{9,19}}(?:\.\d+)?)\]?[\s:,|]+)?"
_LINE: Final = re.compile(
    rf"{_TIME}(?:(?P<station>[^\s\[]\S*?)[\s:,|]+)??\[?(?P<sender>{_WORDS})\]?[\s:,|]+"
    rf"(?:(?P<behind>[^\s\[]\S*?)[\s:,|]+)??(?P<text>\[.*)",
    re.IGNORECASE | re.DOTALL,
)
_BARE: Final = re.compile(rf"{_TIME}(?:(?P<station>[^\s\[]\S*?)[\s:,|]+)?(?P<text>\[\s*[234]\s*,.*)", re.DOTALL)
_EVENT: Final = re.compile(
    rf"{_TIME}(?P<station>[^\s\[]\S*?)[\s:,|]+(?:(?P<opened>opened|connected)(?:\s+(?P<subprotocol>ocpp\S+))?"
    r"|(?:closed|disconnected)(?:\s+by\s+(?P<by>station|csms))?)\s*",
    re.IGNORECASE,
)
_LONGEST_EVENT: Final = 300


def _read(number: int, line: str) -> Read:
    found = _LINE.fullmatch(line)
    if found is not None:
        at, zoned = _time(found["at"])
        sender: Told = told_by(found["sender"])
        return Entry(number, found["text"].strip(), found["station"] or found["behind"], sender, at, zoned)
    found = _BARE.fullmatch(line)
    if found is not None:
        at, zoned = _time(found["at"])
        return Entry(number, found["text"].strip(), found["station"], None, at, zoned)
    found = _EVENT.fullmatch(line) if len(line) < _LONGEST_EVENT else None
    if found is None:
        return Unread(number, line, "no frame of this shape" if FRAME.search(line) else "")
    at, zoned = _time(found["at"])
    if found["opened"]:
        return Opened(number, found["station"], at, zoned, found["subprotocol"])
    by = cast("Role | None", found["by"] and found["by"].lower())
    return Closed(number, found["station"], at, zoned, by)


def _time(text: str | None) -> tuple[float | None, bool]:
    return (None, False) if text is None else moment(text) or (None, False)


SHAPE: Final = ByLine("plain", "lines of time, station, direction and frame", _read)
