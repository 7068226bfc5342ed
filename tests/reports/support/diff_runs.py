"""Two runs that differ in every way a diff knows: the sample run, and what it might have been the day before."""

import copy
import json
from typing import Any

from reports.results.performance import figures
from tests import ROOT

SAMPLE = ROOT / "tests" / "reports" / "sample" / "results.json"
GOOD = {"verdict": "PASS", "failure": None, "reason": None}


def now() -> dict[str, Any]:
    """The sample run."""
    loaded: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8"))
    return loaded


def three() -> dict[str, Any]:
    """The sample with a failed case, one that passed and one that does not apply: few enough to be read whole."""
    run = now()
    run["cases"] = [case_of(run, id) for id in ("TC_061_CSMS", "TC_023_1_CSMS", "TC_046_CSMS")]
    return run


def case_of(results: dict[str, Any], id: str) -> dict[str, Any]:
    return next(case for case in results["cases"] if case["id"] == id)


def verdict_of(results: dict[str, Any], id: str) -> dict[str, Any]:
    """What makes the verdict of a case, to give it to another one."""
    return {name: copy.deepcopy(case_of(results, id)[name]) for name in ("verdict", "failure", "reason")}


def before() -> dict[str, Any]:
    """The run of the day before."""
    run = now()
    for id in ("TC_010_CSMS", "TC_061_CSMS", "TC_012_CSMS", "TC_046_CSMS", "TC_017_1_CSMS"):
        case_of(run, id).update(GOOD)
    case_of(run, "TC_021_CSMS")["expected_failure"] = None  # passed; since then somebody expects a failure
    case_of(run, "TC_013_CSMS")["expected_failure"] = None  # failed; by now that is expected
    case_of(run, "TC_001_CSMS")["failure"]["rule"] = "TC_001_CSMS.R1"
    case_of(run, "TC_056_CSMS").update(verdict_of(run, "TC_003_CSMS"))
    case_of(run, "TC_023_1_CSMS").update(verdict_of(run, "TC_067_CSMS"))
    case_of(run, "TC_054_CSMS").update(verdict_of(run, "TC_051_CSMS"))
    case_of(run, "TC_017_2_CSMS").update(verdict_of(run, "TC_067_CSMS"))
    case_of(run, "TC_087_CSMS").update(id="TC_099_CSMS", title="A case that left")
    run["cases"] = [case for case in run["cases"] if case["id"] != "TC_078_CSMS"]
    run["run"]["claims"]["profiles"]["reservation"] = True
    run["run"]["schemas"]["digest"] = "0" * 64
    run["run"]["workers"] += 5
    rows = run["performance"]["samples"]["rows"]
    for action, factor in (("StatusNotification", 1 / 3), ("Authorize", 3)):
        for row in rows:
            if row["action"] == action:
                row["ns"] = round(row["ns"] * factor)
        run["performance"]["per_action"][action] = figures([row["ns"] for row in rows if row["action"] == action], 0)
    return run


def with_samples(results: dict[str, Any], times: dict[str, list[int]], phase: str = "quiet") -> dict[str, Any]:
    """The run with these response times in nanoseconds, by action."""
    rows = [
        {"action": action, "ns": ns, "at_ms": 0.0, "case": "TC_001_CSMS", "first": False}
        for action, samples in times.items()
        for ns in samples
    ]
    part = {
        "samples": {"taken": len(rows), "kept": len(rows), "thinned": None, "rows": rows},
        "per_action": {action: figures(samples, 0) for action, samples in times.items()},
    }
    performance = results["performance"]
    results["performance"] = performance | (part if phase == "quiet" else {"loaded": part})
    return results
