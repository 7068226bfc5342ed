"""Who of a fleet is there (connected, accepted, online, refused, lost), and what that does to the verdict."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from ocppj.errors import OcppError
from simulator import Station, VirtualClock
from simulator.fleet import Fleet, Plan
from simulator.fleet.counting.standing import Stations
from simulator.fleet.report.judging.limits import parse_limit
from simulator.fleet.report.result import Measured, result
from simulator.fleet.report.show import connections
from tests.simulator.support.scripted_csms import ScriptedCsms

pytestmark = pytest.mark.asyncio

QUIET: dict[str, Any] = {"session_every": 0.0, "meter_every": 0.0}


@asynccontextmanager
async def running(csms: ScriptedCsms, clock: VirtualClock | None, **plan: Any) -> AsyncIterator[Fleet]:
    """A fleet of three whose time is over in an hour, once the first boots have come to something.

    A virtual clock stands still as long as a station waits for the first usable answer to its boot.
    """
    facts = {"stations": 3, "ramp": 3.0, "duration": 3600.0, "seed": 7, **QUIET, **plan}
    fleet = Fleet(Plan(csms.url, **facts), clock=clock)
    run = asyncio.create_task(fleet.run())
    await asyncio.sleep(0)
    if clock is None:
        await until(lambda: fleet.stations.switched_on == 3 and not fleet.stations.coming)
    else:
        await clock.advance(2.0)
    try:
        yield fleet
    finally:
        fleet.stop()
        async with asyncio.timeout(30):
            await run


async def until(condition: Callable[[], object]) -> None:
    """Wait for what happens at sockets, in real time."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - there is no event for what a socket does
            await asyncio.sleep(0.01)


def judged(fleet: Fleet, *limits: str, in_time: bool = True) -> tuple[str, str]:
    """The verdict of the run and its reason."""
    given = [parse_limit(text, ("Authorize", "Heartbeat")) for text in limits]
    whole = result(fleet, Measured(datetime.now(UTC), 1.0, 1.0, in_time, given))
    return whole["verdict"], whole["reason"]


async def test_stations_whose_csms_was_killed_are_lost_and_the_run_is_no_pass(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async with running(csms, clock) as fleet:
        assert fleet.stations == Stations(3, 3, 3, 3, 0, 0)
        assert judged(fleet)[0] == "PASS"
        await csms.stop()
        await until(lambda: fleet.online == 0)
        await clock.advance(30.0)
        await until(lambda: fleet.tally.not_connected >= 3)

        assert fleet.stations == Stations(3, 3, 3, 0, 0, 3)
        assert fleet.tally.lost == 3
        verdict, reason = judged(fleet)
        assert (verdict, reason) == ("FAIL", "3 stations were lost at the end: accepted once, and offline")
        assert judged(fleet, "lost <= 3")[0] == "PASS"
        assert judged(fleet, "lost < 1%")[0] == "FAIL"
        assert judged(fleet, "online >= 1")[1] == ("online is 0 of 3 stations switched on, the limit is online >= 1")
        assert connections(fleet).splitlines()[:2] == [
            "stations: 3 switched on, 3 connected, 3 accepted, 0 online, 0 refused, 3 lost",
            f"connections: {fleet.tally.attempts} attempts, {fleet.tally.not_connected} failed, "
            "3 dropped by the CSMS or the network",
        ]
        assert "  failed: " in connections(fleet)
    assert fleet.stations.lost == 3, "what they were at the end stays, though all are taken away"


async def test_a_storm_of_new_connections_is_no_loss(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with running(csms, clock) as fleet:
        await csms.stop()
        await until(lambda: fleet.online == 0)
        await csms.start()
        await clock.advance(60.0)
        await until(lambda: fleet.online == 3)

        assert (fleet.stations.lost, fleet.tally.lost) == (0, 3)
        assert judged(fleet) == (
            "PASS",
            "the fleet ran, no limit was set; of 3 stations 3 accepted, all online at the end",
        )
        assert judged(fleet, "dropped < 1%")[0] == "FAIL"


async def test_an_outage_that_was_planned_is_no_loss_but_what_it_hides_is(
    csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async with running(csms, clock) as fleet:
        member = fleet.members[2]
        await member.station.lose_network()
        assert fleet.stations == Stations(3, 3, 3, 2, 0, 0)
        assert judged(fleet)[0] == "PASS"
        assert judged(fleet, "online >= 100%")[0] == "FAIL"

        await csms.stop()
        await member.station.restore_network()
        await until(lambda: member.standing.is_cut_off)
        assert fleet.stations.lost == 3


async def test_a_station_that_the_csms_resets_is_no_loss(csms: ScriptedCsms, clock: VirtualClock) -> None:
    async with running(csms, clock, stations=1) as fleet:
        (member,) = fleet.members.values()
        assert (await csms.call("Reset", type="Hard"))["status"] == "Accepted"
        station = member.station
        assert isinstance(station, Station)
        await until(lambda: not station.powered)
        assert fleet.stations == Stations(1, 1, 1, 0, 0, 0)
        assert judged(fleet)[0] == "PASS"


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "Rejected", "currentTime": "2026-01-01T00:00:00Z", "interval": 900},
        {"status": "Pending", "currentTime": "2026-01-01T00:00:00Z", "interval": 900},
        {"status": "Perhaps", "currentTime": "2026-01-01T00:00:00Z", "interval": 900},
        OcppError("InternalError", "no"),
    ],
)
async def test_stations_that_are_not_accepted_are_refused_and_the_run_is_no_pass(
    csms: ScriptedCsms, answer: Any
) -> None:
    accepted, served = csms.answers["BootNotification"], iter((True, False, False))
    csms.answers["BootNotification"] = lambda _: accepted if next(served) else _raised(answer)
    async with running(csms, None, ramp=100.0) as fleet:
        assert fleet.stations == Stations(3, 3, 1, 1, 2, 0)
        verdict, reason = judged(fleet, "all errors < 99%")
        assert verdict == "FAIL"
        assert reason.startswith("2 of 3 stations were never accepted by the CSMS; 2 boots ended with")
        assert judged(fleet, "accepted >= 33%", "refused <= 2")[0] == "PASS"


