"""A real run against the reference back office with wrong claims: they are told everywhere, and change no verdict."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.processes.reference_csms import reference_csms
from reports.results.validation import validate

WRONG = {
    "diagnostics = true\n": "diagnostics = true\nheartbeat_interval_s = 999\nboot_pending = false\n",
    "profiles = [1, 2, 3]": 'profiles = [1, 2, 3]\ntls_versions = ["1.2"]',
    "[performance]": "[settings]\nmilliseconds_in_timestamps = false\n[performance]",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    out = tmp_path_factory.mktemp("wrong")
    with reference_csms(out / "reference") as file:
        text = Path(file).read_text("utf-8")
        for right, wrong in WRONG.items():
            assert right in text
            text = text.replace(right, wrong, 1)
        sut = out / "wrong.toml"
        sut.write_text(text, encoding="utf-8")
        cases = ("--case", "TC_001_CSMS", "--case", "TC_061_CSMS", "--case", "TC_086_CSMS")
        command = [sys.executable, "-c", "from harness.cli import main; main()", "precheck", "--sut", str(sut), *cases]
        done = subprocess.run(
            [*command, "-n", "2", "--out", str(out / "run")], capture_output=True, text=True, timeout=120, check=False
        )
    return done, out / "run"


def test_wrong_claims_are_told_everywhere(run: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, out = run
    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads((out / "results.json").read_text("utf-8"))
    assert validate(results) == []
    assert {case["verdict"] for case in results["cases"]} == {"PASS"}
    found = {one["claim"]: one for one in results["pics_mismatch"]}
    assert {claim: (one["rule"], one["declared"], one["observed"]) for claim, one in found.items()} == {
        "features.heartbeat_interval_s": ("PICS-03", 999, 300),
        "security.tls_versions": ("PICS-01", ["1.2"], "1.3"),
        "settings.milliseconds_in_timestamps": ("PICS-01", False, True),
    }
    interval = found["features.heartbeat_interval_s"]
    frame = interval["frame"]
    assert (interval["case"], frame["text"][frame["start"] : frame["end"]]) == ("TC_001_CSMS", "300")
    lines = (out / interval["trace"]).read_text("utf-8").splitlines()
    assert json.loads(lines[frame["seq"] - 1])["text"] == frame["text"]
    sentence = (
        "features.heartbeat_interval_s = 999, but a BootNotification is answered with interval = 300, and in 2 more"
    )
    assert f"claim: {sentence}" in re.sub(r"\s+", " ", done.stdout)
    assert sentence in (out / "summary.md").read_text("utf-8")
    assert "interval = 300" in (out / "report.html").read_text("utf-8")


def test_they_are_remarks_in_the_abstract(run: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, out = run
    for layout in ("2023", "2024"):
        command = [sys.executable, "-c", "from harness.cli import main; main()", "report", str(out / "results.json")]
        done = subprocess.run(
            [*command, "--layout", layout, "--partial"], capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout.count("Contradicted by the run: ") == 3
