"""`plugproof check FILE`: is the SUT file usable? Mistakes are sentences, the exit code is 2.

It works offline. `--show-requests` prints what operator and fixtures would do. `--probe` then makes a station and the
tags as `[fixtures]` says, connects, boots, shows the tags, tries the operations that only read, and removes what it
made; what a run would not find there as it needs it is a sentence each, and the exit code is 3.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from harness.adapters.operators import OperatorError
from harness.adapters.operators.python import found
from harness.adapters.provisioning.scopes import per_case, remove_all
from harness.case.facts import CaseFacts
from harness.case.registry import missing
from harness.case.verdicts import CaseFailure, HarnessError, Unreachable
from harness.edition import Reach, bench_of, edition_of
from harness.exit_codes import ExitCode
from harness.peers.look import Answers
from harness.plugin.session import new_run_id
from harness.sut import (
    Lane,
    ManualSettings,
    NoFixtures,
    NoOperator,
    PythonFixtures,
    PythonSettings,
    ReferenceSettings,
    RestFixtures,
    RestSettings,
    Sut,
    SutError,
    TriggerSettings,
    security_profiles,
)
from harness.sut.reading import load
from harness.sut.tables.driving import ManualDriver, PythonDriver, RestDriver, SimulatedDriver
from harness.sut.tables.link import RUN_LENGTH
from ocppj.evidence.outside import told
from reports.text.plain import visible

if TYPE_CHECKING:
    from harness.plugin.preparation import Prepared

_NAMED = 4  # open questions that are named in the overview


def run(
    file: Path,
    cases: Iterable[CaseFacts] | None = None,
    known_cases: Iterable[str] | None = None,
    *,
    probe: bool = False,
    show_requests: bool = False,
) -> int:
    """Check `file`, print what is wrong or a short overview; returns the exit code.

    `cases` of the file's role are counted in the overview; `known_cases` are all ids that
    `expected_failures` may name, those of `cases` when not given.
    """
    cases = None if cases is None else list(cases)
    if known_cases is None and cases is not None:
        known_cases = [case.id for case in cases]
    try:
        sut = load(file, known_cases=known_cases)
        _import_classes(sut)
    except SutError as error:
        for sentence in error.sentences:
            typer.echo(sentence, err=True)
        return ExitCode.USAGE
    own = None if cases is None else [case for case in cases if _is_for(case, sut)]
    for line in overview(sut, own or None):
        typer.echo(line)
    nothing = missing(sut.role, sut.version)
    if nothing is not None:
        typer.echo(_line("cases", nothing))
    shown = _show_requests(sut) if show_requests else ExitCode.OK
    return (_probe(sut) if probe else ExitCode.OK) or shown


def _show_requests(sut: Sut) -> int:
    from harness.cli.commands.requests import Requests  # imports what a run needs, so not before it is asked for

    reach = bench_of(sut).reach
    if reach is None:
        typer.echo("--show-requests is for a back office; nobody sends requests to a charge point", err=True)
        return ExitCode.USAGE
    requests = Requests(sut, reach)
    try:
        for line in ("", *requests.lines()):
            typer.echo(line)
    except OperatorError as error:
        requests.problems[str(error)] = None
    for problem in requests.problems:
        typer.echo(problem, err=True)
    return ExitCode.USAGE if requests.problems else ExitCode.OK


def _import_classes(sut: Sut) -> None:
    """Look for the classes of the user's that the file names. Raises SutError."""
    problems = []
    for table, settings in (("operator", sut.operator), ("fixtures", sut.fixtures)):
        if isinstance(settings, PythonSettings | PythonFixtures):
            try:
                found(settings, table, sut.source)
            except OperatorError as error:
                problems.append(error.sentence)
    if problems:
        raise SutError(problems)


