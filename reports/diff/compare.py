"""What changed between two runs: verdicts, applicability, cases, response times, and what makes the runs unlike.

The verdicts are compared in the light of what was expected (`reports.results.verdicts.outcome`): a failure that is
expected by now is not a new failure, and a case that passes against expectation is one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reports.diff.latency import MIN_CHANGE, Latency, latencies
from reports.diff.unlike import differs
from reports.results.headline import is_selection, missing
from reports.results.verdicts import Case, Results, ordered, outcome, totals
from reports.text.plain import clean

RED: Final = frozenset({"FAIL", "XPASS"})
UNSEEN: Final = frozenset({"ERROR", "INCONCLUSIVE", "NOT_RUN"})
MAX_CLAIMS: Final = 20
"""So many changed claims are named; a SUT file that was written anew changes them all."""
FAIL_ON: Final = ("latency", "unjudged", "applicability", "removed", "warning")
"""What else may make the exit code 1, beside a case that newly fails."""


@dataclass(frozen=True)
class Change:
    """One case: its outcome in both runs (None where it is missing), and why, in one sentence or empty."""

    id: str
    title: str
    before: str | None
    after: str | None
    rule: str | None
    reason: str


@dataclass(frozen=True)
class Run:
    """Which run it is."""

    id: str
    started: str
    sut: str
    software_version: str | None
    harness: str
    totals: Mapping[str, int]


@dataclass(frozen=True)
class Diff:
    """A case of both runs that changed is in one of ``failing``, ``passing``, ``unjudged`` and ``otherwise``.

    A case that only the new run has is in ``added``, and in ``failing`` too when it fails; one whose applicability
    changed is in ``applicability``, and likewise. What a selection did not ask for is neither added nor removed.
    """

    old: Run
    new: Run
    warnings: tuple[str, ...]
    failing: tuple[Change, ...]
    passing: tuple[Change, ...]
    unjudged: tuple[Change, ...]
    otherwise: tuple[Change, ...]
    applicability: tuple[Change, ...]
    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    unchanged: int
    latency: tuple[Latency, ...]
    min_change: float

    @property
    def slower(self) -> tuple[Latency, ...]:
        """The actions that take longer now."""
        return tuple(row for row in self.latency if row.verdict == "slower")

    @property
    def faster(self) -> tuple[Latency, ...]:
        """The actions that take less long now."""
        return tuple(row for row in self.latency if row.verdict == "faster")


def compare(old: Results, new: Results, *, min_change: float = MIN_CHANGE) -> Diff:
    """The difference from ``old`` to ``new``, two valid results of the same role.

    ``min_change`` is how far, in percent, the median of a response time must move before it is called slower or faster.
    """
    before = {case["id"]: case for case in old["cases"]}
    pairs = [(before.get(case["id"]), case) for case in ordered(new["cases"])]
    kinds: dict[str, list[Change]] = {name: [] for name in ("failing", "passing", "unjudged", "otherwise", "added")}
    applicability, unchanged = [], 0
    for was, now in pairs:
        change = _change(was, now)
        kind = _kind(was, now)
        if kind is not None:
            kinds[kind].append(change)
        if was is None:
            if not is_selection(old):  # else nobody knows whether it is new
                kinds["added"].append(change)
        elif (change.before == "NOT_APPLICABLE") != (change.after == "NOT_APPLICABLE"):
            applicability.append(change)
        else:
            unchanged += kind is None
    there = {case["id"] for case in new["cases"]}
    gone = [] if is_selection(new) else [case for case in ordered(old["cases"]) if case["id"] not in there]
    removed = [_change(case, None) for case in gone]
    return Diff(
        old=_run(old),
        new=_run(new),
        warnings=tuple(_warnings(old, new)),
        applicability=tuple(applicability),
        removed=tuple(removed),
        unchanged=unchanged,
        latency=tuple(latencies(old, new, min_change=min_change)),
        min_change=min_change,
        **{name: tuple(changes) for name, changes in kinds.items()},
    )


def is_red(diff: Diff, fail_on: Collection[str] = ()) -> bool:
    """Whether something newly fails, or something happened that ``fail_on`` (of `FAIL_ON`) names."""
    more = {
        "latency": diff.slower,
        "unjudged": diff.unjudged,
        "applicability": diff.applicability,
        "removed": diff.removed,
        "warning": diff.warnings,
    }
    return bool(diff.failing) or any(more[name] for name in fail_on)


def _kind(was: Case | None, now: Case) -> str | None:
    """Where a case of the new run belongs; None when nothing about it is worth a line."""
    before, after = None if was is None else outcome(was), outcome(now)
    if after in RED:
        if before not in RED:
            return "failing"
        return "otherwise" if before != after or _rule(was) != _rule(now) else None
    if before is None or before == after or "NOT_APPLICABLE" in (before, after):
        return None
    if after == "PASS":
        return "passing"
    return "unjudged" if after in UNSEEN and before not in UNSEEN else "otherwise"


def _change(was: Case | None, now: Case | None) -> Change:
    case = now or was or {}
    return Change(
        id=clean(case["id"]),
        title=clean(case["title"]),
        before=None if was is None else outcome(was),
        after=None if now is None else outcome(now),
        rule=_rule(now),
        reason=_reason(was, now),
    )


def _rule(case: Case | None) -> str | None:
    rule = case and case["failure"] and case["failure"]["rule"]
    return clean(rule) if rule else None


def _reason(was: Case | None, now: Case | None) -> str:
    """Why it is as it is now; for a case that has no reason now, why it was not before."""
    if now is not None and outcome(now) == "XPASS":
        return f"expected to fail and passed: {clean(now['expected_failure'])}"
    if now is not None and _rule(was) != _rule(now) and _rule(was) and _rule(now):
        return f"before {_rule(was)}; now {clean(now['reason'] or _rule(now))}"
    if now is not None and now["reason"]:
        return clean(now["reason"])
    return f"before: {clean(was['reason'])}" if was is not None and was["reason"] else ""


def _run(results: Results) -> Run:
    run = results["run"]
    version = run["sut"]["software_version"]
    return Run(
        id=clean(run["id"]),
        started=clean(run["started"]),
        sut=clean(run["sut"]["name"]),
        software_version=None if version is None else clean(version),
        harness=clean(run["harness"]["version"]),
        totals=totals(results),
    )


def _warnings(old: Results, new: Results) -> Iterable[str]:
    """What makes the two runs unlike beside the system under test, one sentence each."""
    a, b = old["run"], new["run"]
    for name, results in (("earlier", old), ("later", new)):
        if part := missing(results):
            yield f"The {name} run is partial, {part}: what it did not run is not compared."
    ids = [{case["id"] for case in results["cases"]} for results in (old, new)]
    if is_selection(new) and (left := len(ids[0] - ids[1])):
        yield f"Cases of the earlier run that were not asked for in the later one: {left}."
    if is_selection(old) and (early := len(ids[1] - ids[0])):
        yield f"Cases of the later run that were not asked for in the earlier one: {early}."
    yield from differs("The systems under test have different names", a["sut"]["name"], b["sut"]["name"])
    yield from differs("The message schemas differ", f"{a['schemas']['digest'][:12]}", f"{b['schemas']['digest'][:12]}")
    yield from differs("The versions of plugproof differ", a["harness"]["version"], b["harness"]["version"])
    suites = [(run.get("suite") or {}).get("digest") for run in (a, b)]
    if (
        None not in suites
        and suites[0] != suites[1]
        and {c["id"] for c in old["cases"]} == {c["id"] for c in new["cases"]}
    ):
        yield "The same cases were run, but their rules differ between the two versions."
    claims = list(_claims(a["claims"], b["claims"]))
    if claims:
        more = f"; and {len(claims) - MAX_CLAIMS} more" if len(claims) > MAX_CLAIMS else ""
        yield f"The claims differ: {'; '.join(claims[:MAX_CLAIMS])}{more}."
    seen = [{(one["claim"], one["rule"]) for one in results.get("pics_mismatch", ())} for results in (old, new)]
    if newly := sorted(seen[1] - seen[0]):
        named = ", ".join(f"{clean(claim)} ({clean(rule)})" for claim, rule in newly)
        yield f"The wire newly contradicts claims: {named}."
    yield from differs("Recommendations counted as rules in one run only", _strict(a), _strict(b))
    was, now = _conditions(old), _conditions(new)
    if others := ", ".join(name for name in was if was[name] != now[name]):
        yield f"The conditions of the measurement differ ({others}): response times may differ for that reason."


def _conditions(results: Results) -> dict[str, object]:
    """Where and beside what the response times were measured."""
    run = results["run"]
    return {
        "machine": [run["machine"][name] for name in ("python", "platform", "cpus")],
        "workers": run["workers"],
        "background stations": (results.get("background") or {}).get("stations"),
    }


def _strict(run: Mapping[str, Any]) -> str:
    return "strict" if run["strict"] else "not strict"


def _claims(old: Any, new: Any, path: str = "") -> Iterable[str]:
    """Each answer that changed, by its dotted key."""
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        was, now = (side if isinstance(side, Mapping) else {} for side in (old, new))
        for key in sorted({*was, *now}):
            yield from _claims(was.get(key), now.get(key), f"{path}.{key}".removeprefix("."))
    elif old != new:
        yield f"{clean(path)} was {_answer(old)}, is {_answer(new)}"


def _answer(value: Any) -> str:
    words: Mapping[Any, str] = {True: "true", False: "false", None: "unanswered"}
    return words[value] if isinstance(value, bool) or value is None else clean(value)
