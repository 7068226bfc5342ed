"""What one pytest process knows of a run: the system under test, its own lane, the options, the cases under way."""

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.adapters.provisioning.ledger import ledger_of
from harness.bay.stand import Stand
from harness.case.facts import Case
from harness.case.judgement import Judgement
from harness.case.left_open import LeftOpen, can_undo
from harness.case.profiles import SECURITY
from harness.case.run import CaseRun
from harness.edition import Bench, Edition, bench_of, edition_of
from harness.plugin.trouble.health import Health
from harness.sut import Lane, Sut
from harness.sut.tables.link import RUN_LENGTH
from ocppj.rules.known import Given
from ocppj.session.session import Memory

CASE = pytest.StashKey[Case]()
RUN = pytest.StashKey[CaseRun]()
JUDGEMENT = pytest.StashKey[Judgement]()
SECONDS = pytest.StashKey[float]()
ATTEMPTS = pytest.StashKey[list[dict[str, Any]]]()
"""What came of a case before it was run again, as ``attempts`` of the results."""


@dataclass
class RunSession:
    """The run as one process (a worker, or the only one) sees it.

    ``number`` is its lane, from 0; ``id`` is what identities have for ``{run}``; ``rerun`` begins the command that
    repeats a case; ``skips`` are the reasons of the cases that are left out, ``profiles`` those of which there
    are cases to run, all when there are none. ``is_alone``: no other worker uses the same tags at the same time;
    ``given_up`` is what other cases left open and this process has tried to end. ``stand``: where the charge point
    under test is, once the first case has begun. ``done``: the cases of the run that is resumed.
    ``insists``: what the official tool insists on is told, too. ``aloud`` writes what has to be read while the
    run goes on.
    """

    sut: Sut
    number: int
    id: str
    out: Path
    rerun: str
    strict: bool
    insists: bool = False
    skips: Mapping[str, str] = field(default_factory=dict)
    is_alone: bool = True
    profiles: tuple[str, ...] = ()
    memory: Memory = field(default_factory=lambda: Memory(given=Given()))
    given_up: set[str] = field(default_factory=set)
    stand: Stand | None = None
    done: frozenset[str] = frozenset()
    aloud: Callable[[str], None] = lambda text: None

    @property
    def edition(self) -> Edition:
        """What the version of the system under test brings."""
        return edition_of(self.sut)

    @property
    def bench(self) -> Bench:
        """What there is to test the role of the system under test."""
        return bench_of(self.sut)

    @property
    def lane(self) -> Lane:
        """The station of this process where no single case is meant, and of the cases that have none of their own."""
        return self.sut.lane(self.number, self.id)

    @property
    def health(self) -> Health:
        """Whether the system under test is there, as all processes of the run know it."""
        return Health(self.sut, self.lane, self.out, self.number, lambda sentence: self.aloud(f"{sentence}\n"))

    @property
    def gone(self) -> str | None:
        """Why no case can be run any more: the charge point under test is not there."""
        return None if self.stand is None else self.stand.gone

    def run_of(self, item: pytest.Item) -> CaseRun:
        """The state of the case that ``item`` runs; made on first use."""
        run = item.stash.get(RUN, None)
        if run is None:
            case = item.stash[CASE]
            # The stations of the security cases are known to the CSMS by name, with their credentials.
            own = self.sut.fresh_identities and case.profile != SECURITY
            lane = self.sut.lane(self.number, self.id, case.id) if own else self.lane
            # What an identity leaves behind that no case plays again concerns nobody.
            left_open = LeftOpen(case.id, ledger_of(self.sut, self.out), is_met_again=not own and can_undo(self.sut))
            tags = self.sut.tags_of(self.number)
            memory = Memory(given=self.memory.known.given) if own else self.memory
            run = CaseRun(case, self.sut, lane, memory, tags, left_open)
            item.stash[RUN] = run
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


_DRAWN: set[str] = set()


def new_run_id() -> str:
    """What ``{run}`` in identities stands for: day and time, and two letters that keep simultaneous runs apart.

    The parts of one run are in one process, and never get the same.
    """
    while True:
        letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(RUN_LENGTH - 6))
        drawn = f"{datetime.now(UTC):%d%H%M}{letters}"
        if drawn not in _DRAWN:
            _DRAWN.add(drawn)
            return drawn
