"""The table of 1.6 §4.9 on the wire: each change it allows, and no other, whatever happens.

Rules STAT-02, STAT-03, STAT-09, TX-14.
"""

import itertools
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from ocppj.times import timestamp
from simulator import NotPossible, Station, VirtualClock
from simulator.v16.connectors.connector import Connector, Reservation
from simulator.v16.connectors.status import STATION_STATUSES, TRANSITIONS, IllegalTransition
from simulator.v16.connectors.transaction import Transaction
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.v16.connectors.test_status import ORDER, TABLE

pytestmark = pytest.mark.asyncio

LATER = datetime(2027, 1, 1, tzinfo=UTC)


def make(connector: Connector, status: str) -> None:
    """Let be true what belongs to a status, and nothing else."""
    going_on = status in ("Charging", "SuspendedEV", "SuspendedEVSE")
    connector.transaction = Transaction(1, 1, "TAG", LATER, 0) if going_on else None
    connector.limit = 0.0 if status == "SuspendedEVSE" else None
    connector.ev_paused = status == "SuspendedEV"
    connector.cable = connector.vehicle = going_on or status in ("Preparing", "Finishing")
    connector.finished = status == "Finishing"
    connector.reservation = Reservation(1, 1, "TAG", None, LATER) if status == "Reserved" else None
    connector.operative = status != "Unavailable"
    connector.repair()
    if status == "Faulted":
        connector.break_down("GroundFailure", None, None)
    connector.update()


def set_out(connector: Connector, status: str) -> None:
    """Let a connector be in a status, without a way to it."""
    connector.context.supplied.on = False
    make(connector, status)
    connector.context.supplied.on = True
    connector.begin()


@pytest.mark.parametrize("cell", TABLE)
async def test_stat_02_each_change_of_the_table(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, cell: str
) -> None:
    connector = station.connector(1)
    before, after = ORDER["ABCDEFGHI".index(cell[0])], ORDER[int(cell[1]) - 1]
    set_out(connector, before)
    await clock.settle()
    csms.forget()
    make(connector, after)
    await clock.settle()

    assert csms.statuses(1) == [after]
    report = csms.payloads("StatusNotification")[0]
    assert report["errorCode"] == ("GroundFailure" if after == "Faulted" else "NoError")


def in_the_table(before: str, after: str) -> bool:
    return f"{'ABCDEFGHI'[ORDER.index(before)]}{ORDER.index(after) + 1}" in TABLE


OTHERS = [(before, after) for before, after in itertools.permutations(ORDER, 2) if not in_the_table(before, after)]
NO_WAY = {
    *((before, "Finishing") for before in ("Available", "Reserved", "Unavailable")),
    *((before, "Preparing") for before in ("Charging", "SuspendedEV", "SuspendedEVSE")),
    *((before, "Reserved") for before in ("Charging", "SuspendedEV", "SuspendedEVSE")),
}
"""Where not even a status in between leads on: a session does not begin again, and none ends that was not begun."""


@pytest.mark.parametrize(("before", "after"), OTHERS)
async def test_stat_02_and_no_other_change(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, before: str, after: str
) -> None:
    connector = station.connector(1)
    set_out(connector, before)
    await clock.settle()
    csms.forget()
    with pytest.raises(IllegalTransition) if (before, after) in NO_WAY else nullcontext():
        make(connector, after)
    await clock.settle()

    told = csms.statuses(1)
    if (before, after) in NO_WAY:
        assert told == []
    else:
        assert len(told) == 2
        assert told[-1] == after
        assert [step for step in itertools.pairwise([before, *told]) if not in_the_table(*step)] == []
    set_out(connector, "Available")


# --- whatever happens -------------------------------------------------------------------------------------------------


