"""Limits of a load run: `Authorize p95 < 1s`, `accepted >= 99%`, and whether a run kept them (docs/load.md, "Limits").

    <action or all>  <figure> [due]  < or <=  <value with its unit>
    <figure of the stations or their connections>  <, <=, > or >=  <number or percent>
    recovery                   < or <=  <time>

In front of each may stand the name of a stage and a colon; `recovery` needs one.

Times are measured from the write of a CALL to the read of its answer, with `due` from the moment that the CALL was due:
what it waited for the answers to others counts, too. A limit without a single measurement is not kept
and not broken: silence is never a pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from simulator.fleet.counting.calls import ActionTally
from simulator.fleet.counting.course import Passed, Recovery
from simulator.fleet.counting.samples import Samples
from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.tally import Tally
from simulator.kernel.nearest import nearest

__all__ = ["ALL", "RECOVERY", "BadLimit", "Judged", "Limit", "judge", "judge_stage", "parse_limit"]

ALL: Final = "all"

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]

_SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_TIMES: Final = (*_SHARES, "max", "mean")
_DUE: Final = "due"
_COUNTS: Final = ("errors", "violations")
RECOVERY: Final = "recovery"
_FIGURES: Final = (*_TIMES, *_COUNTS)
_AT_LEAST: Final = ("connected", "accepted", "online")
_AT_MOST: Final = ("refused", "lost", "failed", "dropped")
_CONNECTIONS: Final = (*_AT_LEAST, *_AT_MOST)
_UNITS: Final = {"us": 1_000.0, "µs": 1_000.0, "ms": 1_000_000.0, "s": 1_000_000_000.0}
_WORD: Final = re.compile(r"<=|<|>=|>|=+|%|[0-9]+(?:\.[0-9]+)?|[A-Za-zµ][A-Za-z0-9µ]*|\S")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_EXAMPLE: Final = '"Authorize p95 < 1s"'


class BadLimit(ValueError):
    """A limit that cannot be read; the text is one sentence with the place."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit; `value` is in nanoseconds for times, a number for counts, a share of the whole for `percent`.

    `action` is empty for a figure of the stations or their connections; `lower`: it is the least that is allowed.
    """

    text: str
    action: str
    figure: str
    inclusive: bool
    value: float
    percent: bool = False
    lower: bool = False
    due: bool = False  # the time is from when a CALL was due
    stage: str = ""  # empty: the whole run


@dataclass(frozen=True, slots=True)
class Judged:
    """A limit and what became of it; `value` in the unit of the limit, None without a measurement."""

    limit: Limit
    verdict: Verdict
    value: float | None
    reason: str


def parse_limit(text: str, actions: Iterable[str], stages: Mapping[str, bool] | None = None) -> Limit:
    """Read one limit; `actions` are the names that are known, `stages` those of the stages, and whether something
    breaks in each. Raises `BadLimit`.
    """
    name, colon, rest = text.partition(":")
    stage = name.strip()
    if not colon:
        return _parsed(text, actions)
    if not stages:
        raise _bad(text, stage, 1, "the run has no stages; leave the name and the colon out, or give a --profile")
    if stage not in stages:
        fix = _meant(stage, stages) or f"the stages are {', '.join(stages)}"
        raise _bad(text, stage, 1, fix)
    limit = _parsed(rest, actions, of_stage=True)
    if limit.figure == RECOVERY and not stages[stage]:
        raise _bad(text, RECOVERY, text.index(RECOVERY) + 1, f"nothing breaks in {stage}; give that stage an outage")
    return replace(limit, text=f"{stage}: {limit.text}", stage=stage)


def _parsed(text: str, actions: Iterable[str], *, of_stage: bool = False) -> Limit:
    words = [(match[0], match.start() + 1) for match in _WORD.finditer(text)]
    end = ("", len(text) + 1)
    if words and words[0][0] in _CONNECTIONS:
        return _of_connections(text, words, end)
    if words and words[0][0] == RECOVERY:
        return _of_recovery(text, words, end, of_stage=of_stage)
    is_due = len(words) > 2 and words[2][0] == _DUE
    if is_due and words[1][0] not in _TIMES:
        raise _bad(text, *words[2], f"only a time can be from when a CALL was due: {', '.join(_TIMES)}")
    words = words[:2] + words[3:] if is_due else words
    (action, at), (figure, at_figure), (sign, at_sign), (number, at_number), (unit, at_unit) = (words + [end] * 5)[:5]
    known = set(actions)
    if action != ALL and action not in known:
        begins = f"it begins with an action of a station, {ALL}, or one of {', '.join(_CONNECTIONS)}"
        raise _bad(text, action, at, _meant(action, (*known, ALL, *_CONNECTIONS)) or begins)
    if figure not in _FIGURES:
        fix = _meant(figure, _FIGURES) or f"the figure is one of {', '.join(_FIGURES)}"
        raise _bad(text, figure, at_figure, fix)
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
    return Limit(" ".join(text.split()), action, figure, sign == "<=", value, percent=unit == "%", due=is_due)


def _of_connections(text: str, words: list[tuple[str, int]], end: tuple[str, int]) -> Limit:
    (figure, _), (sign, at_sign), (number, at_number), (unit, at_unit) = (words + [end] * 4)[:4]
    lower = figure in _AT_LEAST
    if sign not in ((">", ">=") if lower else ("<", "<=")):
        fix = "at least so many, with > or >=" if lower else "at most so many, with < or <="
        raise _bad(text, sign, at_sign, f"a limit of {figure} means {fix}")
    if not _NUMBER.fullmatch(number):
        raise _bad(text, number, at_number, 'a number comes here, as in "accepted >= 99%"')
    if unit not in ("", "%"):
        raise _bad(text, unit, at_unit, f"{figure} is a count without a unit, or %")
    if len(words) > 4:
        raise _bad(text, *words[4], "the limit ends before it; give --limit again for another one")
    value = float(number) * (0.01 if unit else 1.0)
    return Limit(" ".join(text.split()), "", figure, sign in ("<=", ">="), value, percent=bool(unit), lower=lower)


def _of_recovery(text: str, words: list[tuple[str, int]], end: tuple[str, int], *, of_stage: bool) -> Limit:
    (figure, at), (sign, at_sign), (number, at_number), (unit, at_unit) = (words + [end] * 4)[:4]
    if not of_stage:
        raise _bad(text, figure, at, 'name the stage in which something breaks, as in "storm: recovery < 60s"')
    if sign not in ("<", "<="):
        raise _bad(text, sign, at_sign, "a limit of recovery is an upper one, with < or <=")
    if not _NUMBER.fullmatch(number):
        raise _bad(text, number, at_number, 'a number comes here, as in "storm: recovery < 60s"')
    if unit not in _UNITS:
        raise _bad(text, unit, at_unit, "recovery is a time, and its unit is us, ms or s")
    if len(words) > 4:
        raise _bad(text, *words[4], "the limit ends before it; give another one for that")
    return Limit(" ".join(text.split()), "", figure, sign == "<=", float(number) * _UNITS[unit])


def _meant(word: str, names: Iterable[str]) -> str | None:
    near = nearest(word, names) if word else None
    return None if near is None else f"did you mean {near}?"


def _bad(text: str, word: str, at: int, fix: str) -> BadLimit:
    what = f"{word!r} at character {at}" if word else "the end"
    return BadLimit(f'the limit "{text}" cannot be read from {what} on: {fix}')


def judge(limit: Limit, tally: Tally, stations: Stations) -> Judged:
    """Hold a limit against what was counted."""
    if not limit.action:
        return _judge_connections(limit, tally, stations)
    counted = tally.together() if limit.action == ALL else tally.actions.get(limit.action, ActionTally())
    if limit.figure in _TIMES and not _samples(limit, counted).count:
        return Judged(limit, "INCONCLUSIVE", None, f"{_what(limit)} was never answered")
    if not counted.sent:
        return Judged(limit, "INCONCLUSIVE", None, f"{_what(limit)} was never sent")
    value = _value(limit, counted, tally)
    kept = value <= limit.value if limit.inclusive else value < limit.value
    reason = f"{limit.figure}{' due' * limit.due} of {_what(limit)} is {_shown(limit, value)}"
    return Judged(limit, "PASS" if kept else "FAIL", value / _scale(limit), reason)


def judge_stage(limit: Limit, course: Sequence[Passed]) -> Judged:
    """Hold a limit of a stage against what was counted in that stage."""
    passed = next((one for one in course if one.name == limit.stage), None)
    if passed is None:
        return Judged(limit, "INCONCLUSIVE", None, f"the stage {limit.stage} never began")
    if limit.figure == RECOVERY:
        return _judge_recovery(limit, passed.recovery or Recovery())
    judged = judge(limit, passed.tally, passed.stations)
    return replace(judged, reason=f"in {limit.stage}, {judged.reason}")


def _judge_recovery(limit: Limit, recovery: Recovery) -> Judged:
    if not recovery.before:
        return Judged(limit, "INCONCLUSIVE", None, f"no station was online when {limit.stage} began")
    took = recovery.waited if recovery.seconds is None else recovery.seconds
    value = took * 1e9
    kept = value <= limit.value if limit.inclusive else value < limit.value
    of = f"{recovery.before} stations were online before {limit.stage}"
    if recovery.seconds is None:
        reason = f"{of}, and not again {took:.1f} s after what broke was whole"
        return Judged(limit, "INCONCLUSIVE" if kept else "FAIL", None, reason)
    return Judged(
        limit, "PASS" if kept else "FAIL", took * 1e3, f"{of}, and again {took:.1f} s after what broke was whole"
    )


def _judge_connections(limit: Limit, tally: Tally, stations: Stations) -> Judged:
    count, whole, name = _counted(limit.figure, tally, stations)
    if not whole:
        return Judged(limit, "INCONCLUSIVE", None, f"there were no {name}")
    value = count / whole if limit.percent else count
    more = value > limit.value if limit.lower else value < limit.value
    kept = more or (limit.inclusive and value == limit.value)
    reason = f"{limit.figure} is {count} of {whole} {name}" + f" ({100 * value:.3g} %)" * limit.percent
    return Judged(limit, "PASS" if kept else "FAIL", value / _scale(limit), reason)


def _counted(figure: str, tally: Tally, stations: Stations) -> tuple[int, int, str]:
    """How many there are, of how many, and of what."""
    if figure == "failed":
        return tally.not_connected, tally.attempts, "attempts to connect"
    if figure == "dropped":
        return tally.lost, tally.connected, "connections"
    if figure == "lost":
        return stations.lost, stations.accepted, "accepted stations"
    if figure == "refused":
        return stations.refused, stations.connected, "connected stations"
    return getattr(stations, figure), stations.switched_on, "stations switched on"


def _value(limit: Limit, counted: ActionTally, tally: Tally) -> float:
    samples = _samples(limit, counted)
    if limit.figure == "max":
        return samples.longest
    if limit.figure == "mean":
        return samples.mean
    if limit.figure in _SHARES:
        return samples.percentiles(_SHARES[limit.figure])[0]
    if limit.figure == "errors":
        return counted.errors / counted.sent if limit.percent else counted.errors
    return tally.breaches("csms", None if limit.action == ALL else limit.action)


def _samples(limit: Limit, counted: ActionTally) -> Samples:
    return counted.due if limit.due else counted.samples


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
