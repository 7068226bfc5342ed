"""What is read off a log, whatever its shape: frames, connections that open and close, and what could not be read."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from ocppj.evidence.trace import Role

Told = Role | Literal["in", "out"] | None
"""What a log says of the sender: who it is, or that the frame came in or went out at whoever wrote the log."""


class Entry(msgspec.Struct, gc=False):
    """A frame as the log has it.

    ``at`` is seconds since 1970, as if the log were written in UTC when ``zoned`` says that no zone stood there;
    ``station`` is None where the log names none. ``text`` is the frame, letter by letter.
    """

    line: int
    text: str
    station: str | None = None
    sender: Told = None
    at: float | None = None
    zoned: bool = False
    is_binary: bool = False


class Opened(msgspec.Struct, gc=False):
    """A connection of a station began; ``subprotocol`` where the log tells it."""

    line: int
    station: str | None = None
    at: float | None = None
    zoned: bool = False
    subprotocol: str | None = None


class Closed(msgspec.Struct, gc=False):
    """A connection ended; ``by`` where the log tells who ended it."""

    line: int
    station: str | None = None
    at: float | None = None
    zoned: bool = False
    by: Role | None = None


class Unread(msgspec.Struct, gc=False):
    """A line that gave nothing; ``why`` is empty for one that has nothing to do with frames."""

    line: int
    text: str
    why: str = ""


Read = Entry | Opened | Closed | Unread


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


STATION: Final = _words(
    "station->csms cp->csms cs->csms cp->cs station charge_point chargepoint charge-point charging_station",
    "chargingstation charging-station cp cs client",
)
CSMS: Final = _words(
    "csms->station csms->cp csms->cs cs->cp csms central_system centralsystem central-system backend server"
)
IN: Final = _words("in incoming inbound recv received receive receiving rx read <- << < \N{LEFTWARDS ARROW}")
OUT: Final = _words("out outgoing outbound send sent sending tx write -> >> > \N{RIGHTWARDS ARROW}")


def told_by(word: str) -> Told:
    """What a word of a log says of the sender; None for one that says nothing."""
    word = word.lower()
    if word in STATION:
        return "station"
    if word in CSMS:
        return "csms"
    if word in IN:
        return "in"
    return "out" if word in OUT else None
