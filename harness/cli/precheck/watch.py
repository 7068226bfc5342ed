"""Progress while the cases run: a bar on a terminal, a line per case elsewhere, and in CI only what did not pass."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any, ClassVar, cast

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from harness.exit_codes import ExitCode, of_os_error
from reports.results.verdicts import outcome, word

STYLES = {"FAIL": "bold red", "XPASS": "bold red", "ERROR": "bold red", "INCONCLUSIVE": "yellow", "XFAIL": "yellow"}


class _Patient:
    """Standard output, which may be a file on a disk that is full: the run goes on, as its reports are wanted."""

    problem: ClassVar[str | None] = None

    def write(self, text: str) -> None:
        with self._going_on():
            sys.stdout.write(text)

    def flush(self) -> None:
        with self._going_on():
            sys.stdout.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if of_os_error(error) is ExitCode.USAGE:
                raise
            _Patient.problem = refused(error)
            silence()


def refused(error: OSError) -> str:
    """The sentence about a standard output that takes no more."""
    return f"standard output cannot be written ({error.strerror}); make room"


def silence() -> None:
    """Nothing more is printed, and Python does not try again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def trouble() -> str | None:
    """What kept us from printing, once; a sentence."""
    problem, _Patient.problem = _Patient.problem, None
    return problem


class PatientConsole(Console):
    """When the reader of our output goes away (`| head`) the run goes on in silence: its reports are still wanted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(file=cast("IO[str]", _Patient()), **options)

    def on_broken_pipe(self) -> None:
        """Instead of leaving the process."""
        self.quiet = True
        silence()


class Watch:
    """A pytest plugin that shows what happens, and keeps the results for whoever prints them."""

    def __init__(self, total: int, name: str, *, live: bool, quiet: bool) -> None:
        """``live`` shows a bar, ``quiet`` leaves out the cases that passed or do not apply."""
        self.results: dict[str, Any] | None = None
        self.problem: str | None = None
        """The first thing that could not be written."""
        self.over: dict[str, float] = {}
        """When each case was over: monotonic seconds by its id."""
        self._console = PatientConsole(highlight=False, soft_wrap=True)
        self._quiet = quiet or live
        self._done = 0
        self._total = total
        self._task: TaskID | None = None
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not live,
        )
        self._name = name

    def __enter__(self) -> "Watch":
        self._console.print(f"{self._total} case{'s' * (self._total != 1)} against {self._name}")
        self._progress.start()
        self._task = self._progress.add_task("starting", total=self._total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a case that is over, and name it when it is not a pass."""
        record: dict[str, Any] | None = getattr(report, "plugproof", None)
        if record is None or self._task is None:
            return
        self._done += 1
        self.over[record["id"]] = time.monotonic()
        self.problem = self.problem or record.get("problem")
        name = outcome(record)
        if record.get("not_run"):
            pass  # the reason is the same for all of them, and is told once at the end
        elif not self._quiet or name not in ("PASS", "NOT_APPLICABLE"):
            style = STYLES.get(name, "green" if name == "PASS" else "dim")
            self._console.print(f"[{style}]{word(name)}[/] {record['id']}  {record['title']}")
        self._progress.update(self._task, completed=self._done, description=record["id"])

    def pytest_plugproof_results(self, results: dict[str, Any]) -> None:
        """The run is over."""
        self.results = results

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A case module that cannot be imported is a defect of the installation; show it."""
        if report.failed:
            print(report.longreprtext, file=sys.stderr)

    def pytest_internalerror(self, excrepr: Any) -> None:
        """An error in pytest or a plugin."""
        print(excrepr, file=sys.stderr)
