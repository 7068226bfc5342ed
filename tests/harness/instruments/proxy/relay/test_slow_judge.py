"""A judge that is stuck holds nothing up: all messages arrive while it reads nothing; it says what it has missed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ocppj.evidence.trace import Role
from tests.harness.instruments.proxy.support import BOOT, BOOTED, RawCsms, exchange, proxied, says, talking

pytestmark = pytest.mark.asyncio

SHARE = 20_000


def heartbeat(number: int, size: int = 0) -> list[tuple[Role, str]]:
    blank = " " * size
    time = "2026-11-21T10:00:00Z"
    return [
        ("station", f'[2,"h{number}","Heartbeat",{{}}{blank}]'),
        ("csms", f'[3,"h{number}",{{"currentTime":"{time}"}}]'),
    ]


async def test_everything_passes_while_the_judge_reads_nothing(tmp_path: Path, csms: RawCsms) -> None:
    async with proxied(tmp_path, csms.url, share=SHARE) as proxy, talking(proxy, csms) as (station, wire):
        await exchange(station, wire, [("station", BOOT), ("csms", BOOTED)])
        await proxy.watching.judged(2)
        proxy.watching.attend.clear()
        for number in range(100):
            await exchange(station, wire, heartbeat(number, 1_000))  # each has arrived at the other end
        assert sum(proxy.judge.figures.messages.values()) == 2

        proxy.watching.attend.set()
        await proxy.watching.until(lambda: sum(proxy.judge.figures.messages.values()) > 2)
        await exchange(station, wire, heartbeat(1_000))
        await proxy.watching.until(lambda: sum(proxy.judge.figures.unseen.values()) > 0)
        await exchange(station, wire, heartbeat(1_001))
        figures = proxy.judge.figures
        await proxy.watching.until(lambda: sum(figures.messages.values()) + sum(figures.unseen.values()) == 206)

        assert figures.unseen["station"] > 0
        assert "were passed on and not judged: the judge was behind" in proxy.trace()
        assert f'proxy_unseen_messages_total{{direction="station->csms"}} {float(figures.unseen["station"])}' in (
            figures.exposition().decode()
        )


async def test_what_was_not_seen_makes_no_finding(tmp_path: Path, csms: RawCsms) -> None:
    """The CALL is missed and its answer is not, and the other way round."""
    async with proxied(tmp_path, csms.url, share=3_000) as proxy, talking(proxy, csms) as (station, wire):
        await exchange(station, wire, [("csms", '[2,"early","Reset",{"type":"Soft"}]')])
        await proxy.watching.judged(1)
        proxy.watching.attend.clear()
        for number in range(100):
            await exchange(station, wire, heartbeat(number, 2_900))
        await exchange(station, wire, heartbeat(777, 3_000)[:1])
        proxy.watching.attend.set()
        figures = proxy.judge.figures
        await proxy.watching.until(lambda: not proxy.relay.outlet._size)
        await exchange(station, wire, [*heartbeat(777)[1:], *heartbeat(778)])
        await exchange(station, wire, [("station", '[3,"early",{"status":"Accepted"}]'), *heartbeat(779)])
        await proxy.watching.until(lambda: sum(figures.messages.values()) + sum(figures.unseen.values()) == 208)

        assert figures.unseen["station"] > 0
        assert figures.unjudged == {"station": 1, "csms": 1}
        assert set(proxy.watching.rules) == {("BOOT-08", "csms")}


async def test_one_that_is_flooded_does_not_cost_the_others_their_judgement(tmp_path: Path, csms: RawCsms) -> None:
    async with (
        proxied(tmp_path, csms.url, share=SHARE) as proxy,
        talking(proxy, csms, "/LOUD") as (loud, loud_wire),
        talking(proxy, csms, "/QUIET") as (quiet, quiet_wire),
    ):
        proxy.watching.attend.clear()
        for number in range(100):
            await exchange(loud, loud_wire, heartbeat(number, 1_000))
        await exchange(quiet, quiet_wire, [("station", BOOT), ("csms", BOOTED), *heartbeat(1)])
        proxy.watching.attend.set()
        await proxy.watching.until(lambda: any(each.counts["csms"] == 2 for each in proxy.judge.open.values()))

    (file,) = (tmp_path / "connections").glob("*-QUIET.jsonl")
    kinds = [json.loads(line)["kind"] for line in file.read_text("utf-8").splitlines()]
    assert kinds.count("frame") == 4
    assert sum(proxy.judge.figures.unseen.values()) > 0


async def test_a_message_that_was_begun_when_the_room_ended_is_not_half_judged(tmp_path: Path, csms: RawCsms) -> None:
    async with proxied(tmp_path, csms.url, share=2_000) as proxy, talking(proxy, csms) as (station, wire):
        await proxy.watching.until(lambda: any(each.state == "open" for each in proxy.judge.open.values()))
        whole = says("station", '[2,"1","Heartbeat",{}' + " " * 50_000 + "]")
        await station.send(whole[:1_000])
        assert await wire.get(1_000) == whole[:1_000]
        await station.send(whole[1_000:])
        assert await wire.get(len(whole) - 1_000) == whole[1_000:]
        await exchange(station, wire, heartbeat(2))
        await proxy.watching.judged(2)

        assert proxy.judge.figures.unseen == {"station": 1, "csms": 0}
        assert proxy.judge.figures.messages == {"station": 1, "csms": 1}
        assert proxy.judge.figures.wrong == {"station": 0, "csms": 0}
