"""On the controller: gathers the records of all cases, and writes the reports when the run is over."""

import asyncio
import re
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from harness import output
from harness.case import Case, is_selected
from harness.measuring import Measured
from harness.pics_check import summed
from harness.provisioning.scopes import remove_all
from harness.results import assemble, blank_record, machine
from harness.selection import Asked, profile_counts, selection
from harness.session import CASE, RunSession
from reports.verdicts import exit_code

_ID = re.compile(r"\[([A-Za-z0-9_]+)[^\]]*\]$")


class Collector:
    """A pytest plugin of its own, registered where there is no worker above."""

    def __init__(
        self,
        session: RunSession,
        *,
        workers: int,
        command: str,
        writes: bool = True,
        asked: Asked = Asked(),  # noqa: B008 - it is frozen
        fail_on: Iterable[str] = (),
    ) -> None:
        """``writes``: the documents of the run are written in the end."""
        self.sut = session.sut
        self.out = session.out
        self.workers = workers
        self.lanes = [session.sut.lane(number, session.id) for number in range(workers)]
        self.rtt_ms: float | None = None
        self.results: dict[str, Any] | None = None
        self._session = session
        self._command = command
        self._writes = writes
        self._asked = asked
        self._fail_on = frozenset(fail_on)
        session.health.reset()
        self._records: dict[str, dict[str, Any]] = {}
        self._pics: dict[str, dict[str, Any]] = {}
        self._started = datetime.now(UTC)
        self._measured = Measured(began_ns=time.monotonic_ns())
        self._machine = machine()
        self._lanes: dict[str, int] = {}
        self._selected: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """xdist starts a worker: it gets the first lane that nobody has, so that a replacement inherits one."""
        taken = set(self._lanes.values())
        lane = next(number for number in range(len(taken) + 1) if number not in taken)
        node.workerinput["plugproof_lane"] = self._lanes[node.gateway.id] = lane
        node.workerinput["plugproof_run"] = self._session.id

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
            self._measured.take(record["id"], record.pop("measured"))
            self._pics[record["id"]] = record.pop("pics")
            self._records[record["id"]] = record
        elif report.failed and report.when not in ("setup", "call", "teardown"):
            self._crashed(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Any:
        """Clean up, write everything, and let the verdicts decide the exit code unless pytest itself was stopped."""
        outcome = yield
        self._session.health.reset()
        for problem in asyncio.run(remove_all(self.sut, self.out)):
            print(problem, file=sys.stderr)
        catalogue = self._catalogue()
        self.results = assemble(
            self.sut,
            self._records.values(),
            measured=self._measured,
            started=self._started,
            seconds=(time.monotonic_ns() - self._measured.began_ns) / 1e9,
            machine=self._machine,
            workers=self.workers,
            strict=self._session.strict,
            command=self._command,
            rtt_ms=self.rtt_ms,
            selection=selection(self._asked, catalogue, self._selected),
            profiles=profile_counts(self.sut, catalogue, self._selected, self._records.values()),
            fail_on=self._fail_on,
            pics_mismatch=summed(self._pics),
        )
        if self._writes:
            output.write(self.results, self.out)
        session.config.hook.pytest_plugproof_results(results=self.results)
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
            code = exit_code(self.results)
            # A test of somebody else's in the same run may have failed as well.
            foreign = session.exitstatus == pytest.ExitCode.TESTS_FAILED and code == 0 and not self._all_ours(session)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if foreign else code
        return outcome

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
        from harness.registry import all_cases

        return [case for case in all_cases() if is_selected(case, sut=self.sut.role)]
