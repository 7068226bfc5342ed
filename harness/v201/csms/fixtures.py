"""The fixtures of a case for a CSMS: the station in the state the catalogue asks for, idTokens, and the operator.

States build on each other, and on those of every version: ``ev_connected`` and ``charging`` go further than
``station``. What they exchange is the preamble. Loop scopes are set here, so that the user's ini does not matter.
"""

import pytest
import pytest_asyncio

from harness.case.run import CaseRun
from harness.case.tags import CaseTags
from harness.plugin.csms_fixtures import Speech, cold_station, known_station, offline_station, operator, station
from harness.plugin.fixtures import preamble
from harness.v201.csms import states
from harness.v201.csms.id_tokens import IdTokens
from harness.v201.csms.leftovers import LEFTOVERS
from harness.v201.csms.station import Station

__all__ = [
    "charging",
    "charging_for_a_while",
    "cold_station",
    "ev_connected",
    "id_tokens",
    "known_station",
    "offline_station",
    "operator",
    "speech",
    "station",
]

SAMPLES = 3
"""How many sampling intervals a station has charged for a while."""


@pytest.fixture
def speech() -> Speech:
    """The station, the operator and the boot of this version."""
    return Speech(LEFTOVERS, states.boot)


@pytest.fixture
def id_tokens(case_run: CaseRun, tags: CaseTags) -> IdTokens:
    """The idTokens of the case."""
    return IdTokens(case_run.sut, tags)


@pytest_asyncio.fixture(loop_scope="function")
async def ev_connected(station: Station, case_run: CaseRun) -> None:
    """EVConnectedPreSession: the cable is plugged in, a transaction runs, nobody is authorized."""
    async with preamble(case_run, "EV connected"):
        await states.ev_connected(station)


@pytest_asyncio.fixture(loop_scope="function")
async def charging(station: Station, id_tokens: IdTokens, case_run: CaseRun) -> None:
    """EnergyTransferStarted: the valid idToken is authorized, the EV charges."""
    async with preamble(case_run, "charging"):
        await states.charge(station, id_tokens.valid)


@pytest_asyncio.fixture(loop_scope="function")
async def charging_for_a_while(station: Station, id_tokens: IdTokens, case_run: CaseRun) -> None:
    """EnergyTransferStarted, as long ago as three samples of the meter take."""
    station.behind = float(SAMPLES * case_run.sut.keys.sample_interval_s)
    async with preamble(case_run, "charging"):
        await states.charge(station, id_tokens.valid)
