"""On the controller: gathers the records of all cases, and writes the reports when the run is over."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import pytest

from harness.adapters.provisioning.scopes import left, remove_all
from harness.artifacts import so_far, writing
from harness.artifacts.results import assemble, blank_record, interrupted
from harness.case import judgement
from harness.case.claims import summed
from harness.case.facts import Case
from harness.case.measuring import Measured, machine
from harness.exit_codes import ExitCode, at_least_errors
from harness.peers.pauses import PAUSES
from harness.plugin.lanes.turns import Turns
from harness.plugin.selection import Asked, profile_counts, selection
from harness.plugin.session import CASE, RunSession
from harness.plugin.trouble.interruption import INTERRUPTION, NOTE, Mode
from reports.results.verdicts import exit_code

NOT_REACHED: Final = "not run: pytest stopped before it"
_ID = re.compile(r"\[((?:[A-Z]+-(?=\d))?[A-Za-z0-9_]+)[^\]]*\]$")


class Collector:
    """A pytest plugin of its own, registered where there is no worker above."""

    def __init__(
        self,
        config: pytest.Config,
        session: RunSession,
        *,
        workers: int,
        command: str,
        writes: bool = True,
        asked: Asked = Asked(),  # noqa: B008 - it is frozen
        fail_on: Iterable[str] = (),
        is_last: bool = False,
        earlier: Mapping[str, dict[str, Any]] = MappingProxyType({}),
    ) -> None:
        """``writes``: the documents of the run are written in the end; ``is_last``: then ``latest`` points to it.

        ``earlier``: what came of the cases before the run was resumed; it is kept.
        """
        self.sut = session.sut
        self.out = session.out
        self._config = config
        self._code = 0
        self._processes: list[int] = []
        self.workers = workers
        self.lanes = [session.sut.lane(number, session.id) for number in range(workers)]
        self.rtt_ms: float | None = None
        self.results: dict[str, Any] | None = None
        self._session = session
        self._command = command
        self._writes = writes
        self._asked = asked
        self._fail_on = frozenset(fail_on)
        self._is_last = is_last
        self._problem: str | None = None
        session.health.reset()
        Turns(session.out).clear()
        self._records: dict[str, dict[str, Any]] = {}
        self._pics: dict[str, dict[str, Any]] = {}
        self._started = datetime.now(UTC)
        self._measured = Measured(began_ns=time.monotonic_ns())
        self._machine = machine()
        self._lanes: dict[str, int] = {}
        self._selected: list[str] = []
        self._earlier = earlier
        for record in earlier.values():
            self._takes(dict(record))
        INTERRUPTION.tell(self._interrupted, self._interrupted_again)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        """xdist has started the process of a worker."""
        process = getattr(gateway._io, "popen", None)  # one on another machine cannot be told
        if process is not None:
            self._processes.append(process.pid)

    def _interrupted(self) -> None:
        INTERRUPTION.say(NOTE)
        self._signal(signal.SIGTERM)

    def _interrupted_again(self) -> None:
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))  # on Windows they are the same

    def _signal(self, number: signal.Signals) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.kill(process, number)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """xdist starts a worker: it gets the first lane that nobody has, so that a replacement inherits one."""
        taken = set(self._lanes.values())
        lane = next(number for number in range(len(taken) + 1) if number not in taken)
        node.workerinput["plugproof_lane"] = self._lanes[node.gateway.id] = lane
        node.workerinput["plugproof_out"] = str(self.out)
        node.workerinput["plugproof_run"] = self._session.id
        node.workerinput["plugproof_interrupted"] = INTERRUPTION.by
        node.workerinput["plugproof_due"] = PAUSES.due

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of xdist has ended: its lane is free."""
        self._lanes.pop(node.gateway.id, None)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without xdist: which cases the run is about."""
        self._selected = [item.stash[CASE].id for item in session.items if CASE in item.stash]

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """With xdist every worker has collected the same."""
        known = {case.id for case in self._catalogue()}
        found = [match.group(1) for match in map(_ID.search, ids) if match]
        self._selected = [id for id in found if id in known or id.startswith("TC_")]  # other tests have parameters too

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the record off the last report of a case."""
        record: dict[str, Any] | None = getattr(report, "plugproof", None)
        if record is not None:
            so_far.add(self.out, record)
            self._takes(record)
        elif report.failed and report.when not in ("setup", "call", "teardown"):
            self._crashed(report)

    def _takes(self, record: dict[str, Any]) -> None:
        """Take what came of a case, and what travels with it."""
        self._measured.take(record["id"], record.pop("measured"))
        self._pics[record["id"]] = record.pop("pics")
        PAUSES.learn(record.pop("due"))
        self._problem = self._problem or record.pop("problem", None)
        self._records[record["id"]] = record

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Any:
        """Clean up, write everything, and let the verdicts decide the exit code unless pytest itself was stopped."""
        outcome = None
        with suppress(KeyboardInterrupt):  # while fixtures were taken down, or workers ended
            outcome = yield
        self._end(session.config, judgement.NOT_BEGUN if INTERRUPTION.has_come() else NOT_REACHED)
        assert self.results is not None
        code = self._code
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
            # A test of somebody else's in the same run may have failed as well.
            foreign = session.exitstatus == pytest.ExitCode.TESTS_FAILED and code == 0 and not self._all_ours(session)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if foreign else code
        elif code == ExitCode.INTERRUPTED:
            session.exitstatus = code
        return outcome

    def end_early(self, reason: str) -> int:
        """The run cannot begin: write that no case was run, and why; gives the exit code."""
        self._selected = [case.id for case in self._asked.of(self._catalogue())]
        self._end(self._config, reason)
        return self._code if INTERRUPTION.has_come() else ExitCode.ERRORS

    def _end(self, config: pytest.Config, reason: str) -> None:
        """Clean up and write everything; ``reason`` is why a case that left no record was not run."""
        self._session.health.reset()
        Turns(self.out).clear()
        for problem in self._removed():
            print(self.sut.scrub(problem), file=sys.stderr)
        with INTERRUPTION.mode(Mode.NOTED):
            for id in self._selected:
                if id not in self._records:
                    self._records[id] = self._not_begun(self._case_named(id), reason)
            self.results = self._results()
            self._code = exit_code(self.results)
            if self._writes:
                self._write(self.results)
            config.hook.pytest_plugproof_results(results=self.results)

    def _write(self, results: dict[str, Any]) -> None:
        unwritten = writing.tried(results, self.out, is_last=self._is_last)
        self._problem = self._problem or unwritten
        if self._problem is not None:
            print(self._problem, file=sys.stderr)
            self._code = at_least_errors(self._code)

    def _removed(self) -> list[str]:
        """Remove what was made for the run; a sentence for each thing that is left."""
        if not INTERRUPTION.is_urgent():
            with suppress(KeyboardInterrupt):
                return asyncio.run(remove_all(self.sut, self.out))
        return left(self.out)

    def _not_begun(self, case: Case, reason: str) -> dict[str, Any]:
        excluded = self._session.edition.needs.applicability(case.profile, case.needs, self.sut) if case.rules else None
        rerun = self._session.rerun_command(case.id)
        if excluded is not None:
            return blank_record(case, self.sut, verdict="NOT_APPLICABLE", reason=excluded, rerun=rerun)
        return blank_record(case, self.sut, verdict="INCONCLUSIVE", reason=reason, rerun=rerun, not_run=True)

    def _results(self) -> dict[str, Any]:
        catalogue = self._catalogue()
        return assemble(
            self.sut,
            self._records.values(),
            measured=self._measured,
            started=self._started,
            seconds=(time.monotonic_ns() - self._measured.began_ns) / 1e9,
            machine=self._machine,
            workers=self.workers,
            strict=self._session.strict,
            compatibility=self._session.insists,
            command=self._command,
            rtt_ms=self.rtt_ms,
            selection=selection(self._asked, catalogue, [*self._earlier, *self._selected]),
            profiles=profile_counts(self.sut, catalogue, [*self._earlier, *self._selected], self._records.values()),
            interrupted=interrupted(INTERRUPTION.by, self._records.values()),
            fail_on=self._fail_on,
            pics_mismatch=summed(self._pics),
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Where the reports are, for those who run pytest themselves."""
        terminalreporter.write_sep("-", "plugproof")
        terminalreporter.write_line(f"results, reports and traces: {self.out}")

    def _all_ours(self, session: pytest.Session) -> bool:
        return session.testscollected <= len(self._records)

    def _crashed(self, report: pytest.TestReport) -> None:
        """A worker died: the case it ran is an ERROR and not silently missing."""
        found = _ID.search(report.nodeid)
        if found is None:
            return
        case = self._case_named(found.group(1))
        if INTERRUPTION.has_come():  # it was killed by us, or together with us
            self._records[case.id] = self._not_begun(case, judgement.CUT_SHORT)
            return
        self._records[case.id] = blank_record(
            case,
            self.sut,
            verdict="ERROR",
            reason="the process that ran the case died",
            rerun=self._session.rerun_command(case.id),
        )

    def _case_named(self, id: str) -> Case:
        """What is known of a case that left no record; those of somebody else's package only the workers know."""
        known = next((case for case in self._catalogue() if case.id == id), None)
        return known or Case(id=id, title=id, sut=self.sut.role, profile="unknown", ref="", rules={})

    def _catalogue(self) -> list[Case]:
        from harness.case.registry import all_cases

        # Of an optional profile nothing is missing in a run that asked for none of it.
        asked = {*self._asked.named, *(case.profile for case in all_cases() if case.id in self._selected)}
        return [
            case
            for case in all_cases(self.sut.version)
            if case.sut == self.sut.role and (not case.optional or case.profile in asked)
        ]
