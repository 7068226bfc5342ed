"""What must be true of a model before a word of it is printed."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, get_args

from reports.documents.sources import LETTERS
from reports.v16.abstract.model import UNIT, Declared, Functionality, Measured, Report, Word
from reports.v16.abstract.sources import SOURCES

WORDS: Final[tuple[str, ...]] = get_args(Word)


class AbstractError(Exception):
    """The model contradicts itself; ``sentences`` says where, one sentence each."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


def check(report: Report) -> None:
    """Raises AbstractError when something is wrong with ``report``."""
    if sentences := problems(report):
        raise AbstractError(sentences)


def problems(report: Report) -> list[str]:
    """One sentence per broken invariant; empty when the model may be printed."""
    return [*_functionalities(report), *_performance(report), *_sources(report), *_disclaimer(report)]


def _disclaimer(report: Report) -> Iterable[str]:
    if not report.disclaimer.strip():
        yield "the disclaimer is empty; every abstract says that it is no certificate."


def _functionalities(report: Report) -> Iterable[str]:
    counts = Counter(functionality.key for functionality in report.functionalities)
    if "core" not in counts:
        yield "functionalities has no core; Core is always printed, and first."
    yield from (f"functionalities has {key} {count} times; name it once." for key, count in counts.items() if count > 1)
    for functionality in report.functionalities:
        if functionality.result not in WORDS:
            yield f"the result of {functionality.key} is {functionality.result}; it is one of {', '.join(WORDS)}."
        elif contradiction := _against_counts(functionality):
            yield f"the result of {functionality.key} is {functionality.result}, although {contradiction}."


def _against_counts(functionality: Functionality) -> str | None:
    """The roll-up: a failure is Fail, else an error or a missing observation Inconclusive, else a missing case Partial.

    Only what is left may be Pass, when at least one case passed.
    """
    counts, result = functionality.counts, functionality.result
    if (counts.fail > 0) != (result == "Fail"):
        return f"{counts.fail} of its cases failed"
    if result == "Pass" and counts.error + counts.inconclusive:
        return f"{counts.error + counts.inconclusive} of its cases came to no verdict"
    if result == "Pass" and not counts.passed:
        return "none of its cases passed"
    missing = 0 if functionality.applicable is None else functionality.applicable - functionality.run
    if result == "Pass" and (counts.not_run or missing > 0):
        return f"{max(missing, counts.not_run)} of its cases were not run"
    if result == "Partial" and missing <= 0:
        return "all of its cases were run"
    return None


def _performance(report: Report) -> Iterable[str]:
    parts: dict[str, tuple[Declared | Measured, ...]] = {
        "declared": report.performance.declared,
        "measured": report.performance.measured,
    }
    for name, rows in parts.items():
        counts = Counter(row.key for row in rows)
        yield from (f"{name} {key} is there {count} times; name it once." for key, count in counts.items() if count > 1)
        for row in rows:
            if row.unit != UNIT:
                yield f"{name} {row.key} is in {row.unit}; what is declared and what is measured is both in {UNIT}."
    for measured in report.performance.measured:
        yield from _figures(measured)


def _figures(row: Measured) -> Iterable[str]:
    known = [value for value in (row.min_ms, row.mean_ms, row.max_ms) if value is not None]
    if len(known) != (3 if row.n else 0):
        wanted = "name all three" if row.n else "without samples there is none"
        yield f"{row.key} has {row.n} samples and {len(known)} of min, mean and max; {wanted}."
    elif known != sorted(known):
        yield f"{row.key} has min {row.min_ms}, mean {row.mean_ms} and max {row.max_ms} ms; they must be in this order."


def _sources(report: Report) -> Iterable[str]:
    for place in SOURCES:
        letter = report.sources.get(place)
        if letter is None:
            yield f"sources has no letter for {place}; every printed value has one."
        elif letter not in LETTERS:
            yield f"the source of {place} is {letter}; it is one of {', '.join(LETTERS)}."
