"""A simulated charge point in somebody's own tests: ``pytest_plugins = ["simulator.fixtures"]`` in a ``conftest.py``.

    async def test_a_card(station: Station) -> None:
        await station.plug_in(1)
        await station.present("TAG-1")
        await station.until(lambda s: s.connector(1).status == "Charging", within=10)

It connects to the fixture ``csms_url``, an address without the identity: that of the CSMS of the tests, or the one that
``csms_core.fixtures`` brings. A test that uses it is ``async`` (pytest-asyncio), because the station lives in the event
loop of the test.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from simulator import Station

__all__ = ["station", "station_id"]


@pytest.fixture
def station_id() -> str:
    """The identity of the station. Define one of this name to have another."""
    return "CP1"


@pytest_asyncio.fixture
async def station(csms_url: str, station_id: str) -> AsyncIterator[Station]:
    """A station with two connectors whose boot was answered. Raises ``ConnectFailed`` when it is not let in."""
    async with Station(csms_url, id=station_id, connectors=2) as running:
        yield running
