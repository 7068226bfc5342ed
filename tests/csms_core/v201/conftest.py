"""A running CSMS and stations of OCPP 2.0.1 that talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from csms_core import Csms
from tests.csms_core.support.bench import Connecting, each_closed
from tests.csms_core.v201.support import Station, connect


@pytest_asyncio.fixture
async def connecting(csms: Csms) -> AsyncIterator[Connecting]:
    """`await connecting()` connects a station that has not booted."""
    async with each_closed(connect, csms.url) as connect_one:
        yield connect_one


@pytest_asyncio.fixture
async def station(connecting: Connecting) -> Station:
    """A connected station that was accepted."""
    station = await connecting()
    assert isinstance(station, Station)
    await station.boot()
    return station
