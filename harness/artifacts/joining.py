"""The two parts of a run with background load, quiet and loaded, as one: every case is in it twice."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from harness.artifacts.results import Record, named, rules_of
from harness.artifacts.results import interrupted as interruption
from harness.artifacts.run_folder import LOADED as LOADED_FOLDER
from harness.case.judgement import NOT_BEGUN
from reports.results.performance import LOADED, QUIET
from reports.results.verdicts import UNDER_LOAD

OUTLASTED: Final = "the load profile was over before the case was; make it longer"
_UNLIKE: Final = ("triggered_function", "remote_start_authorization", "remote_stop_end")


def joined(
    quiet: Mapping[str, Any],
    loaded: Mapping[str, Any] | None,
    background: Mapping[str, Any],
    *,
    later_s: float,
    seconds: float,
    again: str,
    interrupted: str | None = None,
    outlasted: Collection[str] = (),
) -> dict[str, Any]:
    """One ``results.json``. ``later_s``: when the loaded part began after the quiet one, ``seconds``: both together.

    ``loaded`` is None when the load never was there. ``again`` is what a command needs to run a case under load.
    ``interrupted`` is the signal that ended one of the parts. ``outlasted`` are the cases of the loaded part that were
    not over yet when the load was: they, and the response times, say nothing of it.
    """
    cases = [*(dict(case, phase=QUIET) for case in quiet["cases"])]
    performance = dict(quiet["performance"], loaded=None)
    if loaded is None and interrupted is not None:
        cases += [_not_begun(case, again) for case in quiet["cases"]]
    if loaded is not None:
        without = dict.fromkeys((case["id"] for case in loaded["cases"]), background["reason"])
        if background["reason"] is None:
            without |= dict.fromkeys(outlasted, OUTLASTED)
        cases += [_under_load(case, without[case["id"]], again) for case in loaded["cases"]]
        if background["verdict"] == "PASS" and not outlasted:
            performance["loaded"] = _measured(loaded["performance"], later_s)
    mismatches = [*quiet.get("pics_mismatch", ()), *_mismatches(loaded or {})]
    run = dict(
        quiet["run"],
        seconds=round(seconds, 3),
        seed=background["seed"],
        rules=rules_of(cases),
        interrupted=interruption(interrupted, cases),
    )
    results = {
        **quiet,
        "run": run,
        "cases": cases,
        "performance": performance,
        "background": _load(background, outlasted),
    }
    return named(results | ({"pics_mismatch": mismatches} if mismatches else {}))


def _load(background: Mapping[str, Any], outlasted: Collection[str]) -> dict[str, Any]:
    """What kept the system busy; a load profile knows how many cases were not over before it was."""
    if "load" not in background:
        return dict(background)
    return {**background, "load": {**background["load"], "outlasted": len(outlasted)}}


def _under_load(case: Record, broken: str | None, again: str) -> Record:
    """A case of the loaded part. Without the load a pass says nothing: not that it passes under load."""
    record = {
        **case,
        "id": f"{case['id']}{UNDER_LOAD}",
        "phase": LOADED,
        "trace": case["trace"] and f"{LOADED_FOLDER}/{case['trace']}",
        "rerun": case["rerun"] and f"{case['rerun']} {again}",
    }
    if broken is None or case["verdict"] != "PASS":
        return record
    verdict = "ERROR" if case["profile"] == "Performance" else "INCONCLUSIVE"
    return {**record, "verdict": verdict, "reason": f"the background load was not there: {broken}"}


def _not_begun(case: Record, again: str) -> Record:
    """A case of the loaded part that was interrupted before it; what does not apply does not under load either."""
    blank = {"rules_judged": [], "findings": [], "seconds": 0.0, "lane": None, "trace": None, "failure": None}
    record = {name: value for name, value in case.items() if name != "rules_left_out"} | blank
    if case["verdict"] != "NOT_APPLICABLE":
        record |= {"verdict": "INCONCLUSIVE", "reason": NOT_BEGUN, "not_run": True}
    return _under_load(record, None, again)


def _measured(performance: Mapping[str, Any], later_s: float) -> dict[str, Any]:
    kept = {name: value for name, value in performance.items() if name not in _UNLIKE}
    rows = [
        {**row, "at_ms": round(row["at_ms"] + later_s * 1_000, 3), "case": f"{row['case']}{UNDER_LOAD}"}
        for row in performance["samples"]["rows"]
    ]
    return {**kept, "samples": {**performance["samples"], "rows": rows}}


def _mismatches(loaded: Mapping[str, Any]) -> list[Record]:
    return [
        {
            **one,
            "case": one["case"] and f"{one['case']}{UNDER_LOAD}",
            "trace": one["trace"] and f"{LOADED_FOLDER}/{one['trace']}",
        }
        for one in loaded.get("pics_mismatch", ())
    ]
