"""`plugproof precheck` and `plugproof list` as commands: what they print, what they write, how they end."""

import json
import re
from pathlib import Path

import pytest

from harness.case.registry import catalogue
from reports.results.validation import validate
from tests.harness.support.command import Command, in_a_process, in_process
from tests.harness.support.scripted_sut import ScriptedSut

ENVIRONMENT = {"COLUMNS": "100", "NO_COLOR": "1"}


@pytest.fixture
def plugproof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_process(tmp_path, monkeypatch, capfd, **ENVIRONMENT)


def test_the_embedded_reference_passes(tmp_path: Path) -> None:
    """In a process, as somebody at a shell does it."""
    done = in_a_process(tmp_path, **ENVIRONMENT)(
        "precheck", "--case", "tc_001_csms", "--case", "TC_013_CSMS", "-n", "2", "--out", "out"
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2 cases against Reference CSMS\n")
    assert re.search(r"^2 passed in \d+\.\d s$", done.stdout, re.MULTILINE)
    assert "this is no certificate" in done.stdout
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert validate(results) == []
    assert (results["run"]["workers"], results["run"]["strict"]) == (2, False)
    written = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*")}
    assert written >= {"results.json", "report.html", "junit.xml", "summary.md"}
    assert written >= {f"cases/TC_001_CSMS/{name}" for name in ("trace.jsonl", "sequence.svg")}
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_lies_in_the_folder_it_is_called_in_is_left_alone(
    plugproof: Command, tmp_path: Path, workers: str
) -> None:
    """pytest imports conftest files, and a process of Python may look for every module in its folder first."""
    (tmp_path / "tests").mkdir()
    for folder in (tmp_path, tmp_path / "tests"):
        (folder / "conftest.py").write_text("raise SystemExit('imported')")
    for name in ("schemas", "harness", "reports", "queue", "json", "xdist", "websockets"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise SystemExit('imported {name}')")

    done = plugproof(
        "precheck", "--background", "2", "--case", "TC_001_CSMS", "--case", "TC_010_CSMS", "-n", workers, "--out", "out"
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_fault_fails_and_is_explained(plugproof: Command) -> None:
    done = plugproof("precheck", "--case", "TC_001_CSMS", "--fault", "boot-answer-without-interval", "--out", "out")

    assert (done.returncode, done.stderr) == (1, "")
    assert "TC_001_CSMS.R4 · OCPP 1.6 §4.2, §4.6" in done.stdout
    assert "The answer to a boot tells the heartbeat interval." in done.stdout
    assert "plugproof precheck --fault boot-answer-without-interval --case TC_001_CSMS" in done.stdout
    assert re.search(r"^1 failed in \d+\.\d s$", done.stdout, re.MULTILINE)


def test_the_parent_of_the_other_tag_is_judged(plugproof: Command) -> None:
    done = plugproof("precheck", "--case", "TC_053_CSMS", "--fault", "authorize-other-parent", "--out", "out")

    assert (done.returncode, done.stderr) == (1, "")
    assert "TC_053_CSMS.R7" in done.stdout
    assert "Authorize.conf with idTagInfo.parentIdTag = PLUGPROOF-PARENT" in done.stdout


def test_a_preamble_that_breaks_is_an_error(plugproof: Command) -> None:
    done = plugproof("precheck", "--case", "TC_003_CSMS", "--fault", "boot-pending", "--out", "out")

    assert done.returncode == 3
    (said,) = done.stderr.splitlines()
    assert said.startswith("before the first case: ws://127.0.0.1:")
    assert said.endswith("-LOOK: BootNotification was answered with status Pending, not Accepted")
    assert "the state booted was not reached: status = Pending" in done.stdout


def test_strict_is_kept_for_the_next_time(plugproof: Command) -> None:
    options = ("precheck", "--case", "TC_064_CSMS", "--fault", "data-transfer-accepts-everything", "--out", "out")

    assert plugproof(*options).returncode == 0
    done = plugproof(*options, "--strict")
    assert done.returncode == 1
    assert "--strict" in next(line for line in done.stdout.splitlines() if "run again" in line)


def test_without_an_operator_the_reason_is_said_once(plugproof: Command, scripted: ScriptedSut, tmp_path: Path) -> None:
    sut = scripted.sut_file(tmp_path)
    done = plugproof("precheck", "--sut", str(sut), "--case", "TC_013_CSMS", "--case", "TC_014_CSMS", "--out", "out")

    assert (done.returncode, done.stderr) == (3, "")
    assert "inconclusive: TC_013_CSMS, TC_014_CSMS: nobody operates the back office" in " ".join(done.stdout.split())


def test_when_nothing_applies_nothing_is_green(plugproof: Command, scripted: ScriptedSut, tmp_path: Path) -> None:
    sut = scripted.sut_file(tmp_path)
    done = plugproof("precheck", "--sut", str(sut), "--case", "TC_046_CSMS", "--out", "out")

    assert (done.returncode, done.stderr) == (5, "")
    assert "profiles.reservation = false in sut.toml" in " ".join(done.stdout.split())


def test_when_the_tag_of_the_only_case_is_missing_nothing_is_green(
    plugproof: Command, scripted: ScriptedSut, tmp_path: Path
) -> None:
    sut = scripted.sut_file(tmp_path)
    done = plugproof("precheck", "--sut", str(sut), "--case", "TC_023_3_CSMS", "--out", "out")

    assert (done.returncode, done.stderr) == (3, "")
    said = "tags.blocked is not set in sut.toml; name one to have this judged"
    assert said in " ".join(done.stdout.split())


def test_list(plugproof: Command) -> None:
    done = plugproof("list")
    cases = catalogue("1.6")

    assert done.returncode == 0
    assert done.stdout.endswith(f"{len(cases)} cases, {sum(len(case.rules) for case in cases)} rules\n")
    for case in cases:
        assert f"  {case.id} " in done.stdout
        assert case.title in done.stdout

    done = plugproof("list", "--profile", "performance", "--format", "json")
    assert {case["profile"] for case in json.loads(done.stdout)} == {"Performance"}

    done = plugproof("list", "--format", "yaml")
    assert (done.returncode, done.stderr) == (2, "--format is text or json, not yaml\n")
