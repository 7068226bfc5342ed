"""What one pytest process knows of a run: the system under test, its own lane, the options, the cases under way."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.case import Case
from harness.run import CaseRun
from harness.sut import Lane, Sut
from ocppj.session import Memory

CASE = pytest.StashKey[Case]()
RUN = pytest.StashKey[CaseRun]()


@dataclass
class RunSession:
    """The run as one process (a worker, or the only one) sees it. ``rerun`` begins the command that repeats a case."""

    sut: Sut
    lane: Lane
    out: Path
    rerun: str
    strict: bool
    memory: Memory = field(default_factory=Memory)

    def run_of(self, item: pytest.Item) -> CaseRun:
        """The state of the case that ``item`` runs; made on first use."""
        run = item.stash.get(RUN, None)
        if run is None:
            run = item.stash[RUN] = CaseRun(item.stash[CASE], self.sut, self.lane, self.memory)
        return run

    def rerun_command(self, case_id: str) -> str:
        """The command that runs one case again."""
        return f"{self.rerun} --case {case_id}"


SESSION = pytest.StashKey[RunSession]()


def session_of(config: pytest.Config) -> RunSession:
    """The run that ``config`` belongs to. Raises ``pytest.UsageError`` when no system under test was named."""
    session = config.stash.get(SESSION, None)
    if session is None:
        raise pytest.UsageError("no system under test was named: give --sut FILE or --csms URL")
    return session
