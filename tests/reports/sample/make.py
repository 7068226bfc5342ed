"""Make the sample run anew: `python -m tests.reports.sample.make`. The tests only read what it wrote.

Two real runs against the reference CSMS: one broken by several faults, with expectations and a profile that is not
claimed, and a small one without an operator, for a case that nobody could observe. Ports and the id of the run are
replaced by others of the same length, so that marks in frames stay where they are; no path of the machine is in it.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from harness.processes.reference_csms import reference_csms
from reports.results.validation import run_id, validate

HERE: Final = Path(__file__).parent
FAULTS: Final = (
    "remote-start-wrong-tag",  # TC_010: a member with another value
    "start-transaction-invalid",  # TC_003 fails by it, the preamble of TC_012 breaks
    "get-configuration-key-as-text",  # TC_019_2: a CALL that its schema refuses
    "heartbeat-answer-without-current-time",  # TC_001: an answer that lacks a member
    "data-transfer-accepts-everything",  # TC_064: a recommendation, and the run is strict
    "clear-cache-not-sent",  # TC_061: silence
    "reset-type-swapped",  # TC_013: expected
    "log-status-unanswered",  # TC_079: a CALL without an answer
    "credentials-not-asked-for",  # TC_085: a handshake that should be refused
    "security-event-callerror",  # TC_078: a CALLERROR
)
CASES: Final = (
    *("TC_001_CSMS", "TC_003_CSMS", "TC_010_CSMS", "TC_012_CSMS", "TC_013_CSMS", "TC_014_CSMS", "TC_019_1_CSMS"),
    *("TC_019_2_CSMS", "TC_021_CSMS", "TC_023_1_CSMS", "TC_030_CSMS", "TC_061_CSMS", "TC_064_CSMS", "TC_045_1_CSMS"),
    *("TC_044_1_CSMS", "TC_042_2_CSMS", "TC_043_4_CSMS", "TC_043_5_CSMS", "TC_046_CSMS", "TC_051_CSMS"),
    *("TC_054_CSMS", "TC_056_CSMS", "TC_066_CSMS", "TC_067_CSMS", "TC_078_CSMS", "TC_079_CSMS", "TC_085_CSMS"),
    *("TC_087_CSMS", "PERF_RESPONSE_CSMS", "PERF_AUTHORIZE_CSMS"),
)
UNOBSERVED: Final = ("TC_017_1_CSMS", "TC_017_2_CSMS")
CONTRADICTED: Final = """\
heartbeat_interval_s = 600
data_transfer_vendor_ids = []
"""
"""Claims that the reference CSMS does not keep."""
EXPECTED: Final = """
[expected_failures]
TC_013_CSMS = "CSMS-412: the kind of a reset is swapped, mended in 3.2"
TC_014_CSMS = "CSMS-412: the kind of a reset is swapped, mended in 3.2"
TC_021_CSMS = "CSMS-398: values of configuration keys are cut"
"""


def main() -> None:
    """Run, merge, replace what depends on this machine, and write."""
    with tempfile.TemporaryDirectory() as folder:
        broken = _run(Path(folder) / "broken", FAULTS, CASES, _expecting)
        unobserved = _run(Path(folder) / "unobserved", ("unknown-station-admitted",), UNOBSERVED, _without_operator)
        results = _merged(broken, unobserved)
        shutil.rmtree(HERE / "cases", ignore_errors=True)
        stable = _Stable()
        for case in results["cases"]:
            if case["trace"]:
                target = HERE / case["trace"]
                target.parent.mkdir(parents=True)
                source = "unobserved" if case["id"] in UNOBSERVED else "broken"
                target.write_text(stable.text((Path(folder) / source / case["trace"]).read_text("utf-8")), "utf-8")
    results = json.loads(stable.text(json.dumps(results)))
    results["run"]["id"] = run_id(results)
    if problems := validate(results):
        sys.exit("\n".join(problems))
    (HERE / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _run(out: Path, faults: tuple[str, ...], cases: tuple[str, ...], change: Callable[[str], str]) -> dict[str, Any]:
    """A strict run of these cases, with a SUT file that ``change`` has made another."""
    with reference_csms(out, faults=faults) as file:
        file.write_text(change(file.read_text("utf-8")), "utf-8")
        chosen = [part for id in cases for part in ("--case", id)]
        command = [
            str(Path(sys.executable).with_name("plugproof")),
            "precheck",
            "--sut",
            file.name,
            "--out",
            ".",
            "--strict",
        ]
        subprocess.run([*command, "-n", "2", *chosen], cwd=out, check=False, stdout=subprocess.DEVNULL)
    results: dict[str, Any] = json.loads((out / "results.json").read_text("utf-8"))
    return results


def _expecting(sut: str) -> str:
    claimed = sut.replace("reservation = true", "reservation = false", 1)
    return claimed.replace("[features]\n", f"[features]\n{CONTRADICTED}", 1) + EXPECTED


def _without_operator(sut: str) -> str:
    return sut[: sut.index("[operator]")] + '[operator]\nkind = "none"\n'


def _merged(results: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    cases = sorted([*results["cases"], *more["cases"]], key=lambda case: str(case["id"]))
    run = {**results["run"], "command": "plugproof precheck --sut sut.toml --strict -n 2"}
    if "rules" in run:
        run["rules"] = {
            "promised": sum(len(case["rules"]) for case in cases),
            "judged": sum(len(case["rules_judged"]) for case in cases),
            "left_out": sum(len(case.get("rules_left_out", ())) for case in cases),
        }
    return {**results, "run": run, "cases": cases}


class _Stable:
    """Replaces ports and the id of the run in texts by fixed ones, as long as they were."""

    def __init__(self) -> None:
        self._ports: dict[str, str] = {}
        self._runs: dict[str, str] = {}

    def text(self, text: str) -> str:
        """``text`` with a stable name for each thing that differs from run to run."""
        text = re.sub(r"(?<=127\.0\.0\.1:)\d{5}\b", lambda found: self._named(self._ports, found[0], "19{:03}"), text)
        return re.sub(r"(?<=PP-)\d{6}[a-z]+", lambda found: self._named(self._runs, found[0], "211700p{}"), text)

    def _named(self, known: dict[str, str], old: str, pattern: str) -> str:
        return known.setdefault(old, pattern.format(len(known) + 1)).ljust(len(old), "p")


if __name__ == "__main__":
    main()
