"""The CSMS as a process: its ready line, its signals, its mistakes, and what survives its death."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from csms_core.cli.main import main
from ocppj.peers.aio import ConnectionClosed
from tests import ROOT
from tests.csms_core.support.bench import STATION, connect


@asynccontextmanager
async def running(
    *arguments: str, stderr: bool = False
) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    """A CSMS process and its ready line; killed at the end when it has not ended by then."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "csms_core", "--port", "0", "--api-port", "0", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if stderr else None,
        cwd=ROOT,
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_gracefully(number: signal.Signals) -> None:
    async with running("--database", ":temporary:", "--any-station") as (process, ready):
        assert ready["event"] == "ready"
        station = await connect(ready["url"], STATION)
        await station.boot()

        process.send_signal(number)

        assert await process.wait() == 0
        assert (await station.peer.wait_closed()).code == 1001


@pytest.mark.asyncio
async def test_faults_and_settings_from_the_command_line() -> None:
    options = ["--database", ":temporary:", "--any-station", "--any-tag"]
    options += ["--fault", "heartbeat-answer-without-current-time"]
    async with running(*options, "--heartbeat-interval", "17", "--data-transfer", "acme:hello") as (_, ready):
        station = await connect(ready["url"], STATION)

        assert (await station.boot())["interval"] == 17
        assert await station.call("Heartbeat") == {}
        assert await station.call("Authorize", {"idTag": "NOBODY-KNOWS"}) == {"idTagInfo": {"status": "Accepted"}}
        assert await station.call("DataTransfer", {"vendorId": "acme"}) == {"status": "UnknownMessageId"}
        await station.close()


@pytest.mark.asyncio
async def test_a_fault_and_the_log_from_a_file_for_one_station(tmp_path: Path) -> None:
    file = tmp_path / "csms.toml"
    file.write_text(
        'any_station = true\nlog_format = "json"\nlog_level = "info"\n'
        'faults = ["heartbeat-answer-without-current-time@S1"]\n'
    )
    async with running("--config", str(file), "--database", ":temporary:", stderr=True) as (process, ready):
        for identity, expected in (("S1", False), ("S2", True)):
            station = await connect(ready["url"], identity)
            await station.boot()
            assert ("currentTime" in await station.call("Heartbeat")) == expected
            await station.close()

        assert process.stderr is not None
        records = [json.loads(await process.stderr.readline())]
        while "station" not in records[-1]:
            records.append(json.loads(await process.stderr.readline()))
        record = records[-1]
        assert (record["level"], record["station"], record["message"]) == ("info", "S1", "S1 is connected")


@pytest.mark.asyncio
async def test_whatever_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    """Ten stations start as fast as they can when the CSMS is killed (OCPP 1.6 §4.8: the answer is a promise)."""
    options = ("--database", f"sqlite:///{tmp_path}/csms.db", "--any-station")
    acknowledged: dict[int, tuple[str, int]] = {}
    enough = asyncio.Event()

    async def start_until_it_dies(url: str, identity: str) -> None:
        station = await connect(url, identity)
        await station.boot()
        meter = 0
        while True:
            meter += 1
            try:
                answer = await station.start(meterStart=meter)
            except ConnectionClosed:
                return
            acknowledged[answer["transactionId"]] = (identity, meter)
            if len(acknowledged) >= 200:
                enough.set()

    async with running(*options) as (process, ready):
        stations = [asyncio.create_task(start_until_it_dies(ready["url"], f"S{n}")) for n in range(10)]
        async with asyncio.timeout(30):
            await enough.wait()
        os.kill(process.pid, signal.SIGKILL)
        await asyncio.gather(*stations)

    async with running(*options) as (_, ready), httpx.AsyncClient(base_url=ready["api"], timeout=30) as api:
        booked = (await api.get("/api/v1/transactions", params={"limit": 10_000})).json()
        found = {entry["transactionId"]: (entry["station"], entry["meterStart"]) for entry in booked}
        assert acknowledged.items() <= found.items()

        station = await connect(ready["url"], "S0")
        assert "currentTime" in await station.call("Heartbeat"), "its acceptance survived, too"
        again = await station.start(meterStart=1)
        assert acknowledged[again["transactionId"]] == ("S0", 1), "TX-18: a repetition after the crash gets the same id"
        await station.close()


def test_the_faults_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-faults"]) == 0

    assert "boot-answer-without-interval " in capsys.readouterr().out
