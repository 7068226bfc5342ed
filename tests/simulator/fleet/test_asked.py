"""What the CSMS asks of a fleet: each CALL is answered and done, and counted with the time that the stations took."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import pytest_asyncio

from csms_core import Config, Csms
from csms_core.store import stations, tags
from ocppj.errors import CallRefused
from simulator import Station, VirtualClock
from simulator.files import transfer
from simulator.fleet import Fleet, Plan
from simulator.fleet.counting.tally import MOST_ASKED, Tally
from simulator.fleet.report.judging.limits import parse_limit
from simulator.fleet.report.result import Measured, result
from simulator.fleet.report.show import connections
from simulator.hardware.make import Facts
from simulator.v16.profiles.firmware import make_image
from tests.simulator.fleet.processes.test_processes import SCHEMA
from tests.simulator.support.files import http_folder
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio

NUMBER = 4
ONE = "FLEET-00001"


@pytest_asyncio.fixture
async def csms(tmp_path: Path) -> AsyncIterator[Csms]:
    async with Csms(Config(database=f"sqlite:///{tmp_path}/csms.db")) as csms:
        for number in range(1, NUMBER + 1):
            await csms.store.write(partial(stations.put, identity=f"FLEET-{number:05d}", at="2026-01-01T00:00:00.000Z"))
        await csms.store.write(lambda c: tags.put(c, tags.Tag("TAG-1")))
        yield csms


def quick(url: str, **options: Any) -> Station:
    """A station that is up again soon."""
    return Station(url, **options, facts=Facts(connectors=1, journal=0, reboot=0.05, installation=0.05))


@asynccontextmanager
async def running(csms: Csms, **plan: Any) -> AsyncIterator[Fleet]:
    """A fleet that nobody charges at, all online; at its end nobody has broken a rule."""
    facts = {"stations": NUMBER, "ramp": 100.0, "duration": 300.0, "session_every": 0.0, "meter_every": 0.0, **plan}
    fleet = Fleet(Plan(csms.url, **facts), make=quick)
    run = asyncio.create_task(fleet.run())
    await until(lambda: fleet.online == NUMBER)
    try:
        yield fleet
    finally:
        fleet.stop()
        async with asyncio.timeout(30):
            await run
    assert fleet.tally.failures == 0, fleet.tally.problems
    assert fleet.tally.violations == {}


async def until(condition: Any) -> None:
    """Wait for what happens at sockets, in real time."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - there is no event for what a socket does
            await asyncio.sleep(0.01)


def station_of(fleet: Fleet, number: int = 1) -> Station:
    station = fleet.members[number].station
    assert isinstance(station, Station)
    return station


