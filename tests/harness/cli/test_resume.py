"""A run that was interrupted goes on where it was: earlier verdicts are kept, and nothing is run twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from harness.artifacts import so_far

MAIN = (sys.executable, "-c", "from harness.cli import main; main()")
CASES = ("--case", "TC_001_CSMS", "--case", "TC_013_CSMS", "--case", "TC_061_CSMS")


def precheck(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MAIN, "precheck", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120)


def test_what_was_judged_is_kept_and_the_rest_is_run(tmp_path: Path) -> None:
    first = precheck("--out", "out", *CASES, "--fault", "boot-rejected", cwd=tmp_path)
    assert first.returncode == 1, first.stdout + first.stderr
    file = tmp_path / "out" / so_far.FILE
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) == 3
    kept = json.loads(lines[0])["id"]
    file.write_bytes(lines[0] + lines[1][:20])  # as a run that was killed while it wrote leaves it

    second = precheck("--out", "out", *CASES, "--resume", cwd=tmp_path)

    assert "out: 1 cases of it are kept" in second.stdout
    cases = {case["id"]: case for case in json.loads((tmp_path / "out" / "results.json").read_text())["cases"]}
    assert set(cases) == {"TC_001_CSMS", "TC_013_CSMS", "TC_061_CSMS"}
    assert cases.pop(kept)["verdict"] != "PASS"  # with the fault that is gone now
    assert {case["verdict"] for case in cases.values()} == {"PASS"}
    assert not set(so_far.of(tmp_path / "out")) ^ {*cases, kept}


def test_without_a_run_there_is_nothing_to_resume(tmp_path: Path) -> None:
    done = precheck("--resume", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "--resume: there is no run in plugproof-out that has judged anything; leave it out to begin one\n",
    )
    done = precheck("--resume", "--background", "2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "--resume and --background exclude each other: both runs have to be of one piece\n",
    )


def test_a_case_that_was_not_run_is_run_again(tmp_path: Path) -> None:
    so_far.add(tmp_path, {"id": "TC_001_CSMS", "not_run": True})
    so_far.add(tmp_path, {"id": "TC_013_CSMS", "verdict": "FAIL"})
    so_far.add(tmp_path, {"id": "TC_013_CSMS", "verdict": "PASS"})
    assert so_far.of(tmp_path) == {"TC_013_CSMS": {"id": "TC_013_CSMS", "verdict": "PASS"}}
