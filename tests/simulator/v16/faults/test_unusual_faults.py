"""Defects that only `plugproof fuzz` sees: what shows each of them, and that an ordinary session does not.

So there is no scene of a case that could prove them. That each is found is in
`tests/harness/instruments/fuzzing/test_faults.py`.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ocppj.errors import CallTimeout
from ocppj.frames import CallError, CallResult
from simulator import Station, VirtualClock
from simulator.v16.faults import set_faults
from simulator.v16.faults.rules import unusual
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.v16.faults.table import FUZZED

pytestmark = pytest.mark.asyncio

NAMES = [fault.name for fault in unusual.faults()]
WAIT_S = 0.2
"""How long an answer is waited for that a broken station does not give; one that comes, comes at once."""
BROKEN = {"RPC-13", "RPC-14", "ERR-08"}
"""Rules that the broken stations break, beside what is looked at here."""
CRASH = "4 InternalError"
SCHEDULE = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0}]}
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": SCHEDULE,
}

Sent = tuple[str, str, Any]
"""Id, action and payload of a CALL of the CSMS."""


def reserve(id: str, at: str) -> Sent:
    payload = {"connectorId": 1, "expiryDate": at, "idTag": "T", "reservationId": 1}
    return id, "ReserveNow", payload


def data(id: str, text: str) -> Sent:
    return id, "DataTransfer", {"vendorId": "v", "data": text}


def start(id: str, tag: str) -> Sent:
    return id, "RemoteStartTransaction", {"idTag": tag}


def stop(id: str, transaction: int) -> Sent:
    return id, "RemoteStopTransaction", {"transactionId": transaction}


def clear(id: str) -> Sent:
    return id, "ClearCache", {}


SHOWN: dict[str, tuple[list[Sent], list[str], list[str]]] = {
    "null-payload-crashes": (
        [("1", "Reset", None), ("2", "GetConfiguration", {"key": None})],
        [CRASH, "4 TypeConstraintViolation"],
        ["4 OccurenceConstraintViolation", "4 TypeConstraintViolation"],
    ),
    "long-tag-accepted": (
        [start("1", "X" * 51), start("2", "X" * 50), ("3", "RemoteStartTransaction", [])],
        ["3 Accepted", "4 PropertyConstraintViolation", "4 TypeConstraintViolation"],
        ["4 PropertyConstraintViolation", "4 PropertyConstraintViolation", "4 TypeConstraintViolation"],
    ),
    "repeated-id-silences": (
        [clear("1"), clear("1"), clear("2")],
        ["3 Accepted", "nothing", "nothing"],
        ["3 Accepted"] * 3,
    ),
    "repeated-id-answered-twice": (
        [clear("1"), clear("1"), clear("2")],
        ["3 Accepted", "3 Accepted, 3 Accepted", "3 Accepted"],
        ["3 Accepted"] * 3,
    ),
    "unknown-action-accepted": (
        [("1", "NoSuchAction", {}), ("2", "Heartbeat", {})],
        ["3 None", "4 NotSupported"],
        ["4 NotImplemented", "4 NotSupported"],
    ),
    "schedule-missing-accepted": (
        [
            ("1", "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": PROFILE}),
            ("2", "SetChargingProfile", {"connectorId": 1}),
        ],
        ["3 Accepted", "4 OccurenceConstraintViolation"],
        ["4 OccurenceConstraintViolation"] * 2,
    ),
    "unicode-crashes": (
        [data("1", "\u00e9"), data("2", "e")],
        [CRASH, "3 UnknownVendorId"],
        ["3 UnknownVendorId"] * 2,
    ),
    "nul-crashes": ([data("1", "\0"), data("2", "x")], [CRASH, "3 UnknownVendorId"], ["3 UnknownVendorId"] * 2),
    "offset-refused": (
        [reserve("1", "2099-01-01T00:00:00+02:00"), reserve("2", "2099-01-01T00:00:00Z")],
        ["4 FormationViolation", "3 Accepted"],
        ["3 Accepted"] * 2,
    ),
    "largest-number-crashes": (
        [stop("1", 2**31 - 1), stop("2", 2**31 - 2)],
        [CRASH, "3 Rejected"],
        ["3 Rejected"] * 2,
    ),
}
"""Fault -> CALLs, what comes back from the broken station, and from the right one."""


async def answers(csms: ScriptedCsms, sent: list[Sent]) -> list[str]:
    """What comes back for each CALL, in a word."""
    peer = csms.peer
    assert peer is not None
    heard: list[CallResult | CallError] = []
    peer._observer = lambda seen: (
        heard.append(seen.frame)
        if seen.sender == "station" and isinstance(seen.frame, CallResult | CallError)
        else None
    )
    found = []
    for id, action, payload in sent:
        mark = len(heard)
        try:
            await peer.exchange(action, payload, timeout=WAIT_S, id=id)
        except CallTimeout:
            found.append("nothing")
            continue
        await peer.ping()  # the pong comes behind all that the station had to say
        found.append(", ".join(word(frame) for frame in heard[mark:]))
    return found


def word(frame: CallResult | CallError) -> str:
    return f"4 {frame.code}" if isinstance(frame, CallError) else f"3 {frame.payload.get('status')}"


async def test_every_one_has_its_messages() -> None:
    assert SHOWN.keys() == set(NAMES) == FUZZED


@pytest.mark.parametrize("name", NAMES)
async def test_it_shows_at_these_messages(start: StartStation, csms: ScriptedCsms, name: str) -> None:
    sent, broken, right = SHOWN[name]
    station = await start()
    assert await answers(csms, sent) == right

    csms.excused |= BROKEN
    set_faults(station, [name])
    await reconnected(station, csms)

    assert await answers(csms, [(f"b{id}", action, payload) for id, action, payload in sent]) == broken


async def reconnected(station: Station, csms: ScriptedCsms) -> None:
    """Some faults act on the next connection."""
    before = csms.connections
    await station.parts.link.reconnect()
    await csms.until(lambda: csms.connections > before and csms.peer is not None)
    await asyncio.sleep(0)


async def test_an_ordinary_session_shows_none(start: StartStation, csms: ScriptedCsms, clock: VirtualClock) -> None:
    station = await start()
    set_faults(station, NAMES)
    await reconnected(station, csms)
    csms.forget()

    assert await csms.call("RemoteStartTransaction", idTag="TAG-1", connectorId=1) == {"status": "Accepted"}
    await station.plug_in(1)
    await clock.settle()
    (begun,) = csms.payloads("StartTransaction")
    assert await csms.call("RemoteStopTransaction", transactionId=1) == {"status": "Accepted"}
    await clock.settle()

    assert begun["idTag"] == "TAG-1"
    assert len(csms.payloads("StopTransaction")) == 1


async def test_where_two_faults_of_refusals_meet_the_one_given_later_decides(
    start: StartStation, csms: ScriptedCsms
) -> None:
    station = await start()
    set_faults(station, ["null-payload-crashes", "unknown-action-accepted"])
    await reconnected(station, csms)

    assert await answers(csms, [("1", "NoSuchAction", None), ("2", "Reset", None)]) == ["3 None", CRASH]
