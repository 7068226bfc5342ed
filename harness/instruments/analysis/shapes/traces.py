"""The traces of a run of ours: ``trace.jsonl`` (``schemas/documents/trace.schema.json``).

They name no station; the handshake in them does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, cast
from urllib.parse import unquote

import msgspec

from harness.instruments.analysis.shapes.model import Entry, Opened, Read, Unread
from harness.instruments.analysis.shapes.shape import Head, Source, share
from harness.instruments.analysis.shapes.times import moment
from ocppj.evidence.trace import DIRECTION, Role

_SENDER: Final[dict[str, Role]] = {direction: role for role, direction in DIRECTION.items()}
_GET: Final = re.compile(r"\AGET (?P<path>\S+) HTTP/1\.1")
_PROTOCOL: Final = re.compile(r"^Sec-WebSocket-Protocol:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)

_decode = msgspec.json.Decoder().decode


class Traces:
    """As the module says."""

    name = "trace"
    title = "trace of plugproof"

    def sniff(self, head: Head) -> float:
        """As ``Shape``."""
        lines = [line for line in head.lines if line.strip()]
        return share(sum(_record(line) is not None for line in lines), len(lines))

    def read(self, source: Source) -> Iterator[Read]:
        """As ``Shape``."""
        station: str | None = None
        for number, line in source.lines():
            record = _record(line)
            if record is None:
                yield Unread(number, line, "no line of a trace" if line.strip() else "")
                continue
            at, zoned = moment(record["time"]) or (None, False)
            sender = _SENDER.get(record["direction"])
            if record["kind"] == "frame":
                yield Entry(number, record["text"], station, sender, at, zoned)
            elif (asked := _GET.match(record["text"])) is not None:
                station = identity_in(asked["path"])
            elif record["kind"] == "handshake" and sender == "csms" and "101" in record["text"][:20]:
                agreed = _PROTOCOL.search(record["text"])
                yield Opened(number, station, at, zoned, None if agreed is None else agreed[1])
            else:
                yield Unread(number, line)


def identity_in(path: str) -> str:
    """The identity of a station: the last part of the path of its address (J §3.1.1)."""
    return unquote(path.partition("?")[0].rstrip("/").rpartition("/")[2])


def _record(line: str) -> dict[str, Any] | None:
    try:
        found = _decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not {"seq", "kind", "direction", "at_ns", "time", "text"} <= found.keys():
        return None
    is_whole = isinstance(found["text"], str) and isinstance(found["time"], str)
    return cast("dict[str, Any]", found) if is_whole else None


SHAPE: Final = Traces()
