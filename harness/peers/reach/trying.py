"""Before a first run: does the operator reach a station? Tried with the operations that only read.

They change nothing, neither at a station nor in what the CSMS knows of it, so they may be tried on any system. Which
ones those are is of a version (``harness.v16.csms.reach.trying``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from harness.adapters import operators
from harness.adapters.operators import NotOffered, OperatorError
from harness.adapters.provisioning.scopes import made_for_look
from harness.case.facts import Case
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, HarnessError, one_line
from harness.peers.acting import ActingOperator
from harness.peers.look import Tried
from harness.peers.station import PlayedStation
from harness.sut import Lane, Sut
from ocppj.session.session import Memory

_NAME: Final = "the look of plugproof check --probe"


Played = TypeVar("Played", bound=PlayedStation)
Acting = TypeVar("Acting", bound=ActingOperator[Any])


class Trial(NamedTuple, Generic[Played, Acting]):
    """What a version brings: its station, how it boots, its operator, and the operations to be tried."""

    station: Callable[[CaseRun], Played]
    boots: Callable[[Played], Coroutine[Any, Any, object]]
    operator: Callable[[CaseRun, operators.Operator], Acting]
    requests: Callable[[Sut, Lane], Mapping[str, dict[str, Any]]]
    """Action -> the members of its payload; what is not claimed is not among them."""


async def tried(trial: Trial[Played, Acting], sut: Sut, lane: Lane, out: Path) -> list[Tried]:
    """Play the station ``lane`` and have the operator ask it for what only reads and is claimed.

    Raises ``CaseFailure``, ``HarnessError`` and ``OperatorError`` when the station does not come so far.
    """
    run = CaseRun(Case("PROBE", _NAME, "csms", "Core", "", {}), sut, lane, Memory())
    requests = trial.requests(sut, lane)
    station = trial.station(run)
    async with made_for_look(sut, lane, out), _acting(trial, run) as operator:
        try:
            await station.connects()
            await trial.boots(station)
            return [await _try(run, station, operator, action, payload) for action, payload in requests.items()]
        finally:
            await station.leaves()


@asynccontextmanager
async def _acting(trial: Trial[Played, Acting], run: CaseRun) -> AsyncIterator[Acting]:
    driver = operators.make(run.sut, run.told)
    operator = trial.operator(run, driver)
    try:
        yield operator
    finally:
        await operator.leaves()
        await driver.close()


async def _try(
    run: CaseRun, station: PlayedStation, operator: ActingOperator[Any], action: str, payload: dict[str, Any]
) -> Tried:
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
