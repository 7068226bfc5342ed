"""One cause, one place: cases that went wrong for the same reason are one explanation and a list of ids.

Two cases share a cause when they have the same outcome, the same kind of failure, the same expected and actual text,
and the same message at which they went astray. The rule that each of them names is its own and does not count; what
differs from run to run (the case, the station, ids of messages, times) is taken out of the texts before they are
compared.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reports.results.verdicts import UNDER_LOAD, Case, outcome
from reports.text.plain import clean

_VARYING: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # ids of messages
    r"|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?"
    r"|\b\d+\.\d+(?= (?:ms|s)\b)"
    r"|\b(?:TC|PERF|RPC)_[A-Z0-9_]+(?:@loaded)?(?:\.R\d+\w*)?"
    r"|(?<=entry )\d+"
)


@dataclass(frozen=True)
class Cause:
    """Cases that share a cause; the first one is the example that is explained in full."""

    cases: tuple[Case, ...]

    @property
    def example(self) -> Case:
        """The case that stands for all."""
        return self.cases[0]

    @property
    def others(self) -> tuple[str, ...]:
        """The ids of the rest."""
        return tuple(clean(case["id"]) for case in self.cases[1:])

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all."""
        return tuple(clean(case["id"]) for case in self.cases)


def causes(cases: Iterable[Case]) -> list[Cause]:
    """The cases by their cause, in the order in which each cause comes first."""
    found: dict[tuple[str | None, ...], list[Case]] = {}
    for case in cases:
        found.setdefault(_key(case), []).append(case)
    return [Cause(tuple(members)) for members in found.values()]


def _key(case: Case) -> tuple[str | None, ...]:
    name, failure = outcome(case), case["failure"]
    expected = case["expected_failure"] if name in ("XPASS", "XFAIL") else None
    if failure is None:
        return name, expected, _bare(case, case["reason"] or "")
    astray = next((step for step in failure["sequence"] if step["offending"]), None)
    where = None if astray is None else f"{astray['direction']} {astray['label']} {astray['state']}"
    return (
        name,
        expected,
        failure["kind"],
        _bare(case, failure["expected"]),
        _bare(case, failure["actual"]),
        None if where is None else _bare(case, where),
    )


def _bare(case: Case, text: str) -> str:
    for own in (case["lane"], case["id"].removesuffix(UNDER_LOAD)):
        if own:
            text = re.sub(rf"{re.escape(own)}(?:\.R\d+\w*)?", "", text)
    return _VARYING.sub("", text)
