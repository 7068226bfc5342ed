"""A run in one sentence, and what a reader has to know before any figure of it: the same words in every report."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from reports.results.coverage import is_partial, whole
from reports.results.load import load_of, load_sentence, load_verdict, outlasted
from reports.results.verdicts import (
    OUTCOMES,
    Results,
    asked_for,
    exit_code,
    fail_on,
    load_was_missing,
    mark,
    ordered,
    totals,
)
from reports.text.plain import clean

DISCLAIMER: Final = (
    "This report was produced by plugproof, an open conformance harness. It is no certificate and does not replace one."
)
_RED: Final = {
    "FAIL": "failed",
    "XPASS": "passed unexpectedly",
    "ERROR": "with errors",
    "INCONCLUSIVE": "inconclusive",
    "NOT_RUN": "not run",
}
_WISHES: Final = {"inconclusive": "inconclusive", "not-run": "not run", "finding": "with findings"}
_LOADS: Final = {"ERROR": "the load had errors", "INCONCLUSIVE": "the load was inconclusive"}
PUT_BACK: Final = "CLEANUP"
"""The rule of a finding about what a case has changed and could not put back."""
LOAD: Final = "LOAD"
"""The word on a run that is red because of the load profile that played."""
MOST_IDS: Final = 6
"""So many ids of a selection are named; more are counted."""


def headline(results: Results) -> str:
    """How the run ended: ``interrupted after 40 of 79: 38 of 40 cases passed, 2 failed, 39 not run``."""
    counts = totals(results)
    ran = sum(counts[name] for name in OUTCOMES if name not in ("NOT_RUN", "NOT_APPLICABLE"))
    selected = "selected " if is_selection(results) else ""
    first = f"{counts['PASS']} of {ran} {selected}cases passed" if ran else "no case ran"
    red = [f"{counts[key]} {words}" for key, words in _RED.items() if counts[key]]
    told = ", ".join([first, *red])
    load = load_of(results)
    told += "" if load is None else f"; load profile {clean(load['profile'])}: {load['verdict']}"
    cut = interruption(results)
    return told if cut is None else f"{cut}: {told}"


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning and a full stop at its end."""
    return f"{text[:1].upper()}{text[1:]}."


def interruption(results: Results) -> str | None:
    """``interrupted after 40 of 79``; None for a run that came to its end."""
    cut = results["run"].get("interrupted")
    return None if not cut else f"interrupted after {cut['judged']} of {cut['of']}"


def missing(results: Results) -> str | None:
    """How much of the whole a partial run is: ``1 of 79 cases that apply were run``; None for a whole run."""
    if not is_partial(results):
        return None
    cut, covered = interruption(results), whole(results)
    many = "not all cases that were selected were run"
    if covered.applicable is not None:
        many = f"{covered.run} of {covered.applicable} cases that apply were run"
    if cut is None:
        return many
    # An interruption has numbers already; those of the whole are others when only some cases were asked for.
    return f"{cut} selected cases, {many}" if is_selection(results) else f"{cut} cases"


def is_selection(results: Results) -> bool:
    """Whether the run was asked for some cases only, as far as the results say."""
    return bool(results["run"].get("selection"))


def state(results: Results) -> str:
    """``bad`` when the exit code is not 0, ``odd`` when something is missing from the whole, else ``good``."""
    if exit_code(results):
        return "bad"
    counts = totals(results)
    return "odd" if counts["INCONCLUSIVE"] or is_partial(results) else "good"


def notices(results: Results) -> list[str]:
    """What must be said at the head of a report, one sentence each; none for a whole run without a wish."""
    told = (_left, _interrupted, _partial, _again, _wishes, _outlasted)
    return [notice for notices_of in told for notice in notices_of(results)]


def _left(results: Results) -> Iterable[str]:
    """What cases changed and could not put back: whoever works with the system next has to know it first."""
    told: dict[str, str] = {}
    for case in ordered(results["cases"]):
        for finding in case.get("findings") or ():
            if finding["rule"] == PUT_BACK:
                told.setdefault(clean(finding["message"]), clean(case["id"]))
    for message, since in told.items():
        yield f"The system under test is not as it was found, since {since}: {message}."


