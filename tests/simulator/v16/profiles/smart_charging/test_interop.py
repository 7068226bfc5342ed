"""Smart charging between the station and the reference CSMS, which know nothing of each other, over a real socket."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from csms_core import Csms
from simulator import Station, VirtualClock
from tests.csms_core.support.bench import STATION, default_config, provision
from tests.simulator.v16.schedules.support import NOW, at, profile
from tests.simulator.v16.test_interop import Pair

pytestmark = pytest.mark.asyncio

QUIET = {"MeterValueSampleInterval": "0", "AuthorizeRemoteTxRequests": "false"}


@pytest_asyncio.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    clock = VirtualClock(NOW)
    async with Csms(default_config(tmp_path)) as csms, contextlib.AsyncExitStack() as stack:
        await provision(csms)
        api = await stack.enter_async_context(httpx.AsyncClient(base_url=csms.api_url, timeout=30, verify=False))
        station = Station(csms.url, id=STATION, connectors=2, power=22_080.0, clock=clock, configuration=QUIET)
        await stack.enter_async_context(station)
        await clock.settle()
        yield Pair(station, clock, api, [])
        assert station.findings == [], "neither party broke a rule"


async def status(pair: Pair, action: str, **payload: Any) -> str:
    return (await pair.operate(action, **payload))["status"]


async def test_the_csms_sets_and_clears_profiles_and_books_the_energy(pair: Pair) -> None:
    hourly = profile((0, 10), (1800, 0), (2700, 6.5), duration=3600, kind="Relative")
    most = profile((0, 5000), id=2, purpose="ChargePointMaxProfile", unit="W", validFrom=at(3600))
    assert await status(pair, "SetChargingProfile", connectorId=0, csChargingProfiles=hourly) == "Accepted"
    assert await status(pair, "SetChargingProfile", connectorId=0, csChargingProfiles=most) == "Accepted"
    await pair.station.plug_in(1)
    assert await status(pair, "RemoteStartTransaction", idTag="GOOD", connectorId=1) == "Accepted"
    (booked,) = await pair.transactions()

    answer = await pair.operate("GetCompositeSchedule", connectorId=1, duration=7200, chargingRateUnit="W")
    periods = answer["chargingSchedule"]["chargingSchedulePeriod"]
    assert [(one["startPeriod"], one["limit"]) for one in periods] == [(0, 6900), (1800, 0), (2700, 4485), (3600, 5000)]
    await pair.clock.advance(7200)
    assert await status(pair, "ClearChargingProfile", chargingProfilePurpose="ChargePointMaxProfile") == "Accepted"
    await pair.clock.advance(3600)
    await status(pair, "RemoteStopTransaction", transactionId=booked["transactionId"])

    (booked,) = await pair.transactions()
    assert booked["meterStop"] == (2 * 6900 + 4485) // 4 + 5000 + 22_080


async def test_the_csms_starts_with_a_profile_and_changes_it(pair: Pair) -> None:
    await pair.station.plug_in(2)
    first = profile((0, 6), id=1, purpose="TxProfile", kind="Relative")
    started = await status(pair, "RemoteStartTransaction", idTag="GOOD", connectorId=2, chargingProfile=first)
    assert started == "Accepted"
    (booked,) = await pair.transactions()
    await pair.clock.advance(3600)
    other = profile((0, 8), id=2, purpose="TxProfile", kind="Relative", transactionId=booked["transactionId"])
    assert await status(pair, "SetChargingProfile", connectorId=2, csChargingProfiles=other) == "Accepted"
    await pair.clock.advance(3600)
    await pair.station.unplug(2, "vehicle")
    await pair.clock.settle()

    (booked,) = await pair.transactions()
    assert booked["meterStop"] == 4140 + 5520
    assert await status(pair, "ClearChargingProfile", id=2) == "Unknown"
