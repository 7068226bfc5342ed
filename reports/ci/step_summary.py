"""Results as the summary of a step of GitHub Actions: what went wrong first, its explanation one click away."""

import re
from collections.abc import Iterable
from typing import Final

from reports.ci.summary import ending, title
from reports.evidence.explanation import render
from reports.results import asked
from reports.results.causes import Cause, causes
from reports.results.headline import DISCLAIMER, notices, state
from reports.results.mismatches import HEADING, contradictions
from reports.results.performance import PHASES
from reports.results.remarks import remarks
from reports.results.tables import action_table, performance_table, profile_table
from reports.results.verdicts import OUTCOME_NAMES, OUTCOMES, Case, Results, ordered, outcome, totals, word
from reports.text.markdown import code, plain, table
from reports.text.plain import visible
from reports.text.table import Table

LIMIT: Final = 1024 * 1024
"""Bytes of all summaries of one step; GitHub throws away what is larger as a whole."""
WIDTH: Final = 110
_EXPLAINED: Final = ("FAIL", "XPASS", "ERROR")
_SIGNS: Final = {
    "FAIL": "❌",
    "XPASS": "❌",
    "ERROR": "💥",
    "INCONCLUSIVE": "❔",
    "NOT_RUN": "⏹️",
    "XFAIL": "⚠️",
    "PASS": "✅",
}
_STATES: Final = {"bad": "❌", "odd": "❔", "good": "✅"}


def step_summary(results: Results, room: int = LIMIT) -> str:
    """Markdown of at most ``room`` bytes in UTF-8. Parts that do not fit are left out, and a note says how many."""
    parts = ["\n".join(part) + "\n\n" for part in _parts(results)]
    text = _fitting(parts, room)
    if len(text) == len(parts):
        return "".join(text)
    note = (
        "> **Cut:** {} of the {} parts of this summary do not fit into 1 MiB; results.json and summary.md are whole.\n"
    )
    text = _fitting(parts, room - len(note.encode()) - 10)
    note = note.format(len(parts) - len(text), len(parts))
    return "".join([*text, note]) if len(note.encode()) <= room else ""


def _fitting(parts: Iterable[str], room: int) -> list[str]:
    chosen = []
    for part in parts:
        size = len(part.encode())
        if size <= room:
            chosen.append(part)
            room -= size
    return chosen


def _parts(results: Results) -> Iterable[list[str]]:
    """From the most to the least important."""
    yield [f"## plugproof · {title(results)}"]
    yield [f"{_STATES[state(results)]} **{ending(results)}**", *(f"\n> {plain(notice)}" for notice in notices(results))]
    counts = [(name, count) for name, count in totals(results).items() if count]
    names = tuple(f"{_SIGNS.get(name, '')} {OUTCOME_NAMES[name]}".strip() for name, _ in counts)
    yield _table(Table("Totals", names or ("Cases",), (tuple(str(count) for _, count in counts) or ("0",),)))
    cases = ordered(results["cases"])
    by_outcome = {name: [case for case in cases if outcome(case) == name] for name in OUTCOMES}
    for name in (*_EXPLAINED, "INCONCLUSIVE", "NOT_RUN"):
        if by_outcome[name]:
            yield [f"### {OUTCOME_NAMES[name]}"]
            yield _why(by_outcome[name])
    if found := contradictions(results):
        yield [f"### {HEADING}"]
        yield [f"- {plain(sentence)}" for sentence in found]
    if found := asked.differences(results):
        yield [f"### {asked.HEADING}"]
        yield [f"- {plain(sentence)}" for sentence in found]
    yield ["### Profiles"]
    yield _table(profile_table(results))
    times = performance_table(results, unit="ms")
    yield [f"### {times.title}"]
    yield _table(times)
    if notes := remarks(results):
        yield [f"- {plain(note)}" for note in notes]
    for phase in PHASES:
        actions = action_table(results, phase)
        if actions.rows:
            yield _folded(actions.title, _table(actions))
    for name in ("XFAIL", "NOT_APPLICABLE", "PASS"):
        if by_outcome[name]:
            yield _folded(f"{OUTCOME_NAMES[name]} ({len(by_outcome[name])})", _why(by_outcome[name]))
    yield [f"> {DISCLAIMER}"]
    if any(by_outcome[name] for name in _EXPLAINED):
        yield ["### Explanations"]
    for name in _EXPLAINED:
        for cause in causes(by_outcome[name]):
            yield _explained(cause)


def _why(cases: Iterable[Case]) -> list[str]:
    """Cases that share a cause are one row; those that passed share none."""
    cases = list(cases)
    passed = all(outcome(case) == "PASS" for case in cases)
    rows = []
    for cause in [Cause((case,)) for case in cases] if passed else causes(cases):
        case = cause.example
        reason = case["reason"] or ""
        if case["expected_failure"] is not None:
            reason = f"expected to fail ({case['expected_failure']}){': ' + reason if reason else ''}"
        titles = plain(case["title"]) if not cause.others else f"{len(cause.ids)} cases"
        rows.append((", ".join(map(code, cause.ids)), titles, plain(reason) or "-"))
    return table(Table("", ("Case", "Title", "Why"), tuple(rows)))


def _explained(cause: Cause) -> list[str]:
    case = cause.example
    text = visible(render(case, width=WIDTH), lines=True).rstrip("\n")
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    # Markdown is not read in a summary element, HTML is.
    more = f" and {len(cause.others)} more" if cause.others else ""
    title = f"{_SIGNS[outcome(case)]} {word(outcome(case))} {case['id']}{more}"
    same = [f"The same in {', '.join(map(code, cause.others))}", ""] if cause.others else []
    return _folded(title, [*same, f"{fence}text", text, fence])


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    return [f"<details><summary>{plain(title)}</summary>", "", *lines, "", "</details>"]


def _table(whole: Table) -> list[str]:
    rows = tuple(tuple(map(plain, row)) for row in whole.rows)
    return table(Table(whole.title, whole.headers, rows))
