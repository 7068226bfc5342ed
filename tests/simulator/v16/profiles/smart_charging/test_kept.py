"""How long profiles last: transactions, resets, losses of power and the end of the process (rules SC-15 to SC-17)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from math import floor
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from simulator import Station, VirtualClock
from simulator.kernel.store import NOWHERE, SqliteFile
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.v16.profiles.smart_charging.support import (
    MAXIMUM,
    ONE_PHASE,
    POWER,
    TX,
    charge,
    clear,
    composite,
    install,
    powers,
    timers,
)
from tests.simulator.v16.schedules.support import at, profile

pytestmark = pytest.mark.asyncio


async def test_sc_16_a_tx_profile_ends_with_its_transaction(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await install(csms, clock, 0, profile((0, 10), id=1))
    await charge(station, clock, 1, 2)
    await install(csms, clock, 1, profile((0, 6), id=2, purpose=TX))
    await install(csms, clock, 2, profile((0, 8), id=3, purpose=TX))
    await station.present("TAG-1", 1)
    await station.unplug(1)
    await charge(station, clock, 1)

    assert powers(station) == [6900.0, 5520.0]
    assert await clear(csms, clock, id=2) == "Unknown"
    assert await clear(csms, clock, id=3) == "Accepted"


async def test_sc_17_a_profile_of_the_same_level_replaces_that_of_the_remote_start(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.plug_in(1)
    first = profile((0, 6), id=1, purpose=TX, level=3, kind="Relative")
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=first)
    await clock.settle()
    await install(csms, clock, 1, profile((0, 5), id=2, purpose=TX, level=2, transactionId=1))
    assert powers(station) == [4140.0, 0.0]
    await install(csms, clock, 1, profile((0, 7), id=3, purpose=TX, level=3, transactionId=1))
    assert powers(station) == [4830.0, 0.0]
    assert await clear(csms, clock, id=1) == "Unknown"


async def test_a_profile_that_was_accepted_is_kept_though_the_station_is_full_by_now(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(power=POWER, configuration={"MaxChargingProfilesInstalled": "1"})
    one = profile((0, 6), id=1, purpose=TX)
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    await clock.settle()
    assert await install(csms, clock, 0, profile((0, 10), id=2)) == "Accepted"
    await station.plug_in(1)
    await clock.settle()
    assert powers(station) == [4140.0, 0.0]
    assert await install(csms, clock, 1, profile((0, 10), id=3)) == "Rejected"


async def test_a_remote_start_that_comes_to_nothing_leaves_no_profile(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    one = profile((0, 6), purpose=TX)
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    await clock.advance(121)
    assert csms.statuses(1) == ["Preparing", "Available"]
    await charge(station, clock, 1)
    assert powers(station) == [POWER, 0.0]
    assert await clear(csms, clock) == "Unknown"


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
async def test_sc_15_profiles_survive_a_reset(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, kind: str
) -> None:
    await install(csms, clock, 1, profile((0, 10), (10, 6), id=1))
    await install(csms, clock, 0, profile((0, 50), id=2, purpose=MAXIMUM))
    await charge(station, clock, 1)
    await install(csms, clock, 1, profile((0, 8), id=3, purpose=TX))
    await csms.call("Reset", type=kind)
    await station.until(lambda s: not s.powered, within=5)
    await clock.advance(5)

    assert await composite(csms, clock, connector=1) == [(0, 10), (5, 6)]
    assert await composite(csms, clock, connector=0) == [(0, 42), (5, 38)]
    assert await clear(csms, clock, id=3) == "Unknown"


async def test_a_transaction_that_ends_without_power_leaves_no_limit(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charge(station, clock, 1)
    await install(csms, clock, 1, profile((0, 6), purpose=TX))
    await station.cut_power()
    await station.restore_power()
    await clock.settle()
    await station.unplug(1)
    await charge(station, clock, 1)
    assert powers(station) == [POWER, 0.0]


Reborn = Callable[..., Awaitable[Station]]


@pytest_asyncio.fixture
async def reborn(csms: ScriptedCsms, clock: VirtualClock, tmp_path: Path) -> AsyncIterator[Reborn]:
    """Starts a station on a file; called again, kills the one before and starts a new one on the same file."""
    living: list[tuple[Station, SqliteFile]] = []

    async def kill() -> None:
        for station, file in living:
            station._parts.store = NOWHERE  # whatever it would still write is lost
            await station.stop()
            file.close()
        living.clear()

    async def start(**options: Any) -> Station:
        await kill()
        file = SqliteFile(tmp_path / "station.db")
        options = {"power": POWER, "connectors": 2, **options}
        station = Station(csms.url, id="CP1", clock=clock, store=file.of("CP1"), **options)
        living.append((station, file))
        csms.forget()
        await station.start()
        await clock.settle()
        return station

    yield start
    await kill()


async def test_sc_15_sc_16_profiles_outlive_the_process_but_not_their_transaction(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await reborn()
    await install(csms, clock, 1, profile((0, 10), (60, 6.5), id=1))
    await install(csms, clock, 0, profile((0, 50), id=2, purpose=MAXIMUM, kind="Relative", duration=90))
    await charge(station, clock, 1)
    await install(csms, clock, 1, profile((0, 8), id=3, purpose=TX))

    station = await reborn()
    await clock.advance(30)
    assert await composite(csms, clock, connector=1) == [(0, 10), (30, 6.5)]
    assert await composite(csms, clock, connector=0) == [(0, 42), (30, 38.5)]
    assert await clear(csms, clock, id=3) == "Unknown"
    assert await clear(csms, clock, id=1) == "Accepted"
    assert await composite(csms, clock, connector=0) == [(0, 50), (60, 64)]

    await reborn()
    assert await clear(csms, clock, id=1) == "Unknown"
    assert await clear(csms, clock) == "Accepted"
    await reborn()
    assert await clear(csms, clock) == "Unknown"


async def test_sc_16_a_profile_that_a_kill_left_without_its_transaction_goes_at_the_boot(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await reborn()
    await charge(station, clock, 1)
    await install(csms, clock, 1, profile((0, 8), id=1, purpose=TX))
    store = station._parts.store
    ((key, before),) = store.read("charging-profiles")
    await station.present("TAG-1", 1)
    store.put("charging-profiles", key, before)  # as if the process had died between the two commits

    station = await reborn()
    assert await clear(csms, clock) == "Unknown"
    assert len(station._parts.store.read("charging-profiles")[0][1]) == 0


async def test_sc_15_a_transaction_that_goes_on_keeps_its_profile(
    reborn: Reborn, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    options = {"resumes": True, "configuration": {**ONE_PHASE, "MeterValueSampleInterval": "0"}}
    station = await reborn(**options)
    one = profile((0, 0, 1), (60, 10, 1), (120, 6, 1), (600, 7, 1), purpose=TX, kind="Relative")
    await station.plug_in(1)
    await csms.call("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=one)
    await clock.settle()
    await clock.advance(30)

    station = await reborn(**options)
    assert csms.statuses(1) == ["SuspendedEVSE"]
    assert await composite(csms, clock) == [(0, 0), (30, 10), (90, 6), (570, 7)]
    await clock.advance(90)
    assert powers(station) == [1380.0, 0.0]
    assert station.connector(1).meter.register == floor(2300 / 60)
    await station.cut_power()
    assert timers(clock) == 0
    await clock.advance(60)
    await station.unplug(1, "vehicle")
    await station.restore_power()
    await clock.settle()
    assert csms.payloads("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert station.connector(1).limit is None
    assert await clear(csms, clock) == "Unknown"


async def test_after_an_outage_the_limit_is_that_of_the_new_time(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await install(csms, clock, 0, profile((0, 10), (3600, 6)))
    await charge(station, clock, 1)
    await station.lose_network()
    await station.set_clock(at(7200))
    await station.restore_network()
    await station.until(lambda s: s.online, within=5)
    await clock.settle()
    assert powers(station) == [4140.0, 0.0]
