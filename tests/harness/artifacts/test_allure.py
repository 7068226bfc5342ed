"""`plugproof precheck --allure DIR`, judged by Allure's own generator where there is one."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.artifacts.allure import write_allure
from tests.harness.cli.test_precheck import plugproof  # noqa: F401
from tests.harness.conftest import Running
from tests.harness.support.command import Command
from tests.harness.support.scripted_sut import ScriptedSut
from tests.reports.support.diff_runs import SAMPLE, now


def test_a_precheck_writes_it(plugproof: Command, tmp_path: Path) -> None:  # noqa: F811
    done = plugproof("precheck", "--case", "TC_001_CSMS", "--out", "out", "--allure", "allure")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\nresults for Allure: allure\n")
    folder = tmp_path / "allure"
    (file,) = folder.glob("*-result.json")
    result = json.loads(file.read_text("utf-8"))
    assert (result["name"], result["status"]) == ("TC_001_CSMS Cold Boot Charge Point", "passed")
    attached = {item["name"]: (folder / item["source"]).read_text("utf-8") for item in result["attachments"]}
    assert attached.keys() >= {"explanation", "trace"}
    assert attached["trace"] == (tmp_path / "out" / "cases" / "TC_001_CSMS" / "trace.jsonl").read_text("utf-8")
    assert attached["explanation"].startswith("PASS  TC_001_CSMS")
    assert "System_under_test = Reference CSMS (csms)\n" in (folder / "environment.properties").read_text("ascii")
    assert len(json.loads((folder / "categories.json").read_text("utf-8"))) == 9


def test_a_folder_that_cannot_be_is_one_sentence_before_anything_runs(
    plugproof: Command,  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    done = plugproof("precheck", "--case", "TC_001_CSMS", "--out", "out", "--allure", "file")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--allure file cannot be made (File exists); choose another folder\n"


def test_files_of_the_sample(tmp_path: Path) -> None:
    results = now()
    picture = tmp_path / "out" / "cases" / "TC_010_CSMS"
    shutil.copytree(SAMPLE.parent / "cases" / "TC_010_CSMS", picture)
    (picture / "sequence.svg").write_text("<svg/>", "utf-8")
    write_allure(results, tmp_path / "out", tmp_path / "allure")

    written = [json.loads(file.read_text("utf-8")) for file in (tmp_path / "allure").glob("*-result.json")]
    assert len(written) == len(results["cases"])
    sources = [item["source"] for result in written for item in result["attachments"]]
    assert len(set(sources)) == len(sources)
    assert {file.name for file in (tmp_path / "allure").glob("*-attachment.*")} == set(sources)
    # A trace that is not there any more is not attached; the picture is attached where there is one.
    names = {result["name"].split()[0]: [item["name"] for item in result["attachments"]] for result in written}
    assert names.pop("TC_010_CSMS") == ["explanation", "trace", "sequence"]
    assert set(map(tuple, names.values())) == {("explanation",)}

    write_allure(results, tmp_path / "out", tmp_path / "allure")
    assert len(list((tmp_path / "allure").glob("*-result.json"))) == 2 * len(results["cases"])  # both runs are there


GENERATOR = shutil.which("allure")


@pytest.mark.skipif(
    GENERATOR is None, reason="no `allure` in PATH: `npm install allure` (3), or allure-commandline (2) with Java"
)
def test_allure_makes_a_report_of_it(tmp_path: Path) -> None:
    write_allure(now(), SAMPLE.parent, tmp_path / "allure")
    command = [str(GENERATOR), "generate", "allure", "-o", "report"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    widgets = tmp_path / "report" / "widgets"
    old = widgets / "summary.json"  # of Allure 2; Allure 3 has statistic.json
    counts = (
        json.loads(old.read_text())["statistic"]
        if old.exists()
        else json.loads((widgets / "statistic.json").read_text())
    )
    assert {name: count for name, count in counts.items() if count} == {
        "total": 32,
        "passed": 11,
        "failed": 13,
        "broken": 4,
        "skipped": 4,
    }
    if old.exists():  # Allure 3 takes categories from its configuration and not from the results
        items = json.loads((widgets / "categories.json").read_text())["items"]
        assert {item["name"]: item["statistic"]["total"] for item in items} == {
            "The system under test broke a rule": 12,
            "Passed although a failure was expected: shorten the list": 1,
            "Harness, network, operator or preamble broke": 2,
            "Could not be observed": 2,
            "Known failures": 2,
            "Not claimed": 2,
        }


# --- pytest --alluredir -----------------------------------------------------------------------------------------------

PASSWORD = "open-sesame-01234567"
ALL = f"""
import pytest

@pytest.fixture
def leaky():
    raise RuntimeError("it is {PASSWORD}")

@made_up("TC_F_CSMS")
async def test_f(leaky):
    pass

@made_up("TC_A_CSMS")
async def test_a(station):
    await station.sends("Heartbeat", rule="R1")

@made_up("TC_B_CSMS")
async def test_b(station):
    (await station.sends("DataTransfer", vendorId="X")).shows(rule="R1", data="{PASSWORD}x")

@made_up("TC_C_CSMS")
async def test_c(station):
    raise RuntimeError("it was {PASSWORD}")

@made_up("TC_D_CSMS")
async def test_d(station):
    raise Inconclusive("nobody looked")

@made_up("TC_E_CSMS", needs=["clear-cache"])
async def test_e(station):
    pass

def test_of_somebody_else():
    assert 1 == 2, "somebody else's"
"""


def test_allure_pytest_writes_our_verdicts(
    running: Running, scripted: ScriptedSut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", PASSWORD)
    scripted.answers["DataTransfer"] = {"status": "Accepted", "data": PASSWORD}
    outcome = running(
        ALL,
        "--alluredir=allure",
        sut={"connection": 'security_profile = 1\nauth_key = "${KEY}"', "more": "[features]\nclear_cache = false\n"},
    )
    folder = outcome.out.parent / "allure"
    written = [json.loads(file.read_text("utf-8")) for file in folder.glob("*-result.json")]
    said = {result["name"]: (result["status"], result.get("statusDetails", {}).get("message")) for result in written}
    assert said == {
        "TC_A_CSMS Title of TC_A_CSMS": ("passed", None),
        "TC_B_CSMS Title of TC_B_CSMS": (
            "failed",
            "FAIL: TC_B_CSMS.R1: data = ********, expected DataTransfer.conf with data = ********x",
        ),
        "TC_C_CSMS Title of TC_C_CSMS": ("broken", "ERROR: the case or the harness is broken: it was ********"),
        "TC_D_CSMS Title of TC_D_CSMS": ("skipped", "INCONCLUSIVE: nobody looked"),
        "TC_E_CSMS Title of TC_E_CSMS": (
            "skipped",
            "NOT APPLICABLE: not claimed: features.clear_cache = false in sut.toml",
        ),
        "TC_F_CSMS Title of TC_F_CSMS": ("broken", "ERROR: the case or the harness is broken: it is ********"),
        "test_of_somebody_else": ("failed", "AssertionError: somebody else's\nassert 1 == 2"),
    }
    for file in folder.iterdir():
        assert PASSWORD not in file.read_text("utf-8"), file
    # Each result is one that the containers of its fixtures know.
    containers = [json.loads(file.read_text("utf-8")) for file in folder.glob("*-container.json")]
    assert {child for one in containers for child in one["children"]} == {result["uuid"] for result in written}
    assert "System_under_test" in (folder / "environment.properties").read_text("ascii")