def _probe(sut: Sut) -> int:
    from harness.plugin.preparation import NotReady, looker, prepare  # opens sockets, so not before it is needed

    reach = bench_of(sut).reach
    if reach is None:
        typer.echo("--probe is for a back office; a charge point connects by itself", err=True)
        return ExitCode.USAGE
    run = new_run_id()
    lanes = [sut.lane(0, run)]
    with tempfile.TemporaryDirectory(prefix="plugproof-") as folder:
        out = Path(folder)
        try:
            prepared = asyncio.run(prepare(sut, lanes, out, run))
        except (NotReady, Unreachable) as error:
            typer.echo(told(sut.scrub(str(error))), err=True)
            for line in getattr(error, "evidence", "").splitlines():
                typer.echo(f"    {visible(line)}".rstrip(), err=True)
            return ExitCode.USAGE if isinstance(error, NotReady) else ExitCode.ERRORS
        for line in _seen(sut, prepared):
            typer.echo(told(sut.scrub(line)))
        problems = list(prepared.sentences)
        if prepared.look is not None and prepared.look.answers is Answers.BOOTS and _can_be_tried(sut):
            problems += _tried(sut, reach, looker(sut, lanes, run), out)
        problems += asyncio.run(remove_all(sut, out))
    for problem in problems:
        typer.echo(told(sut.scrub(problem)), err=True)
    return ExitCode.ERRORS if problems else ExitCode.OK


def _can_be_tried(sut: Sut) -> bool:
    """Whether there is an operator that does by itself what it is asked for."""
    return not isinstance(sut.operator, NoOperator | ManualSettings)


def _tried(sut: Sut, reach: Reach, lane: Lane, out: Path) -> list[str]:
    """Try what only reads, say what came of it; gives a sentence for each operation that did not work."""
    try:
        outcomes = asyncio.run(reach.tries(sut, lane, out))
    except (CaseFailure, HarnessError, OperatorError) as error:
        return [f"the operator was not tried, as {lane.identity} did not come so far again: {error}"]
    for one in outcomes:
        came = "is not offered" if not one.offered else "did not work" if one.ms is None else f"came in {one.ms:.0f} ms"
        typer.echo(_line("operator", f"{one.action} {came}"))
    return [
        "\n".join(
            (f"{one.action}: {one.problem}", *(f"    {visible(line)}".rstrip() for line in one.evidence.splitlines()))
        )
        for one in outcomes
        if one.problem is not None
    ]


def _seen(sut: Sut, prepared: Prepared) -> Iterator[str]:
    """How far the station that looked came, and what the CSMS tells of the tags."""
    look = prepared.look
    if look is None:
        return
    came = {Answers.OPENS: "connected", Answers.BOOTS: "connected and booted"}.get(look.answers, "was not let in")
    rtt = f", round trip {look.rtt_ms:g} ms" if look.rtt_ms is not None else ""
    yield _line("probe", f"{look.identity} {came}{rtt}")
    if look.tags:
        yield _line("tags", ", ".join(f"{sut.named_tags()[name]} is {status}" for name, status in look.tags.items()))


def overview(sut: Sut, cases: Collection[CaseFacts] | None = None) -> Iterator[str]:
    """Lines that tell a reader what a run with this file would do."""
    yield f"{sut.source}: usable"
    kind, address = _WHERE[sut.role](sut)
    edition = edition_of(sut)
    yield _line("product", " ".join(part for part in (sut.product.designation, kind, address) if part))
    yield _line(
        "profiles", ", ".join(name for name, key in edition.claims.profiles.items() if sut.answer(f"profiles.{key}"))
    )
    security = ", ".join(str(profile) for profile in security_profiles(sut)) or "none"
    yield _line(
        "security", f"profiles claimed: {security}; the run starts in profile {sut.connection.security_profile}"
    )
    yield from _AT_WORK[sut.role](sut)
    if cases is not None:
        reasons = [edition.needs.applicability(case.profile, case.needs, sut) for case in cases]
        applicable = reasons.count(None)
        yield _line("cases", f"{applicable} of {len(reasons)} apply, {len(sut.expected_failures)} expected to fail")
        reasons = [
            reason or edition.needs.missing_tag(case.needs, sut) for case, reason in zip(cases, reasons, strict=True)
        ]
        for reason in sorted({reason for reason in reasons if reason is not None}):
            yield _line("", f"{reasons.count(reason)} {reason}")
    open_questions = edition.needs.unanswered(sut)
    if open_questions:
        named, more = open_questions[:_NAMED], len(open_questions) - _NAMED
        rest = f" and {more} more" if more > 0 else ""
        yield _line("unanswered", f"{len(open_questions)}, counted as claimed: {', '.join(named)}{rest}")