def happenings(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> list[Callable[[Random], Awaitable[object]]]:
    """What drivers, the CSMS, the world and time do to a station."""

    async def reserve(r: Random) -> None:
        minutes = r.randint(1, 9)
        await csms.call(
            "ReserveNow",
            reservationId=r.randint(1, 3),
            connectorId=r.randint(0, 2),
            idTag=r.choice(["A", "B"]),
            expiryDate=timestamp(clock.now() + timedelta(minutes=minutes)),
        )

    async def flicker(r: Random) -> None:
        await station.lose_network()
        await clock.advance(r.choice([0, 30, 200]))
        station._parts.power.restore_network()
        await station.until(lambda s: s.online, within=5)

    async def blackout(r: Random) -> None:
        await station.cut_power(graceful=r.random() < 0.5)
        await clock.advance(r.choice([0, 30, 400]))
        await station.restore_power()
        await station.until(lambda s: s.online, within=5)

    async def reset(r: Random) -> None:
        await csms.call("Reset", type=r.choice(["Hard", "Soft"]))
        await station.until(lambda s: not s.powered, within=5)
        await clock.advance(5)
        await station.until(lambda s: s.online, within=5)

    async def available(r: Random) -> None:
        kind = r.choice(["Operative", "Operative", "Inoperative"])
        await csms.call("ChangeAvailability", connectorId=r.randint(0, 2), type=kind)

    async def fault(r: Random) -> None:
        await station.raise_fault(r.randint(0, 2), r.choice(["GroundFailure", "WeakSignal", "EVCommunicationError"]))

    return [
        lambda r: station.plug_in(r.randint(1, 2)),
        lambda r: station.plug_in(r.randint(1, 2)),
        lambda r: station.unplug(r.randint(1, 2), r.choice(["both", "vehicle", "station"])),
        lambda r: station.unplug(r.randint(1, 2)),
        lambda r: station.present(r.choice(["A", "B", "BAD"]), r.choice([1, 2, None])),
        lambda r: station.present(r.choice(["A", "B"]), r.randint(1, 2)),
        lambda r: station.pause_ev(r.randint(1, 2)),
        lambda r: station.resume_ev(r.randint(1, 2)),
        fault,
        lambda r: station.clear_fault(0),
        lambda r: station.clear_fault(r.randint(0, 2)),
        lambda r: station.jam_lock(r.randint(1, 2), r.random() < 0.3),
        available,
        available,
        reserve,
        lambda r: csms.call("CancelReservation", reservationId=r.randint(1, 3)),
        lambda r: csms.call("RemoteStartTransaction", idTag=r.choice(["A", "B", "BAD"]), connectorId=r.randint(1, 2)),
        lambda r: csms.call("RemoteStopTransaction", transactionId=max(1, len(csms.payloads("StartTransaction")))),
        lambda r: csms.call("UnlockConnector", connectorId=r.randint(1, 2)),
        lambda r: csms.call("ChangeConfiguration", key="StopTransactionOnInvalidId", value=r.choice(["true", "false"])),
        lambda r: clock.advance(r.choice([1, 60, 130])),
        flicker,
        blackout,
        reset,
    ]


@pytest.mark.parametrize("seed", range(20))
async def test_stat_02_stat_03_whatever_happens(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, seed: int
) -> None:
    station = await start()
    chance = Random(seed)
    csms.answers["Authorize"] = lambda p: {"idTagInfo": {"status": "Invalid" if p["idTag"] == "BAD" else "Accepted"}}
    accepted = csms.answers["StartTransaction"]

    def begin(payload: dict) -> dict:
        assert callable(accepted)
        answer = accepted(payload)
        answer["idTagInfo"] = {"status": "Blocked" if chance.random() < 0.2 else "Accepted"}
        return answer

    csms.answers["StartTransaction"] = begin
    acts = happenings(station, csms, clock)
    seen: dict[int, str] = dict.fromkeys((1, 2), "Available")
    read = len(csms.received)
    for _ in range(60):
        act = chance.choice(acts)
        outage = act in acts[-3:]
        try:
            await act(chance)
        except NotPossible:
            continue  # the world refuses
        await clock.settle()
        for action, payload in csms.received[read:]:
            if action != "StatusNotification":
                continue
            connector, status = payload["connectorId"], payload["status"]
            if connector == 0:
                assert status in STATION_STATUSES
            elif not outage and seen[connector] != status:  # after an outage there is no history (rule STAT-07)
                assert status in TRANSITIONS[seen[connector]], (connector, seen[connector], status)
            if payload["errorCode"] == "EVCommunicationError":
                assert status in ("Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing"), status
            seen[connector] = status
        read = len(csms.received)
        assert {number: one.status for number, one in enumerate(station.connectors, 1)} == {n: seen[n] for n in (1, 2)}

    station._parts.sessions.stop_all("Other")
    await station.delivered()
    starts, stops = csms.payloads("StartTransaction"), csms.payloads("StopTransaction")
    assert sorted(stop["transactionId"] for stop in stops) == list(range(1, len(starts) + 1))
    for stop in stops:
        assert stop["meterStop"] >= starts[stop["transactionId"] - 1]["meterStart"]
    assert station.findings == []
