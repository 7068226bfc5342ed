"""The fixtures of a case for a CSMS: the station in the state the catalogue asks for, and the operator.

States build on each other, and on those of every version: ``authorized`` and ``charging`` go further than ``station``.
What they exchange is the preamble. Loop scopes are set here, so that the user's ini does not matter.
"""

import pytest
import pytest_asyncio

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
