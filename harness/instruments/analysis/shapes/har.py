"""HAR files of browsers: the WebSocket messages that Chromium and its kin export (``_webSocketMessages``).

The browser is the one who connected, so what it sent is the station's. A HAR is one JSON document, which is read whole.
"""

from __future__ import annotations

import base64
import binascii
import heapq
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from harness.instruments.analysis.shapes.model import Entry, Opened, Read, Unread
from harness.instruments.analysis.shapes.shape import Head, Source
from harness.instruments.analysis.shapes.times import moment
from harness.instruments.analysis.shapes.traces import identity_in

MOST_BYTES: Final = 256 << 20
"""A larger HAR would not fit into memory as a tree of objects."""

_TEXT: Final = 1
_BINARY: Final = 2


class _Message(msgspec.Struct):
    type: str
    time: float
    opcode: int
    data: str = ""


class _Header(msgspec.Struct):
    name: str
    value: str


class _Request(msgspec.Struct):
    url: str = ""


class _Response(msgspec.Struct):
    headers: list[_Header] = []


class _Connection(msgspec.Struct, rename={"messages": "_webSocketMessages", "started": "startedDateTime"}):
    request: _Request
    response: _Response = msgspec.field(default_factory=_Response)
    messages: list[_Message] = []
    started: str = ""


class _Log(msgspec.Struct):
    entries: list[_Connection] = []


class _Har(msgspec.Struct):
    log: _Log


class Har:
    """As the module says."""

    name = "har"
    title = "HAR of a browser"

    def sniff(self, head: Head) -> float:
        """As ``Shape``."""
        start = head.data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
        return 1.0 if start.startswith(b"{") and b'"log"' in start[:200] else 0.0

    def read(self, source: Source) -> Iterator[Read]:
        """As ``Shape``: the messages of all connections, in the order of their times; a line is a message."""
        data = source.binary().read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            yield Unread(1, "", f"a HAR of more than {MOST_BYTES >> 20} MiB")
            return
        try:
            har = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Har)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            yield Unread(1, "", f"no HAR: {error}")
            return
        connections = (_connection(at, one) for at, one in enumerate(har.log.entries))
        for number, (_, _, part) in enumerate(heapq.merge(*connections), 1):
            part.line = number
            yield part


def _connection(index: int, connection: _Connection) -> Sequence[tuple[float, int, Any]]:
    """What passed on one connection, each with its time and a number that keeps equal times in their order."""
    if not connection.messages:
        return []
    station = identity_in(connection.request.url)
    agreed = [one.value for one in connection.response.headers if one.name.lower() == "sec-websocket-protocol"]
    started = moment(connection.started) or (connection.messages[0].time, True)
    rank = index * 10_000_000
    parts: list[tuple[float, int, Any]] = [
        (started[0], rank, Opened(0, station, *started, agreed[0] if agreed else None))
    ]
    for message in connection.messages:
        rank += 1
        parts.append((max(message.time, started[0]), rank, _entry(message, station)))
    return parts


def _entry(message: _Message, station: str) -> Read:
    sender: Any = {"send": "station", "receive": "csms"}.get(message.type)
    if message.opcode == _TEXT and sender is not None:
        return Entry(0, message.data, station, sender, message.time, True)
    if message.opcode == _BINARY and sender is not None:
        try:
            text = base64.b64decode(message.data).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            text = message.data
        return Entry(0, text, station, sender, message.time, True, is_binary=True)
    return Unread(0, message.data, "" if message.opcode > _BINARY else f"a message of the type {message.type}")


SHAPE: Final = Har()
