"""Every byte arrives as it was sent, in both directions, whatever it is and however it is cut; and so does an end."""

from __future__ import annotations

import asyncio
import random
import zlib
from pathlib import Path

import pytest
from websockets.frames import Close, Frame, Opcode

from harness.instruments.proxy.relay.tunnel import HIGH
from tests.harness.instruments.proxy.support import (
    BOOT,
    BOOTED,
    Proxy,
    RawCsms,
    Wire,
    agreed,
    exchange,
    proxied,
    request,
    says,
    talking,
)

pytestmark = pytest.mark.asyncio

COMPRESSED = 0x40
SIZES = (0, 1, 125, 126, 65_535, 65_536, 1 << 20)


def odd_stream(seed: int, *, masked: bool, compressed: bool = False) -> bytes:
    """All that WebSocket has, and some that it has not: fragments, pings between them, empty and large ones."""
    dice = random.Random(seed)
    pieces = []
    for size in dice.sample(SIZES, len(SIZES)):
        data = dice.randbytes(size)
        if compressed:
            data = zlib.compressobj(wbits=-15).compress(data)
        opcode = dice.choice([Opcode.TEXT, Opcode.BINARY])
        cut = dice.randint(0, len(data))
        pieces += [
            with_bits(Frame(opcode, data[:cut], fin=False).serialize(mask=masked), COMPRESSED if compressed else 0),
            Frame(dice.choice([Opcode.PING, Opcode.PONG]), dice.randbytes(dice.randint(0, 125))).serialize(mask=masked),
            Frame(Opcode.CONT, data[cut:]).serialize(mask=masked),
            with_bits(Frame(Opcode.TEXT, b"").serialize(mask=masked), 0x10),
        ]
    pieces.append(Frame(Opcode.CLOSE, Close(dice.choice([1000, 1001, 4711]), "bye").serialize()).serialize(mask=masked))
    return b"".join(pieces) + dice.randbytes(40)


def with_bits(frame: bytes, bits: int) -> bytes:
    """A frame with reserved bits, which `websockets` does not write."""
    return bytes([frame[0] | bits]) + frame[1:]


async def send_in_pieces(wire: Wire, data: bytes, seed: int) -> None:
    dice = random.Random(seed)
    at = 0
    while at < len(data):
        size = dice.choice([1, 3, 1_000, 70_000, 300_000])
        await wire.send(data[at : at + size])
        at += size
        await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "deflate"])
async def test_bytes_of_both_directions_at_once(proxy: Proxy, csms: RawCsms, seed: int, compressed: bool) -> None:
    offer = ("Sec-WebSocket-Extensions: permessage-deflate",) if compressed else ()
    asked, answered = request("/ocpp/CP-1", "X-Odd:  spaces  ", *offer), agreed(*offer)
    up, down = (odd_stream(seed * 2 + way, masked=not way, compressed=compressed) for way in range(2))
    station = await proxy.station()
    await send_in_pieces(station, asked, seed)
    wire = await csms.next()

    sending = [
        asyncio.create_task(send_in_pieces(station, up, seed)),
        asyncio.create_task(send_in_pieces(wire, answered + down, seed)),
    ]
    came_up = asyncio.create_task(wire.get(len(asked) + len(up)))
    came_down = asyncio.create_task(station.get(len(answered) + len(down)))

    assert await came_up == asked + up
    assert await came_down == answered + down
    await asyncio.gather(*sending)


async def test_what_is_no_http_passes_too(proxy: Proxy, csms: RawCsms) -> None:
    data = random.Random(1).randbytes(100_000).replace(b"\r\n\r\n", b"")
    station = await proxy.station()
    await station.send(data)
    wire = await csms.next()

    assert await wire.get(len(data)) == data
    await wire.send(data)
    assert await station.get(len(data)) == data


async def test_the_csms_may_speak_first(proxy: Proxy, csms: RawCsms) -> None:
    station = await proxy.station()
    wire = await csms.next()
    await wire.send(b"220 this is no CSMS\r\n")

    assert await station.get(21) == b"220 this is no CSMS\r\n"


async def test_the_end_of_one_side_is_that_of_the_other(proxy: Proxy, csms: RawCsms) -> None:
    async with talking(proxy, csms) as (station, wire):
        await wire.send(b"last words")
        await wire.close()

        assert await station.rest() == b"last words"
        await station.close()
    await proxy.watching.closed()


async def test_who_sends_nothing_more_may_still_read(proxy: Proxy, csms: RawCsms) -> None:
    async with talking(proxy, csms) as (station, wire):
        station.writer.write_eof()
        assert await wire.rest() == b""
        await wire.send(b"an answer")

        assert await station.get(9) == b"an answer"
        await wire.close()
        assert await station.rest() == b""
    await proxy.watching.closed()


