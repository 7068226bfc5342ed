"""The example works as printed, and the facade gives what a script needs."""

import asyncio
import importlib.util

import pytest

from ocppj.evidence.trace import Trace
from simulator import Station, VirtualClock
from simulator.hardware.make import Facts
from simulator.v201.station import Station as Station201
from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

EXAMPLE = ROOT / "examples" / "station_session.py"


@pytest.mark.asyncio
async def test_the_example_charges_for_ten_seconds(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    spec = importlib.util.spec_from_file_location("station_session", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)

    running = asyncio.create_task(example.scenario(station))
    await station.until(lambda s: s.connector(1).status == "Charging", within=5)
    await clock.advance(10)
    await running

    assert csms.payloads("StopTransaction")[0]["timestamp"] == "2026-01-01T00:00:10.000Z"
    assert csms.statuses(1) == ["Preparing", "Charging", "Finishing", "Available"]


@pytest.mark.asyncio
async def test_a_trace_has_every_frame(start: StartStation, csms: ScriptedCsms, clock: VirtualClock) -> None:
    trace = Trace()
    station = await start(connectors=1, trace=trace)
    await csms.call("ClearCache")

    frames = [entry.direction for entry in trace.entries if entry.kind == "frame"]
    assert frames[:2] == ["station->csms", "csms->station"]
    assert frames[-2:] == ["csms->station", "station->csms"]
    assert station.findings == []


@pytest.mark.asyncio
async def test_findings_are_kept_over_connections(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    assert csms.peer is not None
    await csms.peer.send_raw('[3,"stray",{}]')
    await csms.call("ClearCache")
    await station.lose_network()
    await station.restore_network()
    await clock.settle()

    assert [(finding.rule, finding.party) for finding in station.findings] == [("RPC-14", "csms")]


@pytest.mark.asyncio
async def test_stopping_in_the_middle_of_a_call_leaves_nothing_behind(csms: ScriptedCsms) -> None:
    asked = asyncio.Event()
    csms.excused = {"RPC-15", "RPC-16"}

    async def never(_: dict) -> dict:
        asked.set()
        return await asyncio.get_running_loop().create_future()

    csms.answers["Authorize"] = never
    async with Station(csms.url, id="CP1") as station:
        await station.until(lambda s: s.online, within=5)
        presenting = asyncio.create_task(station.present("TAG-1", 1))
        await asked.wait()
    await presenting

    assert station.connector(1).transaction is None
    assert not station.connected


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"connectors": 0}, "at least one connector"),
        ({"phases": 4}, "phases is 1, 2 or 3"),
        ({"reboot": -1.0}, "zero seconds or more"),
    ],
)
def test_a_wrong_station_is_refused_with_a_sentence(options: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Station("ws://127.0.0.1:1/ocpp", id="CP1", **options)


@pytest.mark.parametrize("make", [Station, Station201], ids=["1.6", "2.0.1"])
@pytest.mark.parametrize("said", [{"connectors": 1}, {"fixed_cable": False}, {"power": 7_000.0, "resumes": True}])
def test_how_a_station_is_built_is_said_once(make: type[Station] | type[Station201], said: dict) -> None:
    with pytest.raises(ValueError, match=f"^facts and {', '.join(said)} exclude each other; say in facts how"):
        make("ws://127.0.0.1:1/ocpp", id="CP1", facts=Facts(), **said)
