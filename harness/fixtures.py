"""The fixtures of a case: the station in the state the catalogue asks for, the operator, tags, the connector.

States build on each other: ``cold_station`` is connected, ``station`` has booted as well (the state before every case),
``authorized`` and ``charging`` go further. What they exchange is the preamble. Loop scopes are set here, so that the
user's ini does not matter.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from harness import operators, states
from harness.operator import Operator
from harness.run import CaseRun
from harness.session import session_of
from harness.states import Charging
from harness.station import Station
from harness.sut import Sut, Tags
from harness.verdicts import CaseFailure, HarnessError


class PreambleBroken(HarnessError):
    """A reusable state could not be reached; ``failure`` says what the system under test did instead."""

    def __init__(self, state: str, failure: CaseFailure) -> None:
        super().__init__(f"the state {state} was not reached: {failure.actual}", kind="preamble")
        self.failure = failure


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
async def cold_station(case_run: CaseRun) -> AsyncIterator[Station]:
    """A station whose WebSocket is open and that has not said a word."""
    station = Station(case_run)
    async with _state(case_run, "connected"):
        await station.connects()
    case_run.trace.phase = "case"
    yield station
    await station.leaves()


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
    await acting.leaves()
    await driver.close()


@asynccontextmanager
async def _state(run: CaseRun, name: str) -> AsyncIterator[None]:
    """What happens inside is the preamble that reaches a state; a failure in it is not the case's."""
    with run.phase(f"preamble:{name}"):
        try:
            yield
        except CaseFailure as failure:
            raise PreambleBroken(name, failure) from None
