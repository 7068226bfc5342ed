"""The fixtures of a case: the station in the state the catalogue asks for, the operator, tags, the connector.

States build on each other: ``cold_station`` is connected, ``station`` has booted as well (the state before every case),
``authorized`` and ``charging`` go further. What they exchange is the preamble. Loop scopes are set here, so that the
user's ini does not matter.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from inspect import signature

import msgspec
import pytest
import pytest_asyncio

from harness import operators, states
from harness.interruption import INTERRUPTION
from harness.leftovers import undo
from harness.operator import Operator
from harness.provisioning.scopes import made_for_case, tags_for_case
from harness.run import CaseRun
from harness.securing import make_known
from harness.session import session_of
from harness.states import Charging
from harness.station import Station
from harness.sut import Sut
from harness.tags import CaseTags
from harness.verdicts import CaseFailure, PreambleBroken

_SHOW_TAGS = frozenset({"tags", "authorized", "charging"})
"""The arguments of a case that present a tag."""


@pytest.fixture
def case_run(request: pytest.FixtureRequest) -> CaseRun:
    """The case being run; what it judges and measures is collected here."""
    return session_of(request.config).run_of(request.node)


@pytest.fixture
def sut(case_run: CaseRun) -> Sut:
    """What is known of the system under test."""
    return case_run.sut


@pytest_asyncio.fixture(loop_scope="function")
async def tags(case_run: CaseRun, request: pytest.FixtureRequest) -> AsyncIterator[CaseTags]:
    """The idTags of the case: those of its worker, or made for it, as `[fixtures]` says."""
    sut, out = case_run.sut, session_of(request.config).out
    shown = not _SHOW_TAGS.isdisjoint(signature(request.function).parameters)
    made = tags_for_case(sut, case_run.tags, out, case_run.note, case_run.told) if shown else None
    async with made or nullcontext(case_run.tags) as own:
        case_run.tags = own
        yield CaseTags(own, sut.source)


@pytest.fixture
def connector(case_run: CaseRun) -> int:
    """The connector a case uses."""
    return case_run.sut.run.connector_id


@pytest_asyncio.fixture(loop_scope="function")
async def known_station(case_run: CaseRun, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """The station of the case is known to the CSMS, where `[fixtures]` makes one for every case."""
    out = session_of(request.config).out
    async with made_for_case(case_run.sut, case_run.lane, out, case_run.note, case_run.told):
        yield


@pytest_asyncio.fixture(loop_scope="function")
async def offline_station(
    case_run: CaseRun, known_station: None, tags: CaseTags, request: pytest.FixtureRequest
) -> AsyncIterator[Station]:
    """A station that the CSMS knows, with the credentials of the case's security profile, and that is not connected."""
    station = Station(case_run)
    link, sut = station.entrance.link, case_run.sut
    own = msgspec.structs.replace(case_run.lane, identity=link.identity)
    async with made_for_case(sut, own, session_of(request.config).out, case_run.note, case_run.told):
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
async def authorized(station: Station, tags: CaseTags, case_run: CaseRun) -> str:
    """Authorized: the valid tag has been accepted. Gives the tag."""
    async with _state(case_run, "authorized"):
        await states.authorize(station, tags.valid)
    return tags.valid


@pytest_asyncio.fixture(loop_scope="function")
async def charging(station: Station, tags: CaseTags, connector: int, case_run: CaseRun) -> Charging:
    """Charging: a transaction runs on the connector."""
    async with _state(case_run, "charging"):
        return await states.charge(station, connector, tags.valid)


@pytest_asyncio.fixture(loop_scope="function")
async def operator(case_run: CaseRun) -> AsyncIterator[Operator]:
    """Whoever presses the buttons of the CSMS under test."""
    driver = operators.make(case_run.sut, case_run.told)
    acting = Operator(case_run, driver)
    yield acting
    try:
        await acting.leaves()
        if acting.station is not None:
            await _taken_back(case_run, acting, acting.station)
    finally:
        await driver.close()


async def _taken_back(run: CaseRun, operator: Operator, station: Station) -> None:
    """What only the CSMS can end is asked for while the station is there."""
    with run.phase("cleanup"):
        for problem in await undo(operator, station):
            run.note(problem)
        await operator.leaves()


@asynccontextmanager
async def _state(run: CaseRun, name: str) -> AsyncIterator[None]:
    """What happens inside is the preamble that reaches a state; a failure in it is not the case's."""
    with run.phase(f"preamble:{name}"), INTERRUPTION.cuts():
        try:
            yield
        except CaseFailure as failure:
            raise PreambleBroken(name, failure) from None
