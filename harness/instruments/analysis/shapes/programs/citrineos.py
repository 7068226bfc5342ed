"""Lines of the log of CitrineOS, which tslog prints, as text or as JSON, wherever a frame stands in one.

``2030-01-01 00:00:00.000  ERROR  ...  Failed to send message: 1:CP-1 [2,...]``: the identity is the number of the
tenant, a colon and the station. The table of its messages and its webhooks are JSON Lines (``jsonl``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from harness.instruments.analysis.shapes.model import Closed, Entry, Opened, Read, Told, Unread
from harness.instruments.analysis.shapes.shape import FRAME, ByLine
from harness.instruments.analysis.shapes.times import STAMPED, moment, moment_in

_IDENTITY: Final = re.compile(r"(?:\A|(?<=[\s'\"]))(?P<tenant>\d+):(?P<station>[^\s'\":,\]]+)")
_SENT: Final = re.compile(r"\b(?:send|sending|sent|outgoing)\b", re.IGNORECASE)
_RECEIVED: Final = re.compile(r"\b(?:receiv\w+|incoming|on ?message|process\w*)\b", re.IGNORECASE)
_OPENED: Final = re.compile(r"Successfully connected new charging station|Client websocket connected")
_CLOSED: Final = re.compile(r"Connection closed for")

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def _read(number: int, line: str) -> Read:
    written = _of_tslog(line) if line.startswith("{") else None
    stamp, told = (moment_in(line[:200]), line) if written is None else written
    at, zoned = stamp or (None, False)
    frame = FRAME.search(told)
    head = told if frame is None else told[: frame.start()]
    named = _IDENTITY.search(STAMPED.sub(" ", head))
    if named is None:
        return Unread(number, line, "no identity of a station before the frame" if frame else "")
    if frame is not None:
        text = told[frame.start() :].strip()
        return Entry(number, _without_quotes(text, head), named["station"], _sender(head), at, zoned)
    if _OPENED.search(head):
        return Opened(number, named["station"], at, zoned)
    return Closed(number, named["station"], at, zoned) if _CLOSED.search(head) else Unread(number, line)


def _sender(head: str) -> Told:
    if _SENT.search(head):
        return "csms"
    return "station" if _RECEIVED.search(head) else None


def _without_quotes(text: str, head: str) -> str:
    """A text that ``console.log`` put into quotes, without them."""
    return text[:-1] if head.endswith(("'", '"', "`")) and text.endswith(head[-1]) else text


def _of_tslog(line: str) -> tuple[tuple[float, bool] | None, str] | None:
    """The time and the arguments of a line that tslog wrote as JSON: they are its members 0, 1, 2 and so on."""
    try:
        record = _decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    meta = record.get("_meta")
    if not isinstance(meta, Mapping):
        return None
    parts = [record[str(number)] for number in range(len(record)) if str(number) in record]
    told = " ".join(part if isinstance(part, str) else msgspec.json.encode(part).decode() for part in parts)
    return moment(str(meta.get("date", ""))), told


SHAPE: Final = ByLine("citrineos", "log of CitrineOS", _read)
