"""The fixtures that the cases of every version and role have: the case being run, what is tested, tags, the connector.

Loop scopes are set here, so that the user's ini does not matter.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from inspect import signature

import pytest
import pytest_asyncio

from harness.adapters.provisioning.scopes import tags_for_case
from harness.case.run import CaseRun
from harness.case.tags import SHOWN_BY, CaseTags
from harness.case.verdicts import CaseFailure, PreambleBroken
from harness.plugin.session import session_of
from harness.plugin.trouble.interruption import INTERRUPTION
from harness.sut import Sut


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
    shown = not SHOWN_BY.isdisjoint(signature(request.function).parameters)
    made = tags_for_case(sut, case_run.tags, out, case_run.note, case_run.told) if shown else None
    async with made or nullcontext(case_run.tags) as own:
        case_run.tags = own
        yield CaseTags(own, sut.source)


@pytest.fixture
def connector(case_run: CaseRun) -> int:
    """The connector a case uses."""
    return case_run.sut.run.connector_id


@asynccontextmanager
async def preamble(run: CaseRun, name: str) -> AsyncIterator[None]:
    """What happens inside is the preamble that reaches a state; a failure in it is not the case's."""
    with run.phase(f"preamble:{name}"), INTERRUPTION.cuts():
        try:
            yield
        except CaseFailure as failure:
            raise PreambleBroken(name, failure) from None
