"""A case as the page shows it: its rules, the offending message, the sequence with each message behind its arrow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from reports.evidence.picture import COLUMNS
from reports.evidence.sequence import Entry, Group, Step, fold, of_failure, of_trace
from reports.html.frames import frame
from reports.results.verdicts import OUTCOME_NAMES, Case, outcome, word

FRAME_CHARACTERS: Final = 6_000
"""A longer message of a case that did not fail is cut."""
PAGE_CHARACTERS: Final = 1_300_000
"""Room for the messages of all cases together. Those that failed are shown in full, the others share what is left."""
_STEP_CHARACTERS: Final = 330
"""What a step costs beside the text of its message."""
_LAYOUT: Final = 1.5
"""How much longer a message is as HTML."""


@dataclass(frozen=True)
class Rule:
    """A rule that the case promised. ``state``: broken, judged, left-out or open; ``why`` it was not judged."""

    id: str
    short: str
    sentence: str
    state: str
    why: str


@dataclass(frozen=True)
class Line:
    """A step with the anchor of its message and the message as HTML (None: nothing to show)."""

    step: Step
    anchor: str
    message: Markup | None


@dataclass(frozen=True)
class Part:
    """A group of steps; one that is folded can be opened."""

    group: Group
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class CaseView:
    """Everything the template prints of one case."""

    case: Case
    outcome: str
    word: str
    name: str
    rules: tuple[Rule, ...]
    columns: Mapping[str, str]
    frame: Markup | None
    evidence: Markup | None
    parts: tuple[Part, ...]
    left_out: int
    trace: str | None
    picture: str | None

    @property
    def about(self) -> str:
        """Where it belongs and what it needs, on one line."""
        case = self.case
        station, needs = (
            case["lane"] and f"station {case['lane']}",
            case["needs"] and f"needs {', '.join(case['needs'])}",
        )
        return " · ".join(part for part in (case["profile"], case["ref"], case.get("phase"), station, needs) if part)


def views(cases: Sequence[Case], traces: Mapping[str, Sequence[Entry]]) -> list[CaseView]:
    """The cases in the order given; ``traces`` are the entries of the traces by their path in the results."""
    sequences = [(case, _steps(case, traces)) for case in cases]
    failed = sum(_cost_of(step, None) for case, steps in sequences if case["failure"] for step in steps)
    others = [sum(_cost_of(step) for step in steps) for case, steps in sequences if not case["failure"]]
    share = fair_share(others, PAGE_CHARACTERS - failed)
    return [_view(case, steps, share) for case, steps in sequences]


def fair_share(costs: Sequence[int], room: int) -> int:
    """The most that each may take so that all together fit into ``room``; what one does not need, others may have."""
    ordered = sorted(costs)
    for done, cost in enumerate(ordered):
        share = max(room, 0) // (len(ordered) - done)
        if cost > share:
            return share
        room -= cost
    return max(ordered, default=0)


def link_to(path: str) -> str:
    """A relative link to a file of the run, whatever its path looks like."""
    return f"./{quote(path)}"


def rules_of(case: Case) -> Iterator[Rule]:
    """The promised rules of a case and what became of them."""
    broken = case["failure"] and case["failure"]["rule"]
    others = {finding["rule"] for finding in case["findings"]}
    for id in case["rules"]:
        why = case.get("rules_left_out", {}).get(id, "")
        if id == broken or id in others:
            state = "broken"
        elif id in case["rules_judged"]:
            state = "judged"
        else:
            state = "left-out" if why else "open"
            why = why or _why_not(case)
        yield Rule(id, id.removeprefix(f"{case['id']}."), case.get("sentences", {}).get(id, ""), state, why)


def _why_not(case: Case) -> str:
    if case["verdict"] == "FAIL":
        return "the case failed before it came to this"
    return (case["verdict"] != "PASS" and case["reason"]) or "this run had nothing to judge it by"


def _steps(case: Case, traces: Mapping[str, Sequence[Entry]]) -> list[Step]:
    entries, failure = traces.get(case["trace"] or ""), case["failure"]
    if entries:
        return of_trace(entries, failure)
    return of_failure(failure) if failure else []


def _cost_of(step: Step, limit: int | None = FRAME_CHARACTERS) -> int:
    return _STEP_CHARACTERS + int(len((step.text or "")[:limit]) * _LAYOUT)


def _view(case: Case, steps: list[Step], share: int) -> CaseView:
    failure = case["failure"]
    shown = steps if failure else _affordable(steps, share)
    limit = None if failure else FRAME_CHARACTERS
    found = failure and failure["frame"]
    marks = (found["start"], found["end"]) if found else (None, None)

    def line(step: Step) -> Line:
        here = found and step.seq == found["seq"] and step.text == found["text"]
        message = None if step.text is None else frame(step.text, *(marks if here else ()), limit=limit)
        return Line(step, f"{case['id']}-{step.seq}", message)

    groups = fold(shown, failure and failure["kind"])
    trace = case["trace"]
    return CaseView(
        case=case,
        outcome=outcome(case),
        word=word(outcome(case)),
        name=OUTCOME_NAMES[outcome(case)],
        rules=tuple(rules_of(case)),
        columns=failure["columns"] if failure else COLUMNS,
        frame=frame(found["text"], *marks) if found else None,
        evidence=frame(failure["evidence"]) if failure and failure.get("evidence") else None,
        parts=tuple(Part(group, tuple(map(line, group.steps))) for group in groups),
        left_out=len(steps) - len(shown),
        trace=link_to(trace) if trace else None,
        picture=link_to(str(PurePosixPath(trace).parent / "sequence.svg")) if trace else None,
    )


def _affordable(steps: list[Step], share: int) -> list[Step]:
    for number, step in enumerate(steps):
        share -= _cost_of(step)
        if share < 0:
            return steps[:number]
    return steps
