"""The smart charging cases of the test specification for a station, with the rules that they judge a station by."""

from typing import Any

import pytest

from simulator import Station, VirtualClock
from tests.simulator.support.scripted_csms import ScriptedCsms
from tests.simulator.v16.profiles.smart_charging.support import (
    MAXIMUM,
    POWER,
    TX,
    charge,
    clear,
    composite,
    install,
    powers,
)
from tests.simulator.v16.schedules.support import at, profile

pytestmark = pytest.mark.asyncio

LATE = 5  # seconds: maxTimeDeviation of the scenes


def scene(*periods: tuple[int, float], unit: str, **facts: Any) -> dict[str, Any]:
    """A profile of the cases: it began a little before the clock of the station, and its limits are in A or in kW."""
    scaled = [(start, limit * (1000 if unit == "W" else 1)) for start, limit in periods]
    return profile(*scaled, unit=unit, start=at(-LATE), **facts)


def steps(*periods: tuple[int, float], unit: str) -> list[tuple[int, float]]:
    """The periods that a case expects, by the seconds since its profiles began."""
    return [(max(0, start), limit * (1000 if unit == "W" else 1)) for start, limit in periods]


@pytest.mark.parametrize("unit", ["A", "W"])
@pytest.mark.parametrize("busy", [False, True])
async def test_tc_056_tc_082_a_default_for_the_next_and_for_the_running_transaction(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str, busy: bool
) -> None:
    if busy:
        await charge(station, clock, 1)
    assert await install(csms, clock, 1, scene((0, 6), unit=unit, duration=300 + LATE)) == "Accepted"
    assert await composite(csms, clock, 300, unit=unit) == steps((0, 6), unit=unit)
    assert powers(station) == [{"A": 4140.0, "W": 6000.0}[unit] if busy else 0.0, 0.0]


@pytest.mark.parametrize("unit", ["A", "W"])
async def test_tc_057_a_tx_profile(station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str) -> None:
    await charge(station, clock, 1)
    one = scene((0, 6), unit=unit, purpose=TX, transactionId=1)
    assert await install(csms, clock, 1, one) == "Accepted"
    assert await composite(csms, clock, 300, unit=unit) == steps((0, 6), unit=unit)


