"""The fixtures of a case for a CSMS: the station in the state the catalogue asks for, and the operator.

States build on each other, and on those of every version: ``authorized`` and ``charging`` go further than ``station``.
What they exchange is the preamble. Loop scopes are set here, so that the user's ini does not matter.
"""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from harness.adapters.provisioning.scopes import held_at_pending
from harness.case.run import CaseRun
from harness.case.tags import CaseTags
from harness.plugin.csms_fixtures import Speech, cold_station, known_station, offline_station, operator, station
from harness.plugin.fixtures import preamble
from harness.v16.csms import states
from harness.v16.csms.leftovers import LEFTOVERS
from harness.v16.csms.states import Charging
from harness.v16.csms.station import Station

__all__ = [
    "authorized",
    "charging",
    "cold_station",
    "held_station",
    "known_station",
    "offline_station",
    "operator",
    "speech",
    "station",
]


@pytest.fixture
def speech() -> Speech:
    """The station, the operator and the boot of this version."""
    return Speech(LEFTOVERS, states.boot)


@pytest_asyncio.fixture(loop_scope="function")
async def held_station(cold_station: Station, case_run: CaseRun) -> AsyncIterator[Station]:
    """A station that is connected and has not booted, and whose boots the CSMS was told to answer with Pending."""
    lane = msgspec.structs.replace(case_run.lane, identity=cold_station.identity)
    async with held_at_pending(case_run.sut, lane, case_run.note, case_run.told):
        yield cold_station


@pytest_asyncio.fixture(loop_scope="function")
async def authorized(station: Station, tags: CaseTags, case_run: CaseRun) -> str:
    """Authorized: the valid tag has been accepted. Gives the tag."""
    async with preamble(case_run, "authorized"):
        await states.authorize(station, tags.valid)
    return tags.valid


@pytest_asyncio.fixture(loop_scope="function")
async def charging(station: Station, tags: CaseTags, connector: int, case_run: CaseRun) -> Charging:
    """Charging: a transaction runs on the connector."""
    async with preamble(case_run, "charging"):
        return await states.charge(station, connector, tags.valid)
