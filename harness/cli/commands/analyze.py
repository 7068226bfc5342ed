"""`plugproof analyze`: rules over recorded traffic, told on the terminal and in files (docs/analyze.md)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from harness.artifacts.run_folder import followed
from harness.artifacts.whole import OutputError, told, write_whole
from harness.cli.precheck.watch import PatientConsole
from harness.cli.tables import console_for, rich_table
from harness.cli.usage import usage
from harness.exit_codes import ExitCode, of_os_error
from harness.instruments.analysis.judging import Judge, Options
from harness.instruments.analysis.logs import Log
from harness.instruments.analysis.masking.copy import MaskedCopy
from harness.instruments.analysis.reading import AUTO, LogRead, Taker, Unusable, read
from harness.instruments.analysis.report import document
from harness.instruments.analysis.shapes.known import SHAPES
from harness.instruments.analysis.shapes.records import KEYS
from harness.instruments.analysis.versions import knows_errata
from ocppj.versions import VERSIONS
from reports.analysis import words
from reports.analysis.junit import junit

LEVELS: Final[Mapping[str, frozenset[str]]] = {
    "MUST": frozenset({"MUST"}),
    "SHOULD": frozenset({"MUST", "SHOULD"}),
    "INFO": frozenset({"MUST", "SHOULD", "INFO"}),
}
"""What each wish of ``--fail-on`` about a level is red for."""
OTHER_WISHES: Final = ("unread", "transaction")
FILES: Final = {
    "analysis.html": "for people",
    "analysis.json": "everything, for machines",
    "junit.xml": "for CI",
    "transactions.jsonl": "every transaction",
}
MAX_WIDTH: Final = 180
STEP: Final = 64 << 20
"""Bytes after which a line tells how far it is, where nobody looks at a terminal."""
_ZONE: Final = re.compile(r"(?P<sign>[+-])(?P<hours>[01]\d|2[0-3]):?(?P<minutes>[0-5]\d)|(?P<utc>Z|UTC)")
_FOLDED: Final = frozenset({"What"})
_STYLES: Final = {"MUST": "bold red", "SHOULD": "yellow"}


@dataclass(frozen=True)
class Wish:
    """What the user wants, as it was typed."""

    logs: tuple[str, ...]
    format: str = AUTO
    ocpp: str | None = None
    errata: str | None = None
    keys: tuple[str, ...] = ()
    zone: str | None = None
    answer_within: float = 60
    out: Path | None = None
    fail_on: tuple[str, ...] = ()
    mask: Path | None = None


def run(wish: Wish) -> int:
    """Read, judge, tell. Gives 1 for what ``fail_on`` names, 3 when a log or a file broke, 5 without any frame."""
    keys, options = _keys(wish.keys), _options(wish)
    red = _red(wish)
    if wish.logs.count("-") > 1:
        usage("- stands for standard input, which can be read once only; name it once")
    paths = tuple(path for name in wish.logs for path in _traces(name))
    for name in paths:
        _is_no_output(wish, name)
    try:
        with ExitStack() as stack:
            write = None if wish.out is None else stack.enter_context(_transactions(wish.out))
            taker: Taker = Taker() if wish.mask is None else stack.enter_context(MaskedCopy(wish.mask))
            judge = Judge(options, write)
            logs, interrupted = _read(paths, wish.format, judge, keys, taker)
        found = document(judge, logs, interrupted=interrupted)
        _tell(found)
        if wish.out is not None:
            _write(found, wish.out, red)
    except Unusable as error:
        usage(str(error))
    except OutputError as error:
        print(error, file=sys.stderr)
        return ExitCode.ERRORS
    return _code(found, red)


def _read(
    paths: tuple[str, ...], shape: str, judge: Judge, keys: Mapping[str, str], taker: Taker
) -> tuple[list[LogRead], bool]:
    """Every log; a Ctrl-C ends the reading, and what was read is told."""
    logs: list[LogRead] = []
    interrupted = False
    with _progress(paths) as progress:
        try:
            for path in paths:
                read(path, judge, into=logs, shape=shape, keys=keys, taker=taker, progress=progress)
        except KeyboardInterrupt:
            interrupted = True
    judge.finish()
    return logs, interrupted


def _code(found: Mapping[str, Any], red: frozenset[str]) -> int:
    if found["interrupted"]:
        return ExitCode.INTERRUPTED
    if any(log["trouble"] for log in found["logs"]):
        return ExitCode.ERRORS
    if not found["totals"]["frames"]:
        return ExitCode.NOTHING_RAN
    is_red = any(found["totals"]["findings"].get(level) for level in red)
    is_red |= "unread" in red and any(log["unread"] for log in found["logs"])
    is_red |= "transaction" in red and found["transactions"]["with_remarks"] > 0
    return ExitCode.FAILED if is_red else ExitCode.OK


# ---- what was typed


def _options(wish: Wish) -> Options:
    if wish.format != AUTO and wish.format not in SHAPES:
        usage(f"--format is {', '.join([AUTO, *SHAPES][:-1])} or {[*SHAPES][-1]}, not {wish.format}")
    if wish.ocpp is not None and wish.ocpp not in VERSIONS:
        usage(f"--ocpp is {' or '.join(VERSIONS)}, not {wish.ocpp}")
    if wish.errata is not None and not knows_errata(wish.errata):
        usage(f"--errata is a level of connection.errata, such as 2019 or 2025-04, not {wish.errata}")
    return Options(version=wish.ocpp, errata=wish.errata, zone=_zone(wish.zone), answer_within_s=wish.answer_within)


def _zone(text: str | None) -> float | None:
    if text is None:
        return None
    found = _ZONE.fullmatch(text)
    if found is None:
        usage(f"--zone is an offset from UTC such as +02:00, or UTC, not {text}")
    if found["utc"]:
        return 0.0
    seconds = int(found["hours"]) * 3_600 + int(found["minutes"]) * 60
    return float(-seconds if found["sign"] == "-" else seconds)


def _keys(given: tuple[str, ...]) -> dict[str, str]:
    keys = {}
    for one in given:
        name, sign, member = one.partition("=")
        if name not in KEYS or not sign or not member:
            known = ", ".join([*KEYS][:-1])
            usage(
                f"--key is NAME=MEMBER with {known} or {[*KEYS][-1]} as the name, such as message=data.raw, not {one}"
            )
        keys[name] = member
    return keys


def _red(wish: Wish) -> frozenset[str]:
    red: set[str] = set()
    for name in wish.fail_on:
        if name not in LEVELS and name not in OTHER_WISHES:
            usage(f"--fail-on is {', '.join([*LEVELS, OTHER_WISHES[0]])} or {OTHER_WISHES[1]}, not {name}")
        red |= LEVELS.get(name, frozenset({name}))
    return frozenset(red)


def _traces(name: str) -> list[str]:
    """The log that is meant, or all traces of a run whose folder is named."""
    folder = followed(Path(name))
    if name == "-" or not folder.is_dir():
        return [name]
    traces = sorted(folder.glob("cases/*/trace.jsonl"))
    if not traces:
        usage(f"{name}: is a folder without the traces of a run; name its logs")
    return [str(trace) for trace in traces]


def _is_no_output(wish: Wish, log: str) -> None:
    if wish.mask is not None and log != "-" and Path(log).resolve() == wish.mask.resolve():
        usage(f"--mask {wish.mask}: that is a log to read, and would be overwritten; name another file")


# ---- what is told


def _tell(found: Mapping[str, Any]) -> None:
    tables = (words.stations_table, words.times_table, words.odd_table)
    shown = [table for table in (make(found) for make in tables) if table.rows]
    made = [rich_table(table, folded=_FOLDED, right=False) for table in shown]
    console = console_for(made, MAX_WIDTH)
    style = {"good": "bold green", "odd": "bold yellow", "bad": "bold red"}[words.state(found)]
    console.print(words.headline(found), style=style, markup=False)
    console.print(words.period(found), markup=False)
    for log in found["logs"]:
        for line in words.log_lines(log, others=not found["totals"]["frames"]):
            console.print(line, markup=False, soft_wrap=True)
    for note in words.notes(found):
        console.print(f"note: {note}", style="yellow", markup=False, soft_wrap=True)
    for rule in found["rules"]:
        console.print()
        console.print(words.broken(rule), style=_STYLES.get(rule["level"], "default"), markup=False, soft_wrap=True)
        for line in words.examples(rule):
            console.print(f"  {line}", markup=False, soft_wrap=True)
    for table in made:
        console.print()
        console.print(table)
    console.print()
    console.print(words.transactions_sentence(found), markup=False)


def _write(found: Mapping[str, Any], out: Path, red: frozenset[str]) -> None:
    from reports.analysis.page import page  # brings in the templates

    write_whole(out / "analysis.json", json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    write_whole(out / "junit.xml", junit(found, red))
    write_whole(out / "analysis.html", page(found))
    console = PatientConsole(highlight=False)
    console.print()
    for name, what in FILES.items():
        console.print(f"{out / name}: {what}", markup=False, soft_wrap=True)


@contextmanager
def _transactions(out: Path) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Writes every transaction as it ends. Raises ``OutputError``, or ends with exit code 2 for a wrong name."""
    file = out / "transactions.jsonl"
    try:
        out.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as lines:
            yield lambda transaction: _line(lines, file, transaction)
            lines.flush()
    except OSError as error:
        if of_os_error(error) is ExitCode.USAGE:
            usage(f"--out {out}: cannot be written ({error.strerror}); name another folder")
        raise OutputError(f"{file}: cannot be written ({error.strerror}); make room, or choose another --out") from None


def _line(lines: IO[str], file: Path, transaction: Mapping[str, Any]) -> None:
    """Write one. Raises ``OutputError``, because what is an ``OSError`` here is the log's, that is being read."""
    with told(file):
        lines.write(json.dumps(transaction, ensure_ascii=False) + "\n")


@contextmanager
def _progress(paths: tuple[str, ...]) -> Iterator[Callable[[Log], None]]:
    """How far each log is: a bar on a terminal, elsewhere a line now and then; on standard error either way."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(paths[0], total=None)
        yield lambda log: bar.update(task, description=log.name, completed=log.done, total=log.size)


class _Lines:
    """A line for every so many bytes of a log."""

    def __init__(self) -> None:
        self._told: tuple[str, int] = ("", 0)

    def __call__(self, log: Log) -> None:
        name, steps = self._told
        now = log.done // STEP
        if log.name != name:
            self._told = (log.name, now)
        elif now > steps:
            self._told = (name, now)
            of = "" if log.size is None else f" of {log.size >> 20}"
            print(f"{log.name}: {log.done >> 20}{of} MiB read", file=sys.stderr)
