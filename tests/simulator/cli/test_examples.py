"""The worked examples: each against the reference CSMS, in Python and as `plugproof station --script`."""

import asyncio
import contextlib
import importlib.util
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from csms_core import Config, Csms
from csms_core.store import tags
from ocppj.frames import Call
from ocppj.session.session import Seen
from simulator import Station, VirtualClock
from tests import ROOT

EXAMPLES = ROOT / "examples"
NEEDS_API = {"station_smart_charging", "station_reservation", "station_firmware"}

pytestmark = pytest.mark.asyncio


class HurriedClock(VirtualClock):
    """A script that waits on it does not wait."""

    async def sleep(self, seconds: float) -> None:
        await self.settle()
        await self.advance(seconds)


def scenario(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.scenario


@contextlib.asynccontextmanager
async def csms_at(folder: Path, name: str = "csms") -> AsyncIterator[Csms]:
    async with Csms(Config(database=f"sqlite:///{folder}/{name}.db", any_station=True, call_timeout=10.0)) as csms:
        await csms.store.write(lambda c: tags.put(c, tags.Tag("TAG-1")))
        yield csms


@dataclass
class Seat:
    """Where an example plays: the CSMS, its API, and what the station has sent."""

    csms: Csms
    api: httpx.AsyncClient
    said: list[tuple[str, dict[str, Any]]]

    async def play(self, name: str, *arguments: str) -> Station:
        """Run an example on a clock that hurries; the station must have kept every rule."""

        def observe(seen: Seen) -> None:
            if seen.sender == "station" and isinstance(seen.frame, Call):
                self.said.append((seen.frame.action, seen.frame.payload))

        given = (self.csms.api_url, *arguments) if name in NEEDS_API else arguments
        async with Station(self.csms.url, id="CP1", clock=HurriedClock(), observer=observe) as station:
            await station.until(lambda s: s.online, within=10)
            await scenario(name)(station, *given)
        assert [finding for finding in station.findings if finding.party == "station"] == []
        return station

    def sent(self, action: str) -> list[dict[str, Any]]:
        return [payload for name, payload in self.said if name == action]

    async def booked(self) -> dict[str, Any]:
        """The one transaction the CSMS knows of."""
        (transaction,) = (await self.api.get("/api/v1/transactions", params={"station": "CP1"})).json()
        return dict(transaction)


@pytest_asyncio.fixture
async def seat(tmp_path: Path) -> AsyncIterator[Seat]:
    async with csms_at(tmp_path) as csms, httpx.AsyncClient(base_url=csms.api_url, timeout=30) as api:
        yield Seat(csms, api, [])


async def test_the_session_is_booked(seat: Seat, capsys: pytest.CaptureFixture[str]) -> None:
    await seat.play("station_session", "TAG-1", "3600")

    booked = await seat.booked()
    assert (booked["idTag"], booked["meterStart"], booked["meterStop"]) == ("TAG-1", 0, 11_000)
    statuses = [payload["status"] for payload in seat.sent("StatusNotification") if payload["connectorId"] == 1]
    assert statuses == ["Available", "Preparing", "Charging", "Finishing", "Available"]
    assert capsys.readouterr().out == "11000 Wh, 11000 W\n"


async def test_what_happened_offline_is_delivered_whole_and_in_order(
    seat: Seat, capsys: pytest.CaptureFixture[str]
) -> None:
    await seat.play("station_offline", "TAG-1", "5")

    told = [action for action, _ in seat.said if action in ("StartTransaction", "MeterValues", "StopTransaction")]
    assert told == ["StartTransaction", *["MeterValues"] * 5, "StopTransaction"]
    assert [action for action, _ in seat.said].count("BootNotification") == 2
    (stop,) = seat.sent("StopTransaction")
    assert stop["reason"] == "PowerLoss"
    booked = await seat.booked()
    assert booked["transactionId"] == stop["transactionId"]
    assert booked["meterStop"] == stop["meterStop"] == 15
    assert capsys.readouterr().out == "6 messages wait for the CSMS\n"


async def test_the_limit_of_the_csms_is_seen_at_the_meter(seat: Seat, capsys: pytest.CaptureFixture[str]) -> None:
    await seat.play("station_smart_charging")

    samples = [entry for payload in seat.sent("MeterValues") for entry in payload["meterValue"][0]["sampledValue"]]
    assert [one["value"] for one in samples if one["measurand"] == "Power.Active.Import"] == ["4140.0", "4140.0"]
    assert capsys.readouterr().out == "4140 W of 11000 W\n"


async def test_the_transaction_names_the_reservation(seat: Seat, capsys: pytest.CaptureFixture[str]) -> None:
    await seat.play("station_reservation")

    (start,) = seat.sent("StartTransaction")
    assert (start["idTag"], start["reservationId"]) == ("TAG-1", 7)
    booked = await seat.booked()
    assert (booked["idTag"], booked["reservationId"]) == ("TAG-1", 7)
    (reservation,) = (await seat.api.get("/api/v1/reservations", params={"station": "CP1"})).json()
    assert reservation["state"] == "used"
    assert capsys.readouterr().out == f"transaction {booked['transactionId']} used up reservation 7\n"


async def test_the_file_is_fetched_and_run(seat: Seat, capsys: pytest.CaptureFixture[str]) -> None:
    await seat.play("station_firmware", "7.7.7")

    assert [boot.get("firmwareVersion") for boot in seat.sent("BootNotification")] == [None, "7.7.7"]
    (job,) = (await seat.api.get("/api/v1/jobs")).json()
    (transfer,) = (await seat.api.get(f"/api/v1/jobs/{job['job_id']}")).json()["transfers"]
    assert (transfer["direction"], transfer["name"]) == ("download", "firmware.bin")
    assert capsys.readouterr().out == "runs 7.7.7\n"


EXPECTED = {
    "station_session": "W\n",
    "station_offline": " messages wait for the CSMS\n",
    "station_smart_charging": "4140 W of 11000 W\n",
    "station_reservation": " used up reservation 7\n",
    "station_firmware": "runs 2.0.0\n",
}


async def test_each_runs_as_a_script(tmp_path: Path) -> None:
    """As a user runs them, two at a time, each with a CSMS of its own."""
    turn = asyncio.Semaphore(2)
    assert {path.stem for path in EXAMPLES.glob("station_*.py")} == set(EXPECTED)

    async def play(name: str) -> tuple[str, int | None, str, str]:
        async with turn, csms_at(tmp_path, name) as csms:
            arguments = ["--", csms.api_url] if name in NEEDS_API else ["--", "TAG-1", "2"]
            options = ["--script", str(EXAMPLES / f"{name}.py"), *arguments]
            return name, *await outcome("-m", "simulator.cli.main", csms.url, *options)

    for name, code, out, err in await asyncio.gather(*map(play, EXPECTED)):
        assert (name, code, err) == (name, 0, "")
        assert EXPECTED[name] in out


async def test_an_example_is_a_program(tmp_path: Path) -> None:
    async with csms_at(tmp_path) as csms:
        code, out, err = await outcome(str(EXAMPLES / "station_reservation.py"), csms.url, csms.api_url)
    assert (code, err) == (0, "")
    assert out.endswith("used up reservation 7\n")


async def outcome(*arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out.decode(), err.decode()
