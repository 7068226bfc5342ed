"""A station of 32 A that has nothing to say but what smart charging makes it say."""

import pytest
import pytest_asyncio

from simulator import Station, VirtualClock
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.v16.profiles.smart_charging.support import POWER
from tests.simulator.v16.schedules.support import NOW, text


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest_asyncio.fixture
async def station(start: StartStation, csms: ScriptedCsms) -> Station:
    """Booted, two connectors of 32 A."""
    csms.answers["BootNotification"] = {"status": "Accepted", "currentTime": text(NOW), "interval": 86_400}
    station = await start(power=POWER, configuration={"MeterValueSampleInterval": "0"})
    csms.forget()
    return station
