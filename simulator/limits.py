"""Limits of a load run: `Authorize p95 < 1s`, and whether a run kept them (docs/load.md, "Limits").

    <action or all>  <figure>  < or <=  <value with its unit>

Times are measured from the write of a CALL to the read of its answer. A limit without a single measurement is not kept
and not broken: silence is never a pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from simulator.fleet.tally import ActionTally, Tally

__all__ = ["ALL", "BadLimit", "Judged", "Limit", "judge", "parse_limit"]

ALL: Final = "all"

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]

_SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_TIMES: Final = (*_SHARES, "max", "mean")
_COUNTS: Final = ("errors", "violations")
_FIGURES: Final = (*_TIMES, *_COUNTS)
_UNITS: Final = {"us": 1_000.0, "µs": 1_000.0, "ms": 1_000_000.0, "s": 1_000_000_000.0}
_WORD: Final = re.compile(r"<=|<|>=|>|=+|%|[0-9]+(?:\.[0-9]+)?|[A-Za-zµ][A-Za-z0-9µ]*|\S")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_EXAMPLE: Final = '"Authorize p95 < 1s"'


class BadLimit(ValueError):
    """A limit that cannot be read; the text is one sentence with the place."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit; `value` is in nanoseconds for times, a number for counts, a share of all CALLs for `percent`."""

    text: str
    action: str
    figure: str
    inclusive: bool
    value: float
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A limit and what became of it; `value` in the unit of the limit, None without a measurement."""

    limit: Limit
    verdict: Verdict
    value: float | None
    reason: str


def parse_limit(text: str, actions: Iterable[str]) -> Limit:
    """Read one limit; `actions` are the names that are known. Raises `BadLimit`."""
    words = [(match[0], match.start() + 1) for match in _WORD.finditer(text)]
    end = ("", len(text) + 1)
    (action, at), (figure, at_figure), (sign, at_sign), (number, at_number), (unit, at_unit) = (words + [end] * 5)[:5]
    known = set(actions)
    if action != ALL and action not in known:
        near = next((name for name in known if name.lower() == action.lower()), None)
        raise _bad(text, action, at, f"write {near}" if near else f"it begins with an action of a station or {ALL}")
    if figure not in _FIGURES:
        raise _bad(text, figure, at_figure, f"the figure is one of {', '.join(_FIGURES)}")
    if sign not in ("<", "<="):
        raise _bad(text, sign, at_sign, "a limit is an upper one, with < or <=")
    if not _NUMBER.fullmatch(number):
        raise _bad(text, number, at_number, f"a number comes here, as in {_EXAMPLE}")
    is_time = figure in _TIMES
    if is_time and unit not in _UNITS:
        raise _bad(text, unit, at_unit, f"{figure} is a time, and its unit is us, ms or s")
    if not is_time and unit and not (unit == "%" and figure == "errors"):
        raise _bad(text, unit, at_unit, f"{figure} is a count without a unit" + (", or %" * (figure == "errors")))
    if len(words) > 5:
        raise _bad(text, *words[5], "the limit ends before it; give --limit again for another one")
    value = float(number) * (_UNITS[unit] if is_time else 0.01 if unit else 1.0)
    return Limit(" ".join(text.split()), action, figure, sign == "<=", value, percent=unit == "%")


def _bad(text: str, word: str, at: int, fix: str) -> BadLimit:
    what = f"{word!r} at character {at}" if word else "the end"
    return BadLimit(f'the limit "{text}" cannot be read from {what} on: {fix}')


def judge(limit: Limit, tally: Tally) -> Judged:
    """Hold a limit against what was counted."""
    counted = tally.together() if limit.action == ALL else tally.actions.get(limit.action, ActionTally())
    if limit.figure in _TIMES and not counted.samples.count:
        return Judged(limit, "INCONCLUSIVE", None, f"{_what(limit)} was never answered")
    if not counted.sent:
        return Judged(limit, "INCONCLUSIVE", None, f"{_what(limit)} was never sent")
    value = _value(limit, counted, tally)
    kept = value <= limit.value if limit.inclusive else value < limit.value
    reason = f"{limit.figure} of {_what(limit)} is {_shown(limit, value)}"
    return Judged(limit, "PASS" if kept else "FAIL", value / _scale(limit), reason)


def _value(limit: Limit, counted: ActionTally, tally: Tally) -> float:
    samples = counted.samples
    if limit.figure == "max":
        return samples.longest
    if limit.figure == "mean":
        return samples.mean
    if limit.figure in _SHARES:
        return samples.percentiles(_SHARES[limit.figure])[0]
    if limit.figure == "errors":
        return counted.errors / counted.sent if limit.percent else counted.errors
    return tally.breaches("csms", None if limit.action == ALL else limit.action)


def _what(limit: Limit) -> str:
    return "all CALLs" if limit.action == ALL else limit.action


def _scale(limit: Limit) -> float:
    """From what `Limit.value` is in to what a result shows: milliseconds, percent, or a count."""
    return 1e6 if limit.figure in _TIMES else 0.01 if limit.percent else 1.0


def _shown(limit: Limit, value: float) -> str:
    shown = value / _scale(limit)
    if limit.figure in _TIMES:
        return f"{shown:.3f} ms"
    return f"{shown:.3g} %" if limit.percent else f"{shown:g}"
