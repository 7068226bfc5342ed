"""The fixtures of a case: the station in the state the catalogue asks for, the operator, tags, the connector.

States build on each other: ``cold_station`` is connected, ``station`` has booted as well (the state before every case),
``authorized`` and ``charging`` go further. What they exchange is the preamble. Loop scopes are set here, so that the
user's ini does not matter.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
import pytest_asyncio

from harness import operators, states
from harness.interruption import INTERRUPTION
from harness.operator import Operator
from harness.provisioning.scopes import made_for_case
from harness.run import CaseRun
from harness.securing import make_known
from harness.session import session_of
from harness.states import Charging
from harness.station import Station
from harness.sut import Sut, Tags
from harness.verdicts import CaseFailure, PreambleBroken


@pytest.fixture
def case_run(request: pytest.FixtureRequest) -> CaseRun:
    """The case being run; what it judges and measures is collected here."""
    return session_of(request.config).run_of(request.node)


@pytest.fixture
def sut(case_run: CaseRun) -> Sut:
    """What is known of the system under test."""
    return case_run.sut


@pytest.fixture
def tags(case_run: CaseRun) -> Tags:
    """The idTags of the SUT file."""
    return case_run.sut.tags


@pytest.fixture
def connector(case_run: CaseRun) -> int:
    """The connector a case uses."""
    return case_run.sut.run.connector_id


@pytest_asyncio.fixture(loop_scope="function")
async def known_station(case_run: CaseRun, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """The station of the case is known to the CSMS, where `[fixtures]` makes one for every case."""
    async with made_for_case(case_run.sut, case_run.lane, session_of(request.config).out, case_run.note):
        yield


@pytest_asyncio.fixture(loop_scope="function")
async def offline_station(
    case_run: CaseRun, known_station: None, request: pytest.FixtureRequest
) -> AsyncIterator[Station]:
    """A station that the CSMS knows, with the credentials of the case's security profile, and that is not connected."""
    station = Station(case_run)
    link, sut = station.entrance.link, case_run.sut
    own = msgspec.structs.replace(case_run.lane, identity=link.identity)
    async with made_for_case(sut, own, session_of(request.config).out, case_run.note):
        if link.profile or own != case_run.lane:
            await make_known(sut, link)
        case_run.trace.phase = "case"
        yield station
        await station.leaves()


@pytest_asyncio.fixture(loop_scope="function")
async def cold_station(offline_station: Station, case_run: CaseRun) -> Station:
    """A station whose WebSocket is open and that has not said a word."""
    async with _state(case_run, "connected"):
        await offline_station.connects()
    return offline_station


@pytest_asyncio.fixture(loop_scope="function")
async def station(cold_station: Station, case_run: CaseRun) -> Station:
    """A station that has booted: accepted, every connector Available."""
    async with _state(case_run, "booted"):
        await states.boot(cold_station)
    return cold_station


@pytest_asyncio.fixture(loop_scope="function")
async def authorized(station: Station, case_run: CaseRun) -> str:
    """Authorized: the valid tag has been accepted. Gives the tag."""
    async with _state(case_run, "authorized"):
        tag = states.valid_tag(case_run.sut.tags, case_run)
        await states.authorize(station, tag)
    return tag


@pytest_asyncio.fixture(loop_scope="function")
async def charging(station: Station, connector: int, case_run: CaseRun) -> Charging:
    """Charging: a transaction runs on the connector."""
    async with _state(case_run, "charging"):
        return await states.charge(station, connector, states.valid_tag(case_run.sut.tags, case_run))


@pytest_asyncio.fixture(loop_scope="function")
async def operator(case_run: CaseRun) -> AsyncIterator[Operator]:
    """Whoever presses the buttons of the CSMS under test."""
    driver = operators.make(case_run.sut)
    acting = Operator(case_run, driver)
    yield acting
    try:
        await acting.leaves()
    finally:
        await driver.close()


@asynccontextmanager
async def _state(run: CaseRun, name: str) -> AsyncIterator[None]:
    """What happens inside is the preamble that reaches a state; a failure in it is not the case's."""
    with run.phase(f"preamble:{name}"), INTERRUPTION.cuts():
        try:
            yield
        except CaseFailure as failure:
            raise PreambleBroken(name, failure) from None
