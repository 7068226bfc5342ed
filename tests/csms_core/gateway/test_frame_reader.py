"""Frames become messages, however their bytes are cut (RFC 6455 §5): a connection that is fed bytes, without a socket.

`websockets` reads the frames; what is shown here is what the CSMS relies on, and the inner names that it uses.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from csms_core.gateway.connection import PIECE, Phase, StationConnection

MASK = b"mask"
LIMIT = 1 << 17

UPGRADE = (
    b"GET /ocpp/S HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

INNER = {
    Connection: ("process_event", "send_data", "drain", "start_keepalive", "data_received", "connection_made"),
    ServerConnection: ("handshake", "process_event", "connection_made"),
}
"""Methods of `websockets` that are no part of its documented interface, and that the CSMS calls or overrides."""

INNER_ATTRIBUTES = {
    Connection: ("paused", "loop", "transport", "close_deadline"),
    ServerProtocol: ("parser", "parser_exc", "reader", "events", "max_message_size"),
}
"""Attributes that are there for every connection, as above."""


class Wire:
    """A transport that keeps what was written, and knows whether it is read."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.is_read = True
        self.is_gone = False

    def write(self, data: bytes) -> None:
        self.written += data

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True

    def is_closing(self) -> bool:
        return self.is_gone

    def abort(self) -> None:
        self.is_gone = True

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is sent any more."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There are none."""

    def get_extra_info(self, name: str) -> None:
        """It is of no kind."""


class Guest:
    """A place that is free at once."""

    transport: Any = None
    has_asked = False

    def ask(self, judge: Callable[[], None]) -> None:
        self.has_asked = True
        judge()

    def leave(self) -> None:
        """It has gone in."""

    def judged(self) -> None:
        """It was."""


class House:
    """What a connection of websockets needs of its server."""

    def __init__(self) -> None:
        self.handler_tasks: set[asyncio.Task[None]] = set()

    async def handler(self, connection: ServerConnection) -> None:
        await connection.handshake()

    def is_serving(self) -> bool:
        return True


async def messages(chunks: Sequence[bytes], wanted: int) -> tuple[list[str | bytes], StationConnection, Wire]:
    """What a connection makes of the bytes: until there are as many messages as are wanted."""
    wire, taken = Wire(), list[str | bytes]()
    server, enough = House(), asyncio.Event()
    connection = StationConnection(ServerProtocol(max_size=LIMIT), server)  # type: ignore[arg-type]
    connection.guest = Guest()  # type: ignore[assignment]
    connection.connection_made(wire)  # type: ignore[arg-type]
    connection.data_received(UPGRADE)
    await asyncio.gather(*server.handler_tasks)
    connection.take_over()
    wire.written.clear()

    def take(message: str | bytes) -> bool:
        taken.append(message)
        if len(taken) >= wanted:
            enough.set()
        return True

    if not wanted:
        enough.set()

    delivering = asyncio.create_task(connection.deliver(take))
    await asyncio.sleep(0)
    for chunk in chunks:
        connection.data_received(chunk)
    async with asyncio.timeout(30):
        await enough.wait()
    connection.connection_lost(None)
    await delivering
    return taken, connection, wire


def read(chunks: Sequence[bytes], wanted: int) -> tuple[list[str | bytes], StationConnection, Wire]:
    return asyncio.run(messages(chunks, wanted))


def frame(payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True, mask: bool = True) -> bytes:
    return Frame(opcode, payload, fin=fin).serialize(mask=mask)


STREAM = (
    frame(b"[1]")
    + frame(b"ping", Opcode.PING)
    + frame(b"[2,", fin=False)
    + frame(b"pong", Opcode.PONG)
    + frame('"ä'.encode()[:2], Opcode.CONT, fin=False)
    + frame('ä"]'.encode()[1:], Opcode.CONT)
    + frame(b"\x00\xff", Opcode.BINARY)
    + frame(b"")
    + frame(b"[" + b"x" * 130 + b"]")
)
WANTED: list[str | bytes] = ["[1]", '[2,"ä"]', b"\x00\xff", "", "[" + "x" * 130 + "]"]


@pytest.mark.asyncio
async def test_every_split_in_two_gives_the_same_messages() -> None:
    for place in range(1, len(STREAM)):
        taken, *_ = await messages([STREAM[:place], STREAM[place:]], len(WANTED))
        assert taken == WANTED, place


