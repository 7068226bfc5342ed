"""Before a first run: does the operator reach a station? Tried with the operations that only read.

They change nothing, neither at a station nor in what the CSMS knows of it, so they may be tried on any system.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from harness import operators, states
from harness.case import Case
from harness.claims import applicability
from harness.operator import Operator
from harness.operators import NotOffered, OperatorError
from harness.profile_names import PROFILES
from harness.provisioning.scopes import made_for_look
from harness.run import CaseRun
from harness.samples import samples
from harness.station import Station
from harness.sut import Lane, Sut
from harness.verdicts import CaseFailure, HarnessError, one_line
from ocppj.session import Memory

READING: Final = {
    "GetConfiguration": ("core", "get-configuration-some"),
    "GetLocalListVersion": ("local_auth_list", "local-list-version"),
    "GetCompositeSchedule": ("smart_charging", "composite-schedule"),
    "GetInstalledCertificateIds": ("security", "security-profile-2-or-3"),
}
"""The operations that only read, each with the profile and the need of the case that asks for it."""
_NAME: Final = "the look of plugproof check --probe"


class Tried(msgspec.Struct, frozen=True):
    """An operation that was tried. ``problem``: why its message did not come; ``evidence``: what the operator did.

    ``ms`` are milliseconds until it came, None where it did not; ``offered`` is false where nobody could be asked.
    """

    action: str
    problem: str | None = None
    evidence: str = ""
    ms: float | None = None
    offered: bool = True


async def tried(sut: Sut, lane: Lane, out: Path) -> list[Tried]:
    """Play the station ``lane`` and have the operator ask it for what only reads and is claimed.

    Raises ``CaseFailure``, ``HarnessError`` and ``OperatorError`` when the station does not come so far.
    """
    run = CaseRun(Case("PROBE", _NAME, "csms", "Core", "", {}), sut, lane, Memory())
    claimed = [
        action for action, (profile, need) in READING.items() if applicability(PROFILES[profile], [need], sut) is None
    ]
    requests = dict(samples(sut, lane.connectors))
    station = Station(run)
    async with made_for_look(sut, lane, out), _acting(run) as operator:
        try:
            await station.connects()
            await states.boot(station)
            return [await _try(run, station, operator, action, requests[action]) for action in claimed]
        finally:
            await station.leaves()


@asynccontextmanager
async def _acting(run: CaseRun) -> AsyncIterator[Operator]:
    driver = operators.make(run.sut, run.told)
    operator = Operator(run, driver)
    try:
        yield operator
    finally:
        await operator.leaves()
        await driver.close()


async def _try(run: CaseRun, station: Station, operator: Operator, action: str, payload: dict[str, object]) -> Tried:
    began = time.monotonic()
    try:
        await operator.asks(action, station, **payload)
        await station.receives(action)
        came = time.monotonic()
        await station.answers_the_rest()
        for outcome in await asyncio.gather(*run.operations, return_exceptions=True):
            if isinstance(outcome, OperatorError):
                raise outcome
    except NotOffered:
        return Tried(action, offered=False)
    except (CaseFailure, HarnessError, OperatorError) as error:
        problem = error.actual if isinstance(error, CaseFailure) else one_line(error)
        return Tried(action, problem, run.trace.mask("\n\n".join(run.exchanges)))
    finally:
        station.forgets_operations()
    return Tried(action, ms=(came - began) * 1e3)