def _at_a_back_office(sut: Sut) -> Iterator[str]:
    yield _line("lanes", _lanes(sut))
    yield _line("tags", _tags(sut))
    yield _line("operator", _operator(sut))
    if not isinstance(sut.fixtures, NoFixtures):
        yield _line("fixtures", _fixtures(sut))


def _at_a_charge_point(sut: Sut) -> Iterator[str]:
    for number, station in enumerate(sut.lanes if sut.is_awaited else sut.lanes[:1]):
        who = station.identity or ("whichever connects first" if sut.is_awaited else "one for each worker")
        yield _line("" if number else "stations", f"{who}, connecting to {station.listen}")
    yield _line("driver", _driver(sut))


_AT_WORK: Final[Mapping[str, Callable[[Sut], Iterator[str]]]] = {
    "csms": _at_a_back_office,
    "charge_point": _at_a_charge_point,
}
"""Role -> who is at work in a run, line by line."""
_WHERE: Final[Mapping[str, Callable[[Sut], tuple[str, str]]]] = {
    "csms": lambda sut: ("back office", f"at {sut.connection.url}"),
    "charge_point": lambda sut: ("charge point", f"connecting to {sut.connection.listen}"),
}
"""Role -> what the product is, and where it is met."""


def _line(title: str, text: str) -> str:
    return f"  {title:<11}{text}"


def _lanes(sut: Sut) -> str:
    if sut.fresh_identities:
        return (
            f"any number: a fresh identity for every case, such as {sut.lane(0, '*' * RUN_LENGTH, 'TC_001').identity}"
        )
    if sut.lane_count is None:
        return f"any number: {sut.lane(0).identity}, {sut.lane(1).identity}, ..."
    return f"{sut.lane_count}: {', '.join(lane.identity for lane in sut.lanes)}"


def _operator(sut: Sut) -> str:
    if isinstance(sut.operator, RestSettings):
        return f"rest, templates for {', '.join(sorted(sut.operator.actions)) or 'no action'}"
    if isinstance(sut.operator, ReferenceSettings):
        return f"reference at {sut.operator.api}"
    if isinstance(sut.operator, TriggerSettings):
        return f"trigger at {sut.operator.base_url}"
    if isinstance(sut.operator, PythonSettings):
        return f"python, {sut.operator.use}"
    if isinstance(sut.operator, ManualSettings):
        return f"manual, a person at the terminal has {sut.request_s:g} s for everything"
    return "none, so cases that need an action of the back office cannot be judged"


def _driver(sut: Sut) -> str:
    settings = sut.driver
    if isinstance(settings, RestDriver):
        return f"rest, templates for {', '.join(sorted(settings.acts)) or 'no act'}"
    if isinstance(settings, SimulatedDriver):
        return f"simulated at {settings.api}" if settings.api else "simulated, the station comes along"
    if isinstance(settings, PythonDriver):
        return f"python, {settings.use}"
    if isinstance(settings, ManualDriver):
        return f"manual, a person at the station has {sut.request_s:g} s for everything"
    return "none, so cases that need somebody at the station cannot be judged"


def _tags(sut: Sut) -> str:
    """How many cases can charge at once: with more workers, those that do take turns."""
    if sut.fresh_tags:
        return "made for every case"
    tags = len({tags.valid for tags in (sut.tags, *sut.more_tags)})
    if tags == 1:
        return "1 to charge with; with several workers the cases that charge take turns"
    return f"{tags} to charge with, one for each worker up to -n {tags}"


def _fixtures(sut: Sut) -> str:
    settings = sut.fixtures
    when = "stations are made " + ("for every case" if per_case(sut) else "once per run")
    if isinstance(settings, RestFixtures) and settings.stations.create is None:
        when = "stations have to exist"
    how_often = "for every case" if sut.fresh_tags else "once per run"
    return f"{settings.__struct_config__.tag}, {when}, tags are made {how_often}"


def _is_for(case: CaseFacts, sut: Sut) -> bool:
    """Whether a case is for this role and version; one that does not say is for every."""
    return getattr(case, "sut", sut.role) == sut.role and getattr(case, "version", sut.version) == sut.version
