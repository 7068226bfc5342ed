"""What one client sends or does not read is bounded, and nobody else waits for it (RFC 6455 §5, OCPP-J 1.6 §4)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
import websockets.asyncio.client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from csms_core import Config, Csms
from csms_core.gateway import listening, sockets
from csms_core.gateway.connection import AT_ONCE, LONGEST_REQUEST
from csms_core.store import stations
from ocppj import frames
from ocppj.peers.base import MAX_WAITING
from tests.csms_core.support.bench import BOOT, STATION, Connecting, Station, configured

pytestmark = pytest.mark.asyncio

HEARTBEATS = 500


@pytest_asyncio.fixture
async def other(csms: Csms, connecting: Connecting) -> Station:
    await csms.store.write(lambda c: stations.put(c, "OTHER", ""))
    station = await connecting("OTHER")
    await station.boot()
    return station


async def booted(csms: Csms, **options: Any) -> websockets.asyncio.client.ClientConnection:
    """A raw connection of the station, after its boot."""
    settings: dict[str, Any] = {"proxy": None, "compression": None, "max_size": None} | options
    connection = await websockets.asyncio.client.connect(
        f"{csms.url}/{STATION}", subprotocols=[Subprotocol("ocpp1.6")], **settings
    )
    await connection.send(frames.call("boot", "BootNotification", BOOT).raw)
    await connection.recv()
    return connection


def deafen(csms: Csms, connection: websockets.asyncio.client.ClientConnection) -> None:
    """Read nothing any more, and let the kernel keep little of what is not read."""
    link = csms.hub.link(STATION)
    assert link is not None
    server_end = link.peer._transport._connection  # type: ignore[attr-defined]
    for end, option in ((server_end, socket.SO_SNDBUF), (connection, socket.SO_RCVBUF)):
        end.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, option, 4096)
    connection.transport.pause_reading()


def heartbeat(id: str) -> bytes:
    """The bytes of one masked frame."""
    payload = frames.call(id, "Heartbeat", {}).raw.encode()
    return Frame(Opcode.TEXT, payload).serialize(mask=True)


def pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """The bytes, cut at random places."""
    cuts = sorted(chance.sample(range(1, len(data)), len(data) // 3))
    yield from (data[start:end] for start, end in pairwise((0, *cuts, len(data))))


@pytest.mark.parametrize("seed", range(3))
async def test_frames_are_found_however_their_bytes_are_cut(csms: Csms, seed: int) -> None:
    async with await booted(csms) as connection, asyncio.timeout(20):
        sent: list[str] = []
        chance = random.Random(seed)
        data = b""
        for number in range(60):
            sent.append(f"{number}-" + "i" * chance.randrange(30))
            if chance.random() < 0.2:
                data += Frame(Opcode.PING, b"between").serialize(mask=True)
            if chance.random() < 0.3:
                text = frames.call(sent[-1], "Heartbeat", {"x": "ä" * chance.choice((10, 30_000))}).raw.encode()
                middle = chance.randrange(len(text))
                data += Frame(Opcode.TEXT, text[:middle], fin=False).serialize(mask=True)
                data += Frame(Opcode.CONT, text[middle:]).serialize(mask=True)
            else:
                data += heartbeat(sent[-1])
        cut = list(pieces(data, chance)) if seed else [data]
        for start in range(0, len(cut), 50):
            connection.transport.write(b"".join(cut[start : start + 50]))
            await asyncio.sleep(0)

        assert [json.loads(await connection.recv())[1] for _ in sent] == sent


async def test_frames_that_come_with_the_handshake_are_not_lost(csms: Csms) -> None:
    address = urlsplit(csms.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    lines = (
        f"GET /ocpp/{STATION} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: keep-alive, Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol: ocpp1.6",
    )
    boot = Frame(Opcode.TEXT, frames.call("boot", "BootNotification", BOOT).raw.encode()).serialize(mask=True)
    writer.write("\r\n".join((*lines, "", "")).encode() + boot + heartbeat("one"))
    async with asyncio.timeout(30):
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b'[3,"boot",')
        await reader.readuntil(b'[3,"one",')
        writer.close()


async def test_many_frames_at_once_leave_the_others_their_turn(csms: Csms) -> None:
    """Thousands of frames come with one read; of these only a few are handled before the event loop goes on."""
    async with await booted(csms) as connection, asyncio.timeout(20):
        link = csms.hub.link(STATION)
        assert link is not None
        taken: list[int] = []
        server_end = link.peer._transport._connection  # type: ignore[attr-defined]
        receive = server_end._receiver
        turn = 0

        def count(message: str | bytes) -> bool:
            taken.append(turn)
            return bool(receive(message))

        server_end._receiver = count
        connection.transport.write(b"".join(heartbeat(str(number)) for number in range(HEARTBEATS)))
        while len(taken) < HEARTBEATS:
            turn += 1
            await asyncio.sleep(0)

        assert max(taken.count(number) for number in set(taken)) <= 2 * AT_ONCE
        answers = [json.loads(await connection.recv())[1] for _ in range(HEARTBEATS)]

    assert answers == [str(number) for number in range(HEARTBEATS)]


async def test_a_station_that_reads_nothing_is_not_read_either(csms: Csms, other: Station) -> None:
    connection = await booted(csms, max_queue=1)
    deafen(csms, connection)
    link = csms.hub.link(STATION)
    assert link is not None

    async def send() -> None:
        text = frames.call("x" * 36, "Heartbeat", {}).raw
        while True:
            await connection.send(text)

    sending = asyncio.create_task(send())
    while link.peer.has_room:
        assert "currentTime" in await other.call("Heartbeat")
    for _ in range(20):
        assert "currentTime" in await other.call("Heartbeat")

    assert len(link.peer._inbox or ()) == MAX_WAITING
    sending.cancel()
    connection.transport.abort()


@configured(ping_timeout=0.2)
async def test_a_station_that_reads_nothing_is_cut_off_in_the_end(csms: Csms) -> None:
    connection = await booted(csms, max_queue=1)
    link = csms.hub.link(STATION)
    assert link is not None
    deafen(csms, connection)
    text = frames.call("x" * 36, "Heartbeat", {}).raw

    async with asyncio.timeout(20):
        with pytest.raises((ConnectionClosed, OSError)):  # noqa: PT012 - which of them fails is up to the kernel
            while True:
                await connection.send(text)
        await link.peer.wait_closed()

    assert csms.hub.link(STATION) is None or link.peer.is_closed


async def test_a_frame_that_announces_64_mib_is_refused_before_it_comes(csms: Csms, other: Station) -> None:
    """CON-17: only the header has been sent when the CSMS says no."""
    connection = await booted(csms)
    connection.transport.write(b"\x81\xff" + (64 << 20).to_bytes(8, "big") + b"mask")

    async with asyncio.timeout(30):
        await connection.wait_closed()

    assert connection.close_code == 1009
    assert "currentTime" in await other.call("Heartbeat")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (Frame(Opcode.TEXT, b"\xff\xfe").serialize(mask=True), 1007),
        (Frame(Opcode.TEXT, b"[]").serialize(mask=False), 1002),
        (b"\xc1\x80mask", 1002),
        (Frame(Opcode.CONT, b"[]").serialize(mask=True), 1002),
        (
            Frame(Opcode.TEXT, b"[", fin=False).serialize(mask=True) + Frame(Opcode.TEXT, b"]").serialize(mask=True),
            1002,
        ),
        (Frame(Opcode.TEXT, b"\xff", fin=False).serialize(mask=True) + heartbeat("in-between"), 1002),
    ],
    ids=["no-utf-8", "unmasked", "reserved-bit", "no-beginning", "begun-twice", "whole-within-fragments"],
)
async def test_a_broken_frame_ends_the_connection_with_its_code(csms: Csms, data: bytes, code: int) -> None:
    """RFC 6455 §7.4.1."""
    connection = await booted(csms)
    connection.transport.write(data)

    async with asyncio.timeout(30):
        await connection.wait_closed()

    assert connection.close_code == code


async def test_random_malformed_messages_end_nothing(csms: Csms, other: Station) -> None:
    """RPC-12."""
    chance = random.Random(16)
    whole = frames.call("an-id", "Heartbeat", {}).raw
    async with await booted(csms) as connection, asyncio.timeout(30):
        reading = asyncio.create_task(_until(connection, "the-end"))
        for number in range(1_000):
            place = chance.randrange(len(whole))
            twisted = whole[:place] + chr(chance.randrange(1, 0xD000)) + whole[place + chance.randrange(3) :]
            await connection.send(chance.randbytes(20) if number % 3 == 0 else twisted)
        await connection.send(frames.call("the-end", "Heartbeat", {}).raw)

        assert await reading
        link = csms.hub.link(STATION)
        assert link is not None
        assert len(link.peer.findings) <= 1_000
    assert "currentTime" in await other.call("Heartbeat")


@configured(open_timeout=0.5)
async def test_handshakes_that_stop_half_way_are_given_up(csms: Csms, other: Station) -> None:
    address = urlsplit(csms.url)
    opened = [await asyncio.open_connection(address.hostname, address.port) for _ in range(100)]
    for _, writer in opened:
        writer.write(b"GET /ocpp/HALF HTTP/1.1\r\nHost: ")

    assert "currentTime" in await other.call("Heartbeat")
    async with asyncio.timeout(20):
        for reader, writer in opened:
            await reader.read()
            writer.close()

    assert csms.hub.online == 1


@configured(open_timeout=60.0)
async def test_handshakes_are_bounded_and_the_slowest_make_room(csms: Csms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six clients stop half way, four places: the others wait outside, until the first have had their time."""
    monkeypatch.setattr(listening, "OPENING", 4)
    monkeypatch.setattr(listening, "GRACE", 0.2)
    most, init, leave = [0, 0], listening.Guest.__init__, listening.Guest.leave
    inside: set[listening.Guest] = set()

    def come(self: listening.Guest, *arguments: Any) -> None:
        init(self, *arguments)
        inside.add(self)
        most[0], most[1] = max(most[0], len(inside)), most[1] + 1

    def go(self: listening.Guest) -> None:
        inside.discard(self)
        leave(self)

    monkeypatch.setattr(listening.Guest, "__init__", come)
    monkeypatch.setattr(listening.Guest, "leave", go)
    address = urlsplit(csms.url)
    opened = [await asyncio.open_connection(address.hostname, address.port) for _ in range(6)]
    for _, writer in opened:
        writer.write(b"GET /ocpp/HALF HTTP/1.1\r\nHost: ")

    async with asyncio.timeout(20), await booted(csms):
        assert most == [4, 7]
        assert await opened[0][0].read() == b"", "the first was turned away"
    for _, writer in opened:
        writer.close()


