"""A scripted CSMS, a virtual clock and a station between them."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from csms_core.pki import Pki
from simulator import Station, VirtualClock
from simulator.kernel.store import SqliteFile
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[SqliteFile]:
    """A store on disk, which outlives the stations of a test."""
    file = SqliteFile(tmp_path / "stations.db")
    yield file
    file.close()


@pytest.fixture(autouse=True)
def nothing_is_lost(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A task of the station that failed is logged, and fails the test."""
    yield
    lost = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.ERROR and record.name.startswith(("simulator", "ocppj"))
    ]
    assert lost == []


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """The certificate authority of a CSMS; no test changes it."""
    return Pki.create(tmp_path_factory.mktemp("authority") / "pki")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest_asyncio.fixture
async def csms() -> AsyncIterator[ScriptedCsms]:
    csms = ScriptedCsms()
    await csms.start()
    yield csms
    await csms.stop()
    assert [finding for finding in csms.findings if finding.rule not in csms.excused] == []


@pytest_asyncio.fixture
async def start(csms: ScriptedCsms, clock: VirtualClock) -> AsyncIterator[StartStation]:
    """Starts a station on the virtual clock, accepted and silent when the CSMS lets it be."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Station:
            built = {} if "facts" in options else {"connectors": 2}
            options = {"id": "CP1", "clock": clock, **built, **options}
            station = await stack.enter_async_context(Station(csms.url, **options))
            await clock.settle()
            return station

        yield start


@pytest_asyncio.fixture
async def station(start: StartStation, csms: ScriptedCsms) -> Station:
    """A booted station with two connectors; its boot is over and forgotten."""
    station = await start()
    csms.forget()
    return station


@pytest_asyncio.fixture
async def charging(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> Station:
    """Connector 1 charges for TAG-1 with transactionId 1."""
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.settle()
    assert station.connector(1).status == "Charging"
    csms.forget()
    return station
