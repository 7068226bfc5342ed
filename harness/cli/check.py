"""`plugproof check FILE`: is the SUT file usable? Works offline; mistakes are sentences, the exit code is 2."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Protocol

import typer

from harness.claims import PROFILES, applicability, security_profiles, unanswered
from harness.sut import ReferenceSettings, RestSettings, Sut, SutError, load

USAGE = 2
_NAMED = 4  # open questions that are named in the overview


class CaseFacts(Protocol):
    """What `check` has to know of a case."""

    @property
    def id(self) -> str: ...

    @property
    def profile(self) -> str: ...

    @property
    def needs(self) -> Collection[str]: ...


def check(
    file: Annotated[Path, typer.Argument(help="The SUT file.")] = Path("sut.toml"),
) -> None:
    """Check a SUT file without connecting to anything."""
    raise typer.Exit(run(file))


def run(file: Path, cases: Iterable[CaseFacts] | None = None, known_cases: Iterable[str] | None = None) -> int:
    """Check `file`, print what is wrong or a short overview; returns the exit code.

    `cases` are those of the file's role and are counted in the overview; `known_cases` are all ids that
    `expected_failures` may name, those of `cases` when not given.
    """
    cases = None if cases is None else list(cases)
    if known_cases is None and cases is not None:
        known_cases = [case.id for case in cases]
    try:
        sut = load(file, known_cases=known_cases)
    except SutError as error:
        for sentence in error.sentences:
            typer.echo(sentence, err=True)
        return USAGE
    for line in overview(sut, cases):
        typer.echo(line)
    return 0


def overview(sut: Sut, cases: Collection[CaseFacts] | None = None) -> Iterator[str]:
    """Lines that tell a reader what a run with this file would do."""
    yield f"{sut.source}: usable"
    kind, address = ("back office", f"at {sut.connection.url}")
    if sut.role != "csms":
        kind, address = ("charge point", f"connecting to {sut.connection.listen}")
    yield _line("product", " ".join(part for part in (sut.product.designation, kind, address) if part))
    yield _line("profiles", ", ".join(name for name, key in PROFILES.items() if getattr(sut.profiles, key)))
    security = ", ".join(str(profile) for profile in security_profiles(sut)) or "none"
    yield _line(
        "security", f"profiles claimed: {security}; the run starts in profile {sut.connection.security_profile}"
    )
    yield _line("lanes", _lanes(sut))
    if sut.role == "csms":
        yield _line("operator", _operator(sut))
    if cases is not None:
        reasons = [applicability(case.profile, case.needs, sut) for case in cases]
        applicable = reasons.count(None)
        yield _line("cases", f"{applicable} of {len(reasons)} apply, {len(sut.expected_failures)} expected to fail")
        for reason in sorted({reason for reason in reasons if reason is not None}):
            yield _line("", f"{reasons.count(reason)} {reason}")
    open_questions = unanswered(sut)
    if open_questions:
        named, more = open_questions[:_NAMED], len(open_questions) - _NAMED
        rest = f" and {more} more" if more > 0 else ""
        yield _line("unanswered", f"{len(open_questions)}, counted as claimed: {', '.join(named)}{rest}")


def _line(title: str, text: str) -> str:
    return f"  {title:<11}{text}"


def _lanes(sut: Sut) -> str:
    if sut.lane_count is None:
        return f"any number: {sut.lane(0).identity}, {sut.lane(1).identity}, ..."
    return f"{sut.lane_count}: {', '.join(lane.identity for lane in sut.lanes)}"


def _operator(sut: Sut) -> str:
    if isinstance(sut.operator, RestSettings):
        return f"rest, templates for {', '.join(sorted(sut.operator.actions)) or 'no action'}"
    if isinstance(sut.operator, ReferenceSettings):
        return f"reference at {sut.operator.api}"
    return "none, so cases that need an action of the back office cannot be judged"
