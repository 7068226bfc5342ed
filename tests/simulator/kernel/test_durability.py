"""`kill -9` at any moment loses no queued message (1.6 §3.7; rules TX-03, TX-12)."""

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms

SEED = 160_2026
KILLS = 24
TRANSACTION_MESSAGES = ("StartTransaction", "MeterValues", "StopTransaction")


class Stations:
    """A process that starts stations."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._child: int | None = None

    async def start(self, *arguments: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(arguments).encode() + b"\n")
        self._child = (await self.line())["pid"]

    async def line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            return json.loads(await self._process.stdout.readline())

    async def kill(self) -> list[dict[str, Any]]:
        """Kill the station; returns what it had said before it died."""
        assert self._child is not None
        os.kill(self._child, signal.SIGKILL)
        lines = []
        while (line := await self.line()).get("event") != "ended":
            lines.append(line)
        self._child = None
        return lines

    def end(self) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.kill(self._child, signal.SIGKILL)
        with suppress(ProcessLookupError):
            self._process.kill()


@asynccontextmanager
async def stations() -> AsyncIterator[Stations]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.simulator.kernel.restless"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    started = Stations(process)
    try:
        yield started
    finally:
        started.end()
        await process.wait()


class Ledger:
    """Gives each transaction one id, however often its start is sent, and knows what was booked, once and in order."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, str], int] = {}
        self.booked: list[tuple[Any, ...]] = []

    def start(self, payload: dict[str, Any]) -> dict[str, Any]:
        number = self.ids.setdefault((payload["idTag"], payload["timestamp"]), len(self.ids) + 1)
        self.book("StartTransaction", payload)
        return {"transactionId": number, "idTagInfo": {"status": "Accepted"}}

    def book(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        if (entry := mark(action, payload)) not in self.booked:
            self.booked.append(entry)
        return {}


def mark(action: str, payload: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a transaction message unlike any other."""
    content = {name: value for name, value in payload.items() if name != "transactionId"}
    return action, json.dumps(content, sort_keys=True)


@pytest.mark.asyncio
async def test_tx_03_kill_9_at_any_moment_loses_no_queued_message(csms: ScriptedCsms, tmp_path: Path) -> None:
    moments = random.Random(SEED)
    ledger = Ledger()
    csms.answers["StartTransaction"] = ledger.start
    csms.answers["MeterValues"] = lambda payload: ledger.book("MeterValues", payload)
    csms.answers["StopTransaction"] = lambda payload: ledger.book("StopTransaction", payload)
    path, said = str(tmp_path / "station.db"), []

    async with stations() as process:
        for number in range(KILLS):
            await process.start(csms.url, path, number, "charge")
            said += [await process.line() for _ in range(moments.randint(1, 40))]
            said += await process.kill()
        await process.start(csms.url, path, KILLS, "drain")
        while "event" not in (line := await process.line()):
            said.append(line)
        assert line == {"event": "drained"}

    promised = [mark(line["action"], line["payload"]) for line in said]
    assert len(promised) > 5 * KILLS
    assert set(promised) <= set(ledger.booked)
    assert [entry for entry in ledger.booked if entry in set(promised)] == list(dict.fromkeys(promised))
    assert_each_transaction_is_whole(csms, ledger)


def assert_each_transaction_is_whole(csms: ScriptedCsms, ledger: Ledger) -> None:
    """Every start has its stop with the same id, no register falls, and what the kill cut off says PowerLoss."""
    stops = {stop["transactionId"]: stop for stop in csms.payloads("StopTransaction")}
    assert stops.keys() == set(ledger.ids.values())
    reasons = [stop["reason"] for stop in stops.values()]
    assert set(reasons) == {"Local", "PowerLoss"}
    for start in csms.payloads("StartTransaction"):
        stop = stops[ledger.ids[start["idTag"], start["timestamp"]]]
        assert stop["meterStop"] >= start["meterStart"]
        assert stop["timestamp"] >= start["timestamp"]
        assert stop["transactionData"][0]["sampledValue"][0]["context"] == "Transaction.Begin"
        assert stop["transactionData"][-1]["sampledValue"][0]["context"] == "Transaction.End"