def test_single_bytes_give_the_same_messages() -> None:
    assert read([bytes((byte,)) for byte in STREAM], len(WANTED))[0] == WANTED


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.text("aé€😀", max_size=40), st.integers(1, 4)), max_size=12),
    st.lists(st.integers(1, 60), min_size=1, max_size=20),
)
def test_messages_are_those_that_were_sent(texts: list[tuple[str, int]], sizes: list[int]) -> None:
    """Each in up to four fragments, cut anywhere, also within a character."""
    data = b"".join(_fragmented(text.encode(), parts) for text, parts in texts)
    chunks, place, number = [], 0, 0
    while place < len(data):
        size = sizes[number % len(sizes)]
        chunks.append(data[place : place + size])
        place, number = place + size, number + 1

    assert read(chunks, len(texts))[0] == [text for text, _ in texts]


def _fragmented(payload: bytes, parts: int) -> bytes:
    step = max(1, -(-len(payload) // parts))
    pieces = [payload[start : start + step] for start in range(0, len(payload), step)] or [b""]
    last = len(pieces) - 1
    return b"".join(
        frame(piece, Opcode.CONT if number else Opcode.TEXT, fin=number == last) for number, piece in enumerate(pieces)
    )


@pytest.mark.parametrize("size", [0, 1, 125, 126, PIECE, PIECE + 1, 65535, 65536, LIMIT])
def test_lengths_are_read_in_each_of_their_forms(size: int) -> None:
    assert read([frame(b"x" * size)], 1)[0] == ["x" * size]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(b"[]", mask=False), 1002),
        (frame(b"\xff"), 1007),
        (frame(b"[", fin=False) + frame(b"\xff", Opcode.CONT), 1007),
        (b"\x81\xff" + (LIMIT + 1).to_bytes(8, "big") + MASK, 1009),
        (frame(b"x" * LIMIT, fin=False) + frame(b"x", Opcode.CONT), 1009),
        (frame(b"]", Opcode.CONT), 1002),
    ],
    ids=["unmasked", "no-utf-8", "no-utf-8-in-fragments", "announced", "added-up", "no-beginning"],
)
def test_what_breaks_the_protocol_is_told_and_nothing_after_it_is_a_message(data: bytes, code: int) -> None:
    taken, connection, wire = read([data + frame(b"[]")], 0)

    assert taken == []
    assert connection.protocol.close_sent is not None
    assert connection.protocol.close_sent.code == code
    assert wire.written[:1] == b"\x88"


def test_what_comes_after_a_frame_that_is_too_big_is_not_read() -> None:
    _, connection, wire = read([b"\x81\xff" + (LIMIT + 1).to_bytes(8, "big") + MASK], 0)
    connection.resume()

    assert not wire.is_read


def test_after_a_text_that_is_none_the_connection_has_failed() -> None:
    _, connection, _ = read([frame(b"\xff")], 0)

    assert connection._phase is Phase.FAILED


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, names in INNER.items() for name in names])
def test_an_inner_method_of_websockets_is_there(owner: type, name: str) -> None:
    assert inspect.isfunction(vars(owner)[name])


@pytest.mark.parametrize("owner", INNER_ATTRIBUTES)
def test_inner_attributes_of_websockets_are_there(owner: type) -> None:
    _, connection, _ = read([frame(b"[]")], 1)
    there: object = connection if owner is Connection else connection.protocol

    assert [name for name in INNER_ATTRIBUTES[owner] if not hasattr(there, name)] == []


def test_websockets_shows_each_frame_to_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is where messages are taken from it, before its queue."""
    shown: list[object] = []
    monkeypatch.setattr(StationConnection, "process_event", lambda self, event: shown.append(event))
    protocol = ServerProtocol(max_size=LIMIT)
    protocol.state = protocol.state.OPEN
    connection = StationConnection.__new__(StationConnection)
    connection.protocol, connection.transport = protocol, Wire()  # type: ignore[assignment]
    protocol.parser = super(ServerProtocol, protocol).parse()
    next(protocol.parser)
    Connection.data_received(connection, frame(b"[]"))

    assert [type(event) for event in shown] == [Frame]
