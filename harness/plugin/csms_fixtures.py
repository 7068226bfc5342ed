"""The fixtures that the cases for a CSMS of every version have: the station up to its boot, and the operator.

The module with the fixtures of a version imports them, and brings the fixture ``speech``. States build on each other:
``cold_station`` is connected, ``station`` has booted as well (the state before every case). Loop scopes are set here,
so that the user's ini does not matter.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import pytest
import pytest_asyncio

from harness.adapters import operators
from harness.adapters.provisioning.scopes import made_for_case
from harness.adapters.provisioning.security import make_known
from harness.case.run import CaseRun
from harness.case.tags import CaseTags
from harness.peers.acting import ActingOperator
from harness.peers.leftovers import Leftovers
from harness.peers.station import PlayedStation
from harness.plugin.fixtures import preamble
from harness.plugin.session import session_of

Played = TypeVar("Played", bound=PlayedStation)
Acting = TypeVar("Acting", bound=ActingOperator[Any])


class Speech(NamedTuple):
    """What a version brings: its station and operator, and how a station boots."""

    leftovers: Leftovers[Any, Any]
    boot: Callable[[Any], Awaitable[object]]


@pytest_asyncio.fixture(loop_scope="function")
async def known_station(case_run: CaseRun, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """The station of the case is known to the CSMS, where `[fixtures]` makes one for every case."""
    out = session_of(request.config).out
    async with made_for_case(case_run.sut, case_run.lane, out, case_run.note, case_run.told):
        yield


@asynccontextmanager
async def known(station: Played, out: Path) -> AsyncIterator[Played]:
    """While the block lasts the CSMS knows the station with its credentials; at the end it is as it was found."""
    run = station.run
    link, sut = station.entrance.link, run.sut
    own = msgspec.structs.replace(run.lane, identity=link.identity)
    async with made_for_case(sut, own, out, run.note, run.told):
        if link.profile or own != run.lane:
            await make_known(sut, link)
        run.trace.phase = "case"
        yield station
        await station.leaves()


@asynccontextmanager
async def acting(run: CaseRun, leftovers: Leftovers[Played, Acting]) -> AsyncIterator[Acting]:
    """While the block lasts there is an operator; at the end what only the CSMS can end is asked for."""
    driver = operators.make(run.sut, run.told)
    operator = leftovers.operator(run, driver)
    try:
        yield operator
        await operator.leaves()
        if operator.station is not None:
            with run.phase("cleanup"):
                for problem in await leftovers.undone(operator, operator.station):
                    run.note(problem)
                await operator.leaves()
    finally:
        await driver.close()


@pytest_asyncio.fixture(loop_scope="function")
async def offline_station(
    case_run: CaseRun, known_station: None, tags: CaseTags, speech: Speech, request: pytest.FixtureRequest
) -> AsyncIterator[PlayedStation]:
    """A station that the CSMS knows, with the credentials of the case's security profile, and that is not connected."""
    async with known(speech.leftovers.station(case_run), session_of(request.config).out) as station:
        yield station


@pytest_asyncio.fixture(loop_scope="function")
async def cold_station(offline_station: PlayedStation, case_run: CaseRun) -> PlayedStation:
    """A station whose WebSocket is open and that has not said a word."""
    async with preamble(case_run, "connected"):
        await offline_station.connects()
    return offline_station


@pytest_asyncio.fixture(loop_scope="function")
async def station(cold_station: PlayedStation, speech: Speech, case_run: CaseRun) -> PlayedStation:
    """A station that has booted: accepted, every connector Available."""
    async with preamble(case_run, "booted"):
        await speech.boot(cold_station)
    return cold_station


@pytest_asyncio.fixture(loop_scope="function")
async def operator(speech: Speech, case_run: CaseRun) -> AsyncIterator[ActingOperator[Any]]:
    """Whoever presses the buttons of the CSMS under test."""
    async with acting(case_run, speech.leftovers) as operator:
        yield operator