@configured(any_station=True)
async def test_two_thousand_half_open_sockets_hold_up_nobody(csms: Csms, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them has to make room before another comes in: with no time for that, it would take for ever."""
    monkeypatch.setattr(listening, "GRACE", 3600.0)
    address = urlsplit(csms.url)
    async with AsyncExitStack() as stack:
        for _ in range(min(2000, sockets.open_files() // 4 - 8)):
            _, writer = await asyncio.open_connection(address.hostname, address.port)
            stack.callback(writer.close)
            writer.write(b"GET /ocpp/HALF HTTP/1.1\r\nHost: ")

        async with asyncio.timeout(60):
            assert (await booted(csms)) is not None


async def test_a_csms_that_stops_sends_half_open_handshakes_away(config: Config) -> None:
    async with Csms(config) as csms:
        address = urlsplit(csms.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"GET /ocpp/HALF HTTP/1.1\r\n")
        with pytest.raises(InvalidStatus):  # later than the other, so the other is inside
            await websockets.asyncio.client.connect(f"{csms.url}/NOBODY", proxy=None)

    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()


async def test_a_request_may_come_in_pieces(csms: Csms) -> None:
    address = urlsplit(csms.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    for piece in (
        b"GET /elsewhere HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"Connection: Upgrade\r\nUpgrade: websocket\r",
        b"\n",
    ):
        writer.write(piece)
        await writer.drain()
        assert csms.hub.online == 0
    writer.write(b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")

    async with asyncio.timeout(30):
        assert (await reader.readline()).startswith(b"HTTP/1.1 404 ")
    writer.close()


async def test_a_request_without_end_is_refused(csms: Csms) -> None:
    address = urlsplit(csms.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(b"GET /ocpp/LONG HTTP/1.1\r\nX: " + b"x" * 2 * LONGEST_REQUEST)

    async with asyncio.timeout(30):
        assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")
    writer.close()


async def test_what_a_client_sends_after_a_frame_that_is_too_big_is_not_read(csms: Csms, other: Station) -> None:
    connection = await booted(csms)
    link = csms.hub.link(STATION)
    assert link is not None
    server_end = link.peer._transport._connection  # type: ignore[attr-defined]
    read = 0
    receive = server_end.data_received

    def count(data: bytes) -> None:
        nonlocal read
        read += len(data)
        receive(data)

    server_end.data_received = count
    server_end.transport.set_protocol(server_end)
    connection.transport.write(b"\x81\xff" + (64 << 20).to_bytes(8, "big") + b"mask" + b"x" * (16 << 20))

    async with asyncio.timeout(30):
        await connection.wait_closed()
        await link.peer.wait_closed()

    assert connection.close_code == 1009
    assert read < 1 << 20
    assert "currentTime" in await other.call("Heartbeat")


async def _until(connection: websockets.asyncio.client.ClientConnection, id: str) -> bool:
    async for message in connection:
        frame = frames.parse(str(message))
        if isinstance(frame, frames.CallResult) and frame.id == id:
            return True
    return False