async def test_sc_01_sc_02_tc_058_a_tx_profile_needs_its_transaction(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    one = profile((0, 6), purpose=TX)
    assert await install(csms, clock, 1, {**one, "transactionId": 1}) == "Rejected"
    await charge(station, clock, 1)
    assert await install(csms, clock, 1, {**one, "transactionId": 2}) == "Rejected"
    assert await install(csms, clock, 2, {**one, "transactionId": 1}) == "Rejected"
    assert await install(csms, clock, 0, {**one, "transactionId": 1}) == "Rejected"
    assert await install(csms, clock, 1, profile((0, 6), purpose=MAXIMUM)) == "Rejected"
    assert powers(station) == [POWER, 0.0]
    assert await install(csms, clock, 1, {**one, "transactionId": 1}) == "Accepted"
    assert powers(station) == [4140.0, 0.0]


@pytest.mark.parametrize("cable_first", [False, True])
@pytest.mark.parametrize("kind", ["Absolute", "Relative"])
async def test_tc_059_a_remote_start_brings_its_profile(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, kind: str, cable_first: bool
) -> None:
    if cable_first:
        await station.plug_in(1)
    one = profile((0, 6), (60, 8), purpose=TX, kind=kind)
    answer = await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    assert answer == {"status": "Accepted"}
    await clock.settle()
    if not cable_first:
        await clock.advance(30)
        assert await composite(csms, clock) == [(0, 32)]
        await station.plug_in(1)
        await clock.settle()

    waited = 30 if kind == "Absolute" and not cable_first else 0
    assert await composite(csms, clock) == [(0, 6), (60 - waited, 8)]
    await clock.advance(60)
    assert powers(station) == [5520.0, 0.0]


@pytest.mark.parametrize(
    "one",
    [
        profile((0, 6)),
        profile((0, 6), purpose=MAXIMUM),
        profile((0, 6), purpose=TX, transactionId=1),
        profile((0, 6), purpose=TX, level=100),
    ],
)
async def test_tc_060_a_remote_start_with_another_profile_is_rejected(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, one: dict[str, Any]
) -> None:
    await station.plug_in(1)
    answer = await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    assert answer == {"status": "Rejected"}
    await clock.settle()
    assert csms.statuses(1) == ["Preparing"]


@pytest.mark.parametrize("unit", ["A", "W"])
async def test_sc_04_sc_08_tc_066_the_purposes_combined(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str
) -> None:
    await charge(station, clock, 1)
    valid = {"validFrom": at(-LATE), "validTo": at(-LATE + 401)}
    most = scene((0, 10), unit=unit, id=1, purpose=MAXIMUM, duration=86_400)
    default = scene((0, 6), (60, 10), (120, 8), (180, 15), (260, 8), unit=unit, id=2, duration=300, **valid)
    own = scene(*((0, 8), (50, 11), (140, 16), (200, 6), (240, 12)), unit=unit, id=3, purpose=TX, duration=260, **valid)
    for connector, one in ((0, most), (1, default), (1, own)):
        assert await install(csms, clock, connector, one) == "Accepted"
    await clock.advance(4)

    x = LATE + 4
    expected = steps((0, 8), (50 - x, 10), (200 - x, 6), (240 - x, 10), unit=unit)
    assert await composite(csms, clock, 400, unit=unit) == expected


@pytest.mark.parametrize("unit", ["A", "W"])
async def test_sc_13_tc_067_profiles_are_cleared_one_after_the_other(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str
) -> None:
    valid = {"validFrom": at(-LATE), "validTo": at(-LATE + 401)}
    profiles = [
        (1, scene((0, 6), (60, 8), (200, 10), unit=unit, id=10, level=1, duration=400)),
        (1, scene((0, 7), (100, 9), unit=unit, id=11, duration=400, **valid)),
        (0, scene((0, 11), (200, 12), unit=unit, id=12, purpose=MAXIMUM, duration=86_400, **valid)),
    ]
    for connector, one in profiles:
        assert await install(csms, clock, connector, one) == "Accepted"
    await clock.advance(4)
    x = LATE + 4
    before = steps((0, 6), (60 - x, 8), (200 - x, 10), unit=unit)
    assert await composite(csms, clock, 350, unit=unit) == before

    assert await clear(csms, clock, id=13) == "Unknown"
    assert await composite(csms, clock, 350, unit=unit) == before
    assert await clear(csms, clock, id=10) == "Accepted"
    assert await composite(csms, clock, 350, unit=unit) == steps((0, 7), (100 - x, 9), unit=unit)
    assert await clear(csms, clock, chargingProfilePurpose="TxDefaultProfile", stackLevel=0) == "Accepted"
    assert await composite(csms, clock, 350, unit=unit) == steps((0, 11), (200 - x, 12), unit=unit)
    assert await clear(csms, clock) == "Accepted"
    assert await composite(csms, clock, 350, unit=unit) == [(0, {"A": 32, "W": POWER}[unit])]
    assert await clear(csms, clock) == "Unknown"


@pytest.mark.parametrize("unit", ["A", "W"])
async def test_sc_04_tc_072_the_higher_level_goes_first_and_gives_way_at_its_end(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, unit: str
) -> None:
    valid = {"validFrom": at(-LATE), "validTo": at(-LATE + 401)}
    await install(csms, clock, 1, scene((0, 6), (100, 8), (200, 10), unit=unit, id=1, duration=400, **valid))
    await install(csms, clock, 1, scene((0, 7), (100, 9), unit=unit, id=2, level=1, duration=150, **valid))
    await clock.advance(4)

    x = LATE + 4
    expected = steps((0, 7), (100 - x, 9), (150 - x, 8), (200 - x, 10), unit=unit)
    assert await composite(csms, clock, 350, unit=unit) == expected