def _interrupted(results: Results) -> Iterable[str]:
    cut = interruption(results)
    if cut is not None:
        by = clean(results["run"]["interrupted"]["by"])
        yield f"The run was {cut} cases (by {by}): it says nothing of the others, and is no run of the whole."


def _partial(results: Results) -> Iterable[str]:
    covered = whole(results)
    missing = totals(results)["NOT_RUN"]
    if missing and interruption(results) is None:
        yield f"Cases that were selected and not run: {missing}."
    if is_selection(results):
        asked = selection(results["run"]["selection"])
        many = (
            "" if covered.applicable is None else f": {covered.run} of {covered.applicable} cases that apply were run"
        )
        yield f"Only some cases were asked for ({asked}){many}."
    elif covered.is_partial and interruption(results) is None:
        yield f"Of {covered.applicable} cases that apply, {covered.run} were run."
    elif "profiles" not in results["run"] and results["cases"]:
        yield "Whether all cases that apply were run is unknown: results of an earlier version do not say it."


def _again(results: Results) -> Iterable[str]:
    ids = [clean(case["id"]) for case in ordered(results["cases"]) if case.get("attempts")]
    if ids:
        yield f"Run again, because the system under test went away while another case was on: {', '.join(ids)}."


def _wishes(results: Results) -> Iterable[str]:
    named = fail_on(results)
    if named:
        yield f"Asked to be red for (--fail-on): {', '.join(map(clean, named))}."


def _outlasted(results: Results) -> Iterable[str]:
    load, count = load_of(results), outlasted(results)
    if load is not None and count:
        yield (
            f"The load profile {clean(load['profile'])} was over after {load['lasted_s']:.1f} s, before {count} of the "
            "cases were: their passes are inconclusive, and response times under load are not shown. Make it longer."
        )


def selection(asked: Mapping[str, Any]) -> str:
    """What was asked for, as options of the command line."""
    parts = [*_options("--case", asked["cases"]), *_options("--profile", asked["profiles"])]
    return ", ".join([*parts, *(["by options of pytest"] if asked["other"] else [])])


def _options(name: str, values: Sequence[str]) -> Iterable[str]:
    yield from (f"{name} {clean(value)}" for value in values[:MOST_IDS])
    if len(values) > MOST_IDS:
        yield f"{len(values) - MOST_IDS} more of {name}"


def why(results: Results) -> str:
    """Why the exit code is what it is, in a few words: ``2 cases failed``."""
    marks = Counter(mark(results, case) for case in results["cases"])
    wished = Counter(filter(None, (asked_for(results, case) for case in results["cases"])))
    code = exit_code(results)
    if code == 130:
        return f"{interruption(results)}"
    if code == 1:
        counts = totals(results)
        told = [f"{counts[name]} {_RED[name]}" for name in ("FAIL", "XPASS") if counts[name]]
        told += [f"{count} {_WISHES[name]} (--fail-on {name})" for name, count in sorted(wished.items())]
        told += ["the load failed"] if load_verdict(results) == "FAIL" else []
        return ", ".join(told)
    if code == 5:
        return "no case ran"
    if code == 3:
        told = [f"{marks['error']} with errors"] if marks["error"] else []
        told += ["the background load was not there"] if load_was_missing(results) else []
        told += [_LOADS[load] for load in [load_verdict(results)] if load in _LOADS]
        return ", ".join(told) or "nothing conclusive"
    return "nothing failed"


def problem_of_the_run(results: Results) -> tuple[str, str] | None:
    """What makes the run red although no case does: a word and a sentence. None where the cases say it all."""
    if results["run"].get("interrupted"):
        return "INTERRUPTED", _last(results)
    if load_was_missing(results):
        return "BACKGROUND", sentence(f"the background load was not there: {clean(results['background']['reason'])}")
    if exit_code(results) == 5:
        return "NOTHING_RAN", _last(results)
    load = load_sentence(results)
    if load is not None and load_verdict(results) != "PASS":
        return LOAD, sentence(load)
    if exit_code(results) == 3 and not any(mark(results, case) == "error" for case in results["cases"]):
        return "NOTHING_CONCLUSIVE", _last(results)
    return None


def _last(results: Results) -> str:
    return sentence(headline(results))
