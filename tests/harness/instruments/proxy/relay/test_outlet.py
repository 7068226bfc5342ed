"""What leaves for the judge: in order, bounded, and never waited for; and when nobody reads, nothing breaks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.instruments.proxy.relay.outlet import Outlet
from harness.instruments.proxy.relay.tap import Tap
from harness.instruments.proxy.wire.framing import PING, TEXT, written
from harness.instruments.proxy.wire.records import Behind, Passed, Record, Unpacker, Unseen, packed
from tests.harness.instruments.proxy.support import BOOT, BOOTED, MASK, RawCsms, agreed, exchange, proxied, talking

pytestmark = pytest.mark.asyncio

HEARTBEAT = written(TEXT, b'[2,"1","Heartbeat",{}]', MASK)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(writing)
    os.close(reading)


def passed(number: int, size: int = 1, connection: int = 1) -> Passed:
    return Passed(connection, number, "station", b"x" * size)


async def test_records_arrive_in_order_however_much_the_pipe_takes(pipe: tuple[int, int]) -> None:
    outlet, sent = Outlet(pipe[1]), [passed(number, 1 + number * 997 % 50_000) for number in range(200)]
    for record in sent:
        outlet.put(1, record)
    unpacker = Unpacker()
    got: list[Record] = []
    while len(got) < len(sent):
        await asyncio.sleep(0)
        got += unpacker.feed(await asyncio.to_thread(os.read, pipe[0], 30_000))
    await outlet.emptied()

    assert got == sent
    assert outlet.has_room(1, 8 << 20)


async def test_room_is_bounded_in_all_and_for_each(pipe: tuple[int, int]) -> None:
    outlet = Outlet(pipe[1], 3_000, 1_000)
    outlet.put(1, passed(1, 900))
    assert not outlet.has_room(1, 200)
    assert outlet.has_room(2, 1_000)

    for connection in (2, 3):
        outlet.put(connection, passed(1, 900, connection))
    assert not outlet.has_room(4, 500)
    await outlet.emptied()
    assert outlet.has_room(4, 500)


async def test_nobody_reads_any_more() -> None:
    reading, writing = os.pipe()
    outlet = Outlet(writing)
    os.close(reading)
    outlet.put(1, passed(1))
    await outlet.emptied()

    assert outlet.is_broken
    outlet.put(1, passed(2))
    await outlet.emptied()
    os.close(writing)


async def test_messages_pass_when_the_judge_has_gone(tmp_path: Path, csms: RawCsms) -> None:
    async with proxied(tmp_path, csms.url) as proxy, talking(proxy, csms) as (station, wire):
        await proxy.watching.until(lambda: bool(proxy.judge.open))
        proxy.watching.hang_up()
        for _ in range(3):
            await exchange(station, wire, [("station", BOOT), ("csms", BOOTED)])

        assert proxy.relay.outlet.is_broken


class Kept(Outlet):
    """An outlet that keeps, and has room as it is told."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.room = True

    def has_room(self, connection: int, size: int) -> bool:
        return self.room

    def put(self, connection: int, record: Record) -> None:
        self.records.append(record)


async def test_a_copy_goes_on_with_the_next_whole_message() -> None:
    outlet = Kept()
    tap = Tap(outlet, 1, "station", after_answer=False)
    parts = b"\x01" + HEARTBEAT[1:], written(PING, b"", MASK), written(0, b"", MASK)
    outlet.room = False
    tap.passed(HEARTBEAT + parts[0][:5], 1)
    outlet.room = True
    tap.passed(parts[0][5:] + parts[1], 2)  # a ping, and the message is not over
    tap.passed(parts[2] + HEARTBEAT, 3)
    tap.passed(HEARTBEAT, 4)
    tap.end(5)

    missed = len(HEARTBEAT) + sum(map(len, parts))
    assert outlet.records == [
        Behind(1, 1, "station"),
        Unseen(1, 3, "station", 2, missed),
        Passed(1, 3, "station", HEARTBEAT),
        Passed(1, 4, "station", HEARTBEAT),
    ]


async def test_what_was_missed_last_is_told_at_the_end() -> None:
    outlet = Kept()
    tap = Tap(outlet, 1, "station", after_answer=False)
    outlet.room = False
    tap.passed(HEARTBEAT, 1)
    tap.end(2)

    assert outlet.records == [Behind(1, 1, "station"), Unseen(1, 2, "station", 1, len(HEARTBEAT))]


async def test_the_answer_of_the_csms_is_copied_whether_there_is_room_or_not() -> None:
    outlet = Kept()
    outlet.room = False
    tap = Tap(outlet, 1, "csms", after_answer=True)
    text = written(TEXT, b"[]", None)
    tap.passed(agreed()[:30], 1)
    tap.passed(agreed()[30:] + text, 2)

    assert outlet.records == [
        Passed(1, 1, "csms", agreed()[:30]),
        Passed(1, 2, "csms", agreed()[30:]),
        Behind(1, 2, "csms"),
    ]


@pytest.mark.parametrize("head", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"x" * 70_000])
async def test_what_follows_a_refusal_is_copied_while_there_is_room(head: bytes) -> None:
    outlet = Kept()
    tap = Tap(outlet, 1, "csms", after_answer=True)
    tap.passed(head, 1)
    tap.passed(b"body", 2)
    outlet.room = False
    tap.passed(b"more", 3)

    assert outlet.records == [Passed(1, 1, "csms", head), Passed(1, 2, "csms", b"body")]


async def test_a_record_reads_as_it_was() -> None:
    record = passed(1, 5)
    data = packed(record) * 2

    unpacker = Unpacker()
    assert [each for at in range(len(data)) for each in unpacker.feed(data[at : at + 1])] == [record, record]
