"""The fixtures of a case for a charge point: the CSMS that is played, the driver, and the states of the catalogue.

The station stays connected from case to case, so all of this lives in the loop of the session. Before each case the
station is connected and ready; after it, also a failed one, it is as it was found.
"""

from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from harness.adapters import drivers
from harness.bay.stand import Stand
from harness.case.run import CaseRun
from harness.case.tags import CaseTags
from harness.peers.driving import EvDriver
from harness.plugin.charge_point_fixtures import stand
from harness.plugin.fixtures import preamble
from harness.sut.needs.common import OF_STATION, RISE
from harness.sut.reach import security_profiles, upgrades
from harness.v16.charge_point import states
from harness.v16.charge_point.csms import Csms
from harness.v16.charge_point.restoring import restores
from harness.v16.charge_point.states import Charging

__all__ = ["charging", "csms", "driver", "host", "stand", "tags"]


@pytest_asyncio.fixture(loop_scope="session")
async def tags(case_run: CaseRun) -> CaseTags:
    """The idTags of the case: it is plugproof that knows them."""
    return CaseTags(case_run.tags, case_run.sut.source)


@pytest.fixture
def host(case_run: CaseRun, stand: Stand) -> Csms:
    """The CSMS of the case, before anything is done: whatever comes from now on is its own."""
    return Csms(case_run, stand.bay, stand)


@pytest_asyncio.fixture(loop_scope="session")
async def driver(case_run: CaseRun, host: Csms, stand: Stand) -> AsyncIterator[EvDriver]:
    """Whoever plugs in and holds cards. At the end of the case the station is put back as it was."""
    acting = EvDriver(
        case_run, lambda: drivers.make(case_run.sut, stand.lane, partial(case_run.told, by="driver")), host
    )
    try:
        yield acting
        with case_run.phase("cleanup"):
            await restores(host, acting)
    finally:
        await acting.leaves()


@pytest_asyncio.fixture(loop_scope="session")
async def csms(host: Csms, driver: EvDriver, case_run: CaseRun, stand: Stand) -> Csms:
    """A CSMS to which the station is connected, and that knows its configuration."""
    async with preamble(case_run, "connected"):
        await host.takes_over()
        await stand.is_ready(wanted_profiles(case_run), within_tls=RISE in case_run.case.needs)
        await host.is_there(case_run.sut.timeouts.connect_s + case_run.sut.timeouts.message_s)
        await states.booted(host)
        if stand.found is None:
            stand.found = await states.configuration(host)
        if await states.supports(host, "MinimumStatusDuration"):
            await states.configures(host, MinimumStatusDuration="0")
    case_run.trace.phase = "case"
    host.begins()
    return host


def wanted_profiles(run: CaseRun) -> tuple[int, ...]:
    """The security profiles in one of which the station has to be; none: it does not matter to the case."""
    claimed = security_profiles(run.sut)
    if RISE in run.case.needs:
        return upgrades(run.sut)
    of_case = next((OF_STATION[need] for need in run.case.needs if need in OF_STATION), ())
    return tuple(profile for profile in of_case if profile in claimed)


@pytest_asyncio.fixture(loop_scope="session")
async def charging(csms: Csms, driver: EvDriver, tags: CaseTags, connector: int, case_run: CaseRun) -> Charging:
    """Charging: a transaction runs on the connector."""
    async with preamble(case_run, "charging"):
        return await states.charge(csms, driver, connector, tags.valid)
