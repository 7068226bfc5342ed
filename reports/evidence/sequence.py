"""The sequence of a case, whatever draws it: its steps in order, and what of them is folded.

What happened before and after the case proper is folded to one line per reusable state, unless it is what failed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, TypeVar

from reports.evidence.labels import label

Entry = Mapping[str, Any]
"""One line of a trace (``schemas/documents/trace.schema.json``), as loaded."""
Failure = Mapping[str, Any]
"""The ``failure`` of a case in the results."""
ON_THE_WIRE: Final = ("frame", "handshake")
T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One line of the sequence: a message, what a person did, a remark, or that nothing came (``silence``).

    ``ms`` are milliseconds since the first step. ``text`` is the message as it was sent, or all that an operator did;
    None when only the results are at hand, and for what one line says. ``seq`` is its number in the trace, None for a
    silence.
    """

    kind: str
    label: str
    detail: str = ""
    direction: str | None = None
    phase: str = "case"
    state: str | None = None
    ms: float | None = None
    seq: int | None = None
    text: str | None = None
    offending: bool = False


@dataclass(frozen=True)
class Group:
    """Steps that belong together. ``name`` is None for the case proper; ``is_open``: shown in full."""

    name: str | None
    steps: tuple[Step, ...]
    is_open: bool

    @property
    def summary(self) -> str:
        """What a folded group says: its name, how many exchanges, how long they took."""
        exchanges = (sum(step.kind in ON_THE_WIRE for step in self.steps) + 1) // 2
        lasted = (self.steps[-1].ms or 0) - (self.steps[0].ms or 0)
        return f"{self.name}: {exchanges} exchange{'' if exchanges == 1 else 's'}, {lasted:.0f} ms"


def of_failure(failure: Failure) -> list[Step]:
    """The steps that the results keep of a case that went wrong; they are without the text of the messages."""
    keys = ("kind", "label", "detail", "direction", "phase", "state", "ms", "seq", "offending")
    return _with_silence([Step(**{key: row[key] for key in keys}) for row in failure["sequence"]], failure)


def of_trace(entries: Sequence[Entry], failure: Failure | None = None) -> list[Step]:
    """The steps of a whole trace; ``failure`` says which of them is the offending one."""
    offending = {row["seq"] for row in failure["sequence"] if row["offending"]} if failure else set()
    actions: dict[str, str] = {}
    steps = []
    for entry in entries:
        name, detail = label(entry["kind"], entry["text"], actions)
        phase, _, state = entry["phase"].partition(":")
        steps.append(
            Step(
                kind=entry["kind"],
                label=name,
                detail=detail,
                direction=entry["direction"],
                phase=phase or "case",
                state=state or None,
                ms=(entry["at_ns"] - entries[0]["at_ns"]) / 1e6,
                seq=entry["seq"],
                text=entry["text"] if entry["kind"] in ON_THE_WIRE or _is_long(entry) else None,
                offending=entry["seq"] in offending,
            )
        )
    return _with_silence(steps, failure)


def _is_long(entry: Entry) -> bool:
    return entry["kind"] == "operator" and "\n" in entry["text"]


def fold(steps: Iterable[Step], kind: str | None = None) -> list[Group]:
    """The steps in groups; ``kind`` is that of the failure, if there is one."""
    groups = [(name, tuple(group)) for name, group in groupby(steps, key=_name)]
    unfolded = _unfolded(groups, in_preamble=kind == "preamble")
    return [Group(name, steps, name is None or number == unfolded) for number, (name, steps) in enumerate(groups)]


def shorten(rows: Sequence[T], marked: int, gap: Callable[[int], T], *, head: int, before: int, after: int) -> list[T]:
    """A long sequence cut to its first rows and to what surrounds the row ``marked``.

    ``gap`` makes the row that stands for so many left out.
    """
    first = max(marked - before, head)
    last = max(marked + after, first)
    left_out = len(rows[head:first]), len(rows[last:])
    return [
        *rows[:head],
        *([gap(left_out[0])] if left_out[0] else []),
        *rows[first:last],
        *([gap(left_out[1])] if left_out[1] else []),
    ]


def _with_silence(steps: list[Step], failure: Failure | None) -> list[Step]:
    """That nothing came is a step of its own, at the end of what the case did."""
    if failure is None or failure["kind"] != "silence":
        return steps
    where = next((number for number, step in enumerate(steps) if step.phase == "cleanup"), len(steps))
    silence = Step("silence", failure["actual"], offending=not any(step.offending for step in steps))
    return [*steps[:where], silence, *steps[where:]]


def _name(step: Step) -> str | None:
    if step.phase == "case":
        return None
    return (step.state if step.phase == "preamble" else None) or step.phase


def _unfolded(groups: Sequence[tuple[str | None, tuple[Step, ...]]], *, in_preamble: bool) -> int | None:
    """Which group of the preamble or the cleanup is shown in full: the one that went wrong."""
    for number, (_, steps) in enumerate(groups):
        if any(step.offending for step in steps):
            return number
    before = [number for number, (_, steps) in enumerate(groups) if steps[0].phase == "preamble"]
    return before[-1] if in_preamble and before else None