async def test_what_a_csms_asks_is_answered_done_and_counted(csms: Csms) -> None:
    async with running(csms) as fleet:
        ask = csms.operations["1.6"].perform
        station = station_of(fleet)
        profile = {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {
                "chargingRateUnit": "W",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 5000.0}],
            },
        }
        answers = {
            "GetConfiguration": await ask(ONE, "GetConfiguration", {"key": ["HeartbeatInterval"]}),
            "ChangeConfiguration": await ask(ONE, "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "77"}),
            "TriggerMessage": await ask(ONE, "TriggerMessage", {"requestedMessage": "Heartbeat"}),
            "SetChargingProfile": await ask(
                ONE, "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile}
            ),
            "ChangeAvailability": await ask(ONE, "ChangeAvailability", {"connectorId": 1, "type": "Operative"}),
            "ClearCache": await ask(ONE, "ClearCache", {}),
            "DataTransfer": await ask(ONE, "DataTransfer", {"vendorId": "org.example"}),
        }
        assert station.configuration["HeartbeatInterval"] == "77"
        await until(lambda: fleet.tally.actions["Heartbeat"].samples.count == 1)

        await station.plug_in(1)
        start = await ask(ONE, "RemoteStartTransaction", {"idTag": "TAG-1", "connectorId": 1})
        await until(lambda: station.connector(1).status == "Charging")
        assert station.connector(1).limit == 5000.0, "the profile holds"
        transaction = station.connector(1).transaction
        assert transaction is not None
        await until(lambda: transaction.transactionId is not None)
        stop = await ask(ONE, "RemoteStopTransaction", {"transactionId": transaction.transactionId})
        await until(lambda: station.connector(1).transaction is None)
        unlock = await ask(ONE, "UnlockConnector", {"connectorId": 1})
        reset = await ask(ONE, "Reset", {"type": "Soft"})
        await until(lambda: not station.online)
        await until(lambda: station.online)
        assert fleet.tally.actions["BootNotification"].sent == NUMBER + 1

    assert [one["status"] for one in (start, stop, reset)] == ["Accepted"] * 3
    assert unlock["status"] in ("Unlocked", "UnlockFailed")
    assert answers["DataTransfer"]["status"] in ("UnknownVendorId", "Rejected")
    facts = result(fleet, Measured(datetime.now(UTC), 1.0, 1.0, True))
    jsonschema.Draft202012Validator(SCHEMA).validate(facts)
    asked = facts["asked"]
    assert {*asked} >= {*answers, "RemoteStartTransaction", "RemoteStopTransaction", "UnlockConnector", "Reset"}
    assert sum(one["received"] for one in asked.values()) == facts["messages"]["calls_of_csms"]
    assert all(one["received"] == one["answered"] for one in asked.values())
    assert all(0 < one["milliseconds"]["p50"] <= one["milliseconds"]["max"] < 5000 for one in asked.values())
    assert sum(one["refused"] for one in asked.values()) == 0


async def test_what_a_station_refuses_and_what_is_made_up_is_counted_too(clock: VirtualClock) -> None:
    csms = ScriptedCsms()
    await csms.start()
    fleet = Fleet(Plan(csms.url, stations=1, session_every=0.0, meter_every=0.0), clock=clock)
    try:
        fleet.add(1)
        await clock.advance(1.0)
        for action in ("ChangeConfiguration", "Nonsense" * 20):
            with pytest.raises(CallRefused):
                await csms.call(action, key="HeartbeatInterval")
    finally:
        await fleet.close()
        await csms.stop()

    asked = fleet.tally.asked
    assert (asked["ChangeConfiguration"].sent, asked["ChangeConfiguration"].refused) == (1, 1)
    (made_up,) = [name for name in asked if name.startswith("Nonsense")]
    assert len(made_up) <= 60, "what the CSMS makes up is cut"
    assert (asked[made_up].sent, asked[made_up].refused, asked[made_up].samples.count) == (1, 1, 1)


async def test_made_up_actions_are_bounded_and_parts_add_up() -> None:
    tally, other = Tally(), Tally()
    for number in range(MOST_ASKED + 40):
        tally.asked[tally._asked(f"Action{number}")].sent += 1
    assert len(tally.asked) == MOST_ASKED + 1
    assert tally.asked["(others)"].sent == 40
    mark = tally.mark()
    tally.asked["Action1"].sent += 2
    tally.firmware["Installed"] += 3
    other.asked["Action1"].sent = 5
    other.firmware["Installed"] = 1
    tally.include(other)
    assert (tally.asked["Action1"].sent, tally.firmware["Installed"]) == (8, 4)
    since = tally.since(mark)
    assert (since.asked["Action1"].sent, since.firmware, mark.firmware) == (7, {"Installed": 4}, {})


# --- firmware that the CSMS orders ------------------------------------------------------------------------------------


async def test_firmware_that_the_csms_orders_of_all_is_fetched_installed_and_told(
    csms: Csms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two transfers at a time: the others wait for their turn, and none of them keeps the file."""
    monkeypatch.setattr(transfer, "AT_ONCE", 2)
    content = make_image("3.0.0", b"x" * 3_000_000)
    async with http_folder() as folder, running(csms) as fleet:
        folder.files = {"/fw.bin": content}
        order = {"location": f"{folder.url}/fw.bin", "retrieveDate": "2026-01-01T00:00:00Z"}
        ask = csms.operations["1.6"].perform
        await asyncio.gather(*(ask(f"FLEET-{n:05d}", "UpdateFirmware", order) for n in range(1, NUMBER + 1)))
        await until(lambda: fleet.tally.firmware["Installed"] == NUMBER)
        assert folder.requests == [("GET", "/fw.bin", b"")] * NUMBER
        told = [station_of(fleet, n).parts.registration.identity["firmwareVersion"] for n in range(1, NUMBER + 1)]

    assert told == ["3.0.0"] * NUMBER
    assert set(fleet.tally.firmware.values()) == {NUMBER}
    assert fleet.tally.asked["UpdateFirmware"].samples.count == NUMBER


# --- boots that are not accepted --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_boots_that_are_refused_are_counted_repeated_after_their_interval_and_accepted_in_the_end(
    csms: Csms, status: str
) -> None:
    at = "2026-01-01T00:00:00.000Z"
    refused = [f"FLEET-{number:05d}" for number in (2, 3)]
    for identity in refused:
        await csms.store.write(partial(stations.put, identity=identity, at=at, registration=status, interval=1))
    facts = {"stations": NUMBER, "ramp": 100.0, "duration": 300.0, "session_every": 0.0, "meter_every": 0.0}
    fleet = Fleet(Plan(csms.url, **facts))  # type: ignore[arg-type]
    run = asyncio.create_task(fleet.run())
    await until(lambda: fleet.stations.refused == 2 and fleet.online == NUMBER - 2)
    boots = fleet.tally.actions["BootNotification"].sent
    assert judged(fleet) == (
        "FAIL",
        f"2 of {NUMBER} stations were never accepted by the CSMS; 2 boots ended with Pending, "
        "Rejected or no usable answer",
    )
    assert judged(fleet, "refused <= 2", "accepted >= 50%")[0] == "PASS"
    assert judged(fleet, "refused <= 1", "accepted >= 50%")[0] == "FAIL"
    await until(lambda: fleet.tally.actions["BootNotification"].sent >= boots + 2)
    assert fleet.stations.refused == 2, "asked again, refused again"

    for identity in refused:
        await csms.store.write(partial(stations.put, identity=identity, at=at, registration="Accepted"))
    await until(lambda: fleet.online == NUMBER)
    assert (fleet.stations.refused, fleet.stations.accepted) == (0, NUMBER)
    assert judged(fleet)[0] == "PASS"
    fleet.stop()
    async with asyncio.timeout(30):
        await run
    assert fleet.tally.violations == {}, "nothing else was said before"


def judged(fleet: Fleet, *limits: str) -> tuple[str, str]:
    given = [parse_limit(text, ("Authorize",)) for text in limits]
    whole = result(fleet, Measured(datetime.now(UTC), 1.0, 1.0, True, given))
    return whole["verdict"], whole["reason"]


# --- stations that the CSMS is not to know ----------------------------------------------------------------------------


async def test_strangers_are_turned_away_again_and_again_and_nobody_else_is_counted_for_it(csms: Csms) -> None:
    async with running_with_strangers(csms) as fleet:
        known = NUMBER - fleet.stations.strangers
        assert 0 < fleet.stations.strangers < NUMBER
        assert (fleet.stations.switched_on, fleet.stations.accepted, fleet.stations.let_in) == (known, known, 0)
        assert (fleet.tally.attempts, fleet.tally.not_connected, fleet.tally.not_connected_by) == (known, 0, {})
        assert judged(fleet, "failed <= 0", "accepted >= 100%")[0] == "PASS"
        assert judged(fleet)[0] == "PASS"
        facts = result(fleet, Measured(datetime.now(UTC), 1.0, 1.0, True))
        jsonschema.Draft202012Validator(SCHEMA).validate(facts)
        assert f"; {NUMBER - known} strangers, 0 of them let in" in connections(fleet)
        assert facts["connections"]["turned_away"] >= 2 * facts["stations"]["strangers"]
    assert fleet.stations.strangers == NUMBER - known, "also when all are taken away"


async def test_a_stranger_that_is_let_in_is_a_fail(csms: Csms) -> None:
    plan = Plan(csms.url, stations=NUMBER, seed=3, strangers=0.5)
    for number in plan.numbers():
        if plan.is_stranger(number):
            at = "2026-01-01T00:00:00.000Z"
            await csms.store.write(partial(stations.put, identity=plan.identity(number), at=at))
    async with running_with_strangers(csms, lambda fleet: fleet.stations.let_in == fleet.stations.strangers) as fleet:
        assert judged(fleet)[0] == "FAIL"
        assert "that the CSMS is not to know" in judged(fleet)[1]


@asynccontextmanager
async def running_with_strangers(csms: Csms, enough: Any = None) -> AsyncIterator[Fleet]:
    facts = {"stations": NUMBER, "ramp": 100.0, "duration": 300.0, "session_every": 0.0, "meter_every": 0.0}
    fleet = Fleet(Plan(csms.url, **facts, seed=3, strangers=0.5, back_off=False))  # type: ignore[arg-type]
    run = asyncio.create_task(fleet.run())
    enough = enough or (lambda fleet: fleet.tally.turned_away >= 2 * (NUMBER - fleet.stations.switched_on))
    await until(lambda: len(fleet.members) == NUMBER and fleet.online == fleet.stations.switched_on and enough(fleet))
    yield fleet
    fleet.stop()
    async with asyncio.timeout(30):
        await run
