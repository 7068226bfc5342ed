"""`plugproof fuzz`: a system under test is sent what nobody would think of, and what breaks it is kept."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from harness.artifacts.whole import OutputError
from harness.case.verdicts import HarnessError, Inconclusive, Unreachable
from harness.cli.faults import problem_of
from harness.cli.precheck.watch import PatientConsole
from harness.cli.usage import usage
from harness.edition import bench_of
from harness.exit_codes import ExitCode
from harness.instruments.fuzzing.arena import Arena, Loop
from harness.instruments.fuzzing.contact.meeting import MEETINGS, Met
from harness.instruments.fuzzing.folder import BadFinding, keep, known, results, write_results
from harness.instruments.fuzzing.hunt import Finding, Known, Listener, Outcome, hunts
from harness.instruments.fuzzing.script import script
from harness.plugin.charge_point_fixtures import Shown
from harness.plugin.preparation import NotReady
from harness.plugin.session import new_run_id
from harness.processes.embedded_file import reference_station_file
from harness.processes.reference_csms import reference_csms
from harness.sut import Sut, SutError
from harness.sut.reading import DEFAULT_VERSION, load
from ocppj.evidence.outside import told
from reports.text.plain import visible

MOST_PATIENCE_S: Final = 5.0
"""Seconds that an answer is waited for at the most: a SUT file allows for people and slow networks, a search cannot."""
_LARGEST_SEED: Final = 10_000
_SHOWN: Final = 160
"""Characters of a message that are printed; the whole is in the folder of the finding."""


@dataclass(frozen=True)
class Wish:
    """What the user wants."""

    sut: Path | None
    role: str
    minutes: float
    seed: int | None
    out: Path
    faults: tuple[str, ...]


def run(wish: Wish) -> int:
    """Fuzz; gives 1 when something was found, else 0, and the other codes as ever (docs/exit-codes.md)."""
    if wish.role not in MEETINGS:
        usage(f"--role is csms or charge-point, not {wish.role}")
    if wish.faults and wish.sut is not None:
        usage("--fault breaks what comes along only; leave out --sut")
    problem = problem_of(wish.faults, wish.role, DEFAULT_VERSION)
    if problem is not None:
        usage(problem)
    try:
        with _target(wish) as sut:
            return _fuzzed(wish, sut)
    except SutError as error:
        usage(*error.sentences)
    except (NotReady, BadFinding) as error:
        usage(str(error))
    except (HarnessError, Inconclusive, Unreachable, OutputError) as error:
        typer.echo(str(error), err=True)
        return ExitCode.ERRORS
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED


@contextmanager
def _target(wish: Wish) -> Iterator[Sut]:
    """The system under test: that of the file, or the one that comes along."""
    if wish.sut is not None:
        yield load(wish.sut)
        return
    with tempfile.TemporaryDirectory(prefix="plugproof-") as folder, _EMBEDDED[wish.role](wish, Path(folder)) as file:
        yield load(file)


def _csms(wish: Wish, folder: Path) -> AbstractContextManager[Path]:
    return reference_csms(folder, faults=wish.faults, with_rsa=False)


def _station(wish: Wish, folder: Path) -> AbstractContextManager[Path]:
    return reference_station_file(folder, version=DEFAULT_VERSION, faults=wish.faults)


_EMBEDDED: Final[Mapping[str, Callable[[Wish, Path], AbstractContextManager[Path]]]] = {
    "csms": _csms,
    "charge_point": _station,
}
"""Role -> what is tested where nothing is named."""


def _to_stderr(text: str) -> None:
    typer.echo(text, nl=False, err=True)


def _fuzzed(wish: Wish, sut: Sut) -> int:
    if bench_of(sut).fuzzed is None:
        typer.echo(f"OCPP {sut.version} cannot be fuzzed yet; only 1.6 can", err=True)
        return ExitCode.NOTHING_RAN
    seed = secrets.randbelow(_LARGEST_SEED) if wish.seed is None else wish.seed
    before = known(wish.out, sut.version, sut.role)
    _make(wish.out)
    loop = Loop()
    try:
        meeting = MEETINGS[sut.role](sut, wish.out, new_run_id(), Shown(_to_stderr))
        met = loop.run(meeting.__aenter__())
        try:
            for sentence in met.sentences:
                typer.echo(told(sut.scrub(sentence)))
            outcome = _hunted(wish, sut, met, loop, seed, before)
        finally:
            loop.run(meeting.__aexit__(None, None, None))
    finally:
        loop.ends()
    for sentence in met.remains:
        typer.echo(told(sut.scrub(sentence)), err=True)
    write_results(wish.out, results(outcome, name=sut.name, version=sut.version, role=sut.role, scrub=sut.scrub))
    _tells(outcome, wish.out, sut)
    return _exit_code(outcome)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        usage(f"--out {folder} cannot be made ({error.strerror}); choose another folder")


def _hunted(wish: Wish, sut: Sut, met: Met, loop: Loop, seed: int, before: list[Known]) -> Outcome:
    patience = min(sut.timeouts.message_s, MOST_PATIENCE_S)
    masked = [secret.reveal() for secret in sut.secrets]
    arena = Arena(met.dialect, met.contact, patience, loop, secrets=masked)
    seconds = wish.minutes * 60
    with _Watch(wish, sut, met, seconds, seed) as watch:
        return hunts(arena, number=seed, seconds=seconds, lines=met.contact.most, known=before, listener=watch)


class _Watch(Listener):
    """Shows what happens, and keeps each finding as soon as it is made: what ends the run takes none of them away."""

    def __init__(self, wish: Wish, sut: Sut, met: Met, seconds: float, seed: int) -> None:
        self._wish = wish
        self._sut = sut
        self._met = met
        self._seconds = seconds
        self._seed = seed
        self._began = monotonic()
        in_ci = bool(os.environ.get("CI"))
        self._console = PatientConsole(highlight=False, soft_wrap=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=in_ci or not sys.stdout.isatty(),
        )
        self._task = self._progress.add_task("starting", total=seconds)

    def __enter__(self) -> _Watch:
        minutes = f"{self._wish.minutes:g} minute{'s' * (self._wish.minutes != 1)}"
        self._console.print(f"fuzzing {self._sut.name} for {minutes}, seed {self._seed}", markup=False)
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def found(self, finding: Finding) -> None:
        """Keep it, and tell of it."""
        sut, problem = self._sut, finding.problem
        text = script(problem, self._met.dialect, self._met.where, sut.party)
        keep(self._wish.out, finding, text, version=sut.version, role=sut.role, scrub=sut.scrub)
        for number, line in enumerate(_lines(finding, sut)):
            self._console.print(line, style="bold red" if not number else None, markup=False)

    def went_on(self, sessions: int, messages: int) -> None:
        """Move the bar."""
        self._progress.update(
            self._task,
            completed=min(monotonic() - self._began, self._seconds),
            description=f"{sessions} sessions, {messages} messages",
        )


def _lines(finding: Finding, sut: Sut) -> Iterator[str]:
    problem = finding.problem
    again = " again" if finding.is_old else ""
    yield _clean(sut, f"FOUND{again} {problem.title} ({problem.rule}, {problem.level})")
    yield _clean(sut, f"  expected  {problem.expected}")
    yield _clean(sut, f"  actual    {problem.actual}")
    texts = [text for step in problem.steps for text in step.texts]
    for number, text in enumerate(texts):
        yield _clean(sut, f"  {'messages' if not number else '':8}  {text[:_SHOWN]}")


def _clean(sut: Sut, text: str) -> str:
    return visible(told(sut.scrub(text)))


def _tells(outcome: Outcome, out: Path, sut: Sut) -> None:
    for problem in outcome.unsure:
        typer.echo(_clean(sut, f"seen once and not again: {problem.title}: {problem.actual}"))
    for title in outcome.gone:
        typer.echo(_clean(sut, f"no longer so: {title}"))
    if outcome.ended is not None:
        typer.echo(_clean(sut, f"ended before its time: {outcome.ended}"), err=True)
    count = len(outcome.findings)
    what = f"{count} finding{'s' * (count != 1)}" if count else "nothing found"
    played = f"{outcome.sessions} sessions, {outcome.messages} messages, {outcome.seconds:.0f} s, seed {outcome.seed}"
    typer.echo(f"{what} in {played}: {out}")


def _exit_code(outcome: Outcome) -> int:
    if outcome.is_interrupted:
        return ExitCode.INTERRUPTED
    if outcome.findings:
        return ExitCode.FAILED
    return ExitCode.ERRORS if outcome.ended is not None or outcome.unsure else ExitCode.OK
