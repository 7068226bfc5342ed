"""What a verdict means for a run: expected failures, totals, what makes it red, and the exit code that follows.

The five verdicts are the harness's; three more words follow from the run. A case that was expected to fail and did is
XFAIL and not red; one that was expected to fail and passed is XPASS and red, so that the list of expected failures
cannot rot; one that was selected and never begun is NOT_RUN.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from reports.results.load import load_verdict
from schemas.profiles import printed

Results = Mapping[str, Any]
"""A whole ``results.json``, as loaded."""
Case = Mapping[str, Any]
"""One element of its ``cases``."""

OUTCOMES: Final = ("FAIL", "XPASS", "ERROR", "INCONCLUSIVE", "NOT_RUN", "XFAIL", "PASS", "NOT_APPLICABLE")
"""Most severe first."""
OUTCOME_NAMES: Final[Mapping[str, str]] = {
    "FAIL": "Failed",
    "XPASS": "Passed unexpectedly",
    "ERROR": "Errors",
    "INCONCLUSIVE": "Inconclusive",
    "NOT_RUN": "Not run",
    "XFAIL": "Failed as expected",
    "PASS": "Passed",
    "NOT_APPLICABLE": "Not applicable",
}
OUTCOME_WORDS: Final[Mapping[str, str]] = {"NOT_APPLICABLE": "NOT APPLICABLE", "NOT_RUN": "NOT RUN"}
"""How an outcome is written to people where that differs from its name."""


UNDER_LOAD: Final = "@loaded"
"""What the id of a case ends with that ran under background load."""
FAIL_ON: Final = ("inconclusive", "not-run", "finding")
"""What a run may be asked to be red for besides a failure (``run.fail_on``)."""
Mark = Literal["passed", "failed", "error", "skipped"]
"""What every report that knows no verdicts of ours is told about a case."""


PROFILES: Final = printed()
"""In the order of the certification abstract (layout of 2024)."""
_BY_NAME: Final = {profile.name: profile for profile in PROFILES}


def outcome(case: Case) -> str:
    """The verdict of a case in the light of what was expected of it: one of `OUTCOMES`."""
    verdict: str = case["verdict"]
    if case.get("not_run") is True:
        return "NOT_RUN"
    if case["expected_failure"] is None:
        return verdict
    if verdict == case.get("expected_verdict", "FAIL") and not (verdict == "ERROR" and _is_ours(case)):
        return "XFAIL"
    return "XPASS" if verdict == "PASS" else verdict


def _is_ours(case: Case) -> bool:
    """Whether an ERROR has nothing to do with what the product can do: a broken harness, or a product that is gone."""
    return case["failure"] is None or case["failure"]["kind"] == "harness"


def word(outcome_name: str) -> str:
    """An outcome as people read it."""
    return OUTCOME_WORDS.get(outcome_name, outcome_name)


def totals(results: Results) -> dict[str, int]:
    """How many cases had each outcome, most severe first, zeros included."""
    counts = Counter(outcome(case) for case in results["cases"])
    return {name: counts[name] for name in OUTCOMES}


def once(results: Results) -> list[Case]:
    """Each case once: where it also ran under background load, the run with the worse verdict."""
    worst: dict[str, Case] = {}
    for case in results["cases"]:
        id = case["id"].removesuffix(UNDER_LOAD)
        before = worst.setdefault(id, case)
        if OUTCOMES.index(case["verdict"]) < OUTCOMES.index(before["verdict"]):
            worst[id] = case
    return list(worst.values())


def ordered(cases: Iterable[Case]) -> list[Case]:
    """The cases by profile and id, whatever order the workers finished them in."""
    names = [profile.name for profile in PROFILES]
    return sorted(
        cases,
        key=lambda case: (
            names.index(case["profile"]) if case["profile"] in _BY_NAME else len(names),
            case["profile"],
            case["id"],
        ),
    )


def fail_on(results: Results) -> tuple[str, ...]:
    """What the run was asked to be red for, of `FAIL_ON`; nothing in results of a version that could not be asked."""
    return tuple(results["run"].get("fail_on") or ())


def asked_for(results: Results, case: Case) -> str | None:
    """Which of `FAIL_ON` was asked for and is true of this case."""
    name = outcome(case)
    true = {"inconclusive": name == "INCONCLUSIVE", "not-run": name == "NOT_RUN", "finding": bool(case["findings"])}
    return next((wish for wish in fail_on(results) if true[wish]), None)


def mark(results: Results, case: Case) -> Mark:
    """Whether a case makes the run red, and how. Exit code, JUnit, Allure and the pages all go by this."""
    name = outcome(case)
    if name == "ERROR":
        return "error"
    if name in ("FAIL", "XPASS") or asked_for(results, case) is not None:
        return "failed"
    return "passed" if name == "PASS" else "skipped"


def begun(case: Case) -> bool:
    """Whether a case counts as run: it applied, and it was begun."""
    return outcome(case) not in ("NOT_RUN", "NOT_APPLICABLE")


def load_was_missing(results: Results) -> bool:
    """Whether a run was to have background load and had none, so that nothing was judged under it."""
    return (results.get("background") or {}).get("verdict") == "ERROR"


def exit_code(results: Results) -> int:
    """What the process should end with.

    130: the run was interrupted; 1: a case or the load failed, a case that was expected to fail passed, or something is
    true that the run was asked to be red for; 5: no case ran (none was selected, or none was applicable); 3: there were
    errors, or nothing conclusive; 0: nothing failed.
    """
    if results["run"].get("interrupted"):
        return 130
    marks = Counter(mark(results, case) for case in results["cases"])
    counts = totals(results)
    if marks["failed"]:
        return 1
    if not sum(counts.values()) - counts["NOT_APPLICABLE"]:
        return 5
    load = load_verdict(results)
    if load == "FAIL":
        return 1
    if marks["error"] or load_was_missing(results) or not counts["PASS"] + counts["XFAIL"]:
        return 3
    if load in ("ERROR", "INCONCLUSIVE"):
        return 3
    return 0