async def test_a_request_that_never_ends_is_passed_on_as_it_is(proxy: Proxy, csms: RawCsms) -> None:
    station = await proxy.station()
    await station.send(b"GET /CP-1 HT")
    station.writer.write_eof()
    wire = await csms.next()

    assert await wire.rest() == b"GET /CP-1 HT"


async def test_a_refusal_passes_with_its_body(proxy: Proxy, csms: RawCsms) -> None:
    refusal = b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 4\r\n\r\nno\r\n"
    station = await proxy.station()
    await station.send(request())
    wire = await csms.next()
    assert await wire.head() == request()
    await wire.send(refusal)
    await wire.close()

    assert await station.rest() == refusal
    await station.close()
    await proxy.watching.closed()
    assert proxy.judge.figures.refused == 1
    assert "HTTP/1.1 401 Unauthorized" in proxy.trace()


async def test_a_station_that_does_not_read_slows_the_csms_and_nothing_else(proxy: Proxy, csms: RawCsms) -> None:
    async with talking(proxy, csms) as (station, wire), talking(proxy, csms, "/CP-2") as (other, other_wire):
        station.writer.transport.pause_reading()  # type: ignore[attr-defined]
        sides = [side for tunnel in proxy.relay._tunnels.values() for side in (tunnel.station, tunnel.csms)]
        sent = 0
        while all(side.transport is not None and side.transport.is_reading() for side in sides):
            wire.writer.write(b"x" * HIGH)  # until neither the kernel nor the proxy takes more
            sent += HIGH
            await exchange(other, other_wire, [("station", "[]"), ("csms", "[]")])

        assert sum(side.transport.get_write_buffer_size() for side in sides if side.transport is not None) <= 2 * HIGH
        await exchange(other, other_wire, [("station", "[]"), ("csms", "[]")])
        station.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert await station.get(sent) == b"x" * sent


async def test_only_what_was_asked_for_is_rewritten(tmp_path: Path, csms: RawCsms) -> None:
    to = f"{csms.url}/ocpp"
    async with proxied(tmp_path, to, keep_host=False, user="CP", password="very secret") as proxy:
        station = await proxy.station()
        await station.send(request("/CP-1", "Authorization: Basic Zm9v") + says("station", BOOT))
        wire = await csms.next()

        assert await wire.head() == request(
            "/ocpp/CP-1", "Authorization: Basic Q1A6dmVyeSBzZWNyZXQ=", host=f"127.0.0.1:{csms.port}"
        )
        assert await wire.get(len(says("station", BOOT))) == says("station", BOOT)
        await wire.send(agreed() + says("csms", BOOTED))
        await station.head()
        await proxy.watching.judged(2)

        trace = proxy.trace()
        assert "path /CP-1 became /ocpp/CP-1" in trace
        assert "Host proxy.example became 127.0.0.1" in trace
        assert "Authorization was replaced" in trace
        assert "Zm9v" not in trace
        assert "very secret" not in trace
        await station.close()


async def test_a_csms_that_is_not_there_is_told_to_the_station(tmp_path: Path) -> None:
    async with proxied(tmp_path, "ws://127.0.0.1:1/ocpp") as proxy:
        station = await proxy.station()
        await station.send(request())
        answer = await station.rest()

        assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
        assert b"ws://127.0.0.1:1/ocpp: the connection was refused; is the CSMS running" in answer
        await station.close()
        await proxy.watching.closed()
        assert proxy.judge.figures.unreached == 1
        assert "the connection was refused" in proxy.trace()


async def test_many_stations_at_once(proxy: Proxy, csms: RawCsms) -> None:
    async def one(number: int) -> None:
        station = await proxy.station()
        await station.send(request(f"/CP-{number}"))
        async with asyncio.timeout(60):
            answer = await station.head()
        assert answer == agreed()
        await station.send(says("station", BOOT.replace("plugproof", f"maker {number}")))
        text = says("csms", BOOTED)
        assert await station.get(len(text)) == text
        await station.close()

    async def serve() -> None:
        for _ in range(200):
            asyncio.get_running_loop().create_task(_answer(await csms.next()))

    async def _answer(wire: Wire) -> None:
        await wire.head()
        await wire.send(agreed())
        boot = await wire.get(6)
        await wire.get((boot[1] & 0x7F) if boot[1] & 0x7F < 126 else int.from_bytes(boot[2:4]) + 2)
        await wire.send(says("csms", BOOTED))
        assert await wire.rest() == b""
        await wire.close()

    serving = asyncio.create_task(serve())
    await asyncio.gather(*(one(number) for number in range(200)))
    await serving
    await proxy.watching.closed(200)

    assert proxy.judge.figures.connections == 200
    assert proxy.judge.figures.messages == {"station": 200, "csms": 200}
    assert proxy.watching.rules == [("BOOT-08", "csms")]  # the clock of this CSMS stands still
    assert len(list((proxy.folder / "connections").glob("*.jsonl"))) == 200