def _raised(answer: Any) -> Any:
    if isinstance(answer, OcppError):
        raise answer
    return answer


async def test_nobody_was_reached_is_nothing_conclusive(csms: ScriptedCsms) -> None:
    await csms.stop()
    async with running(csms, None, ramp=100.0) as fleet:
        verdict, reason = judged(fleet, "all errors < 1%", "lost <= 0")
        assert verdict == "INCONCLUSIVE"
        assert reason.startswith("no station was ever connected; ")
        assert "the connection was refused; is the CSMS running, and is this its port?" in reason
        assert fleet.stations == Stations(3, 0, 0, 0, 0, 0)


async def test_who_was_switched_on_last_has_the_grace_to_be_accepted(csms: ScriptedCsms) -> None:
    asked, go, accepted = asyncio.Event(), asyncio.Event(), csms.answers["BootNotification"]

    async def hesitates(_: object) -> Any:
        asked.set()
        await go.wait()
        return accepted

    csms.answers["BootNotification"] = hesitates
    fleet = Fleet(Plan(csms.url, stations=1, duration=0.2, grace=30.0, **QUIET))
    run = asyncio.create_task(fleet.run())
    async with asyncio.timeout(20):
        await asked.wait()
        await until(lambda: fleet.lasted)
        assert fleet.stations.coming == 1
        go.set()
        assert await run is True
    assert fleet.stations == Stations(1, 1, 1, 1, 0, 0)


async def test_a_boot_that_is_never_answered_is_not_accepted(csms: ScriptedCsms) -> None:
    csms.answers["BootNotification"] = lambda _: asyncio.Event().wait()
    fleet = Fleet(Plan(csms.url, stations=1, duration=0.3, grace=0.2, **QUIET))
    async with asyncio.timeout(20):
        await fleet.run()
    assert fleet.stations.coming == 1
    assert judged(fleet)[0] == "FAIL"
    assert judged(fleet, in_time=False) == ("INCONCLUSIVE", f"interrupted after {fleet.lasted:.1f} s of 0.3 s")
    csms.answers["BootNotification"] = {}


async def test_what_is_no_frame_is_a_problem_and_nothing_that_python_complains_about(
    csms: ScriptedCsms, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(csms, clock, stations=1) as fleet:
        (connection,) = csms.sockets
        connection.transport.write(b"\xff\xff\xff\xff")
        await until(lambda: fleet.online == 0)
        await until(lambda: fleet.tally.problems)
        assert list(fleet.tally.problems) == [
            "the CSMS sent what is no WebSocket frame: Received frame with invalid opcode=0xf"
        ]
        assert (fleet.tally.lost, fleet.stations.lost) == (1, 1)
    assert [record for record in caplog.records if record.name.startswith("plugproof.fleet")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no address of 127/8 but the first is this machine")
@pytest.mark.parametrize("processes", [1, 2])
async def test_stations_connect_from_the_addresses_that_were_given_in_turn(csms: ScriptedCsms, processes: int) -> None:
    addresses = ("127.0.0.2", "127.0.0.3")
    parts = [
        Fleet(Plan(csms.url, stations=4, ramp=100.0, sources=addresses, first=first, step=processes, **QUIET))
        for first in range(1, processes + 1)
    ]
    runs = [asyncio.create_task(fleet.run()) for fleet in parts]
    await until(lambda: sum(fleet.stations.accepted for fleet in parts) == 4)

    came_from = {
        path.rpartition("/")[2]: socket.remote_address[0] for path, socket in zip(csms.paths, csms.sockets, strict=True)
    }
    assert came_from == {f"FLEET-0000{number}": addresses[(number - 1) % 2] for number in range(1, 5)}
    for fleet in parts:
        fleet.stop()
    await asyncio.gather(*runs)


async def test_a_handshake_may_wait_as_long_as_a_call(csms: ScriptedCsms) -> None:
    """A CSMS to which all come at once serves them one after the other."""
    for call_timeout, patience in ((1.0, 10.0), (30.0, 30.0)):
        fleet = Fleet(Plan(csms.url, call_timeout=call_timeout))
        assert fleet._dialler.open_timeout == patience
        await fleet.close()
