"""What commands say of a run that was a selection, that died of one mistake, or that was asked to be red for more."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.case.registry import catalogue
from tests.harness.cli.test_precheck import plugproof
from tests.harness.support.command import Command
from tests.harness.support.scripted_sut import ScriptedSut

__all__ = ["plugproof"]


@pytest.fixture(scope="module")
def of_core() -> int:
    return sum(case.sut == "csms" and case.profile == "Core" for case in catalogue("1.6"))


def said(text: str) -> str:
    return " ".join(text.split())


def test_a_selection_is_told_and_is_no_abstract(
    plugproof: Command,
    tmp_path: Path,
    of_core: int,
) -> None:
    done = plugproof("precheck", "--case", "TC_013_CSMS", "--out", "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Core 1 of {of_core} run 1" in said(done.stdout)
    count = len([case for case in catalogue("1.6") if case.sut == "csms"])
    sentence = f"Only some cases were asked for (--case TC_013_CSMS): 1 of {count} cases that apply were run."
    assert f"run: {sentence}" in said(done.stdout)
    for name in ("summary.md", "report.html", "junit.xml"):
        text = (tmp_path / "out" / name).read_text("utf-8")
        assert f"1 of {of_core} run" in text, name

    done = plugproof("report", "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"out/results.json: 1 of {count} cases that apply were run, and an abstract speaks of the whole; "
        "run all cases that apply, or print what there is with --partial\n"
    )
    done = plugproof("report", "out", "--partial")
    assert done.returncode == 0
    assert f"| Core | 1 of {of_core} run <sup>M</sup> |" in done.stdout
    assert "| Pass <sup>" not in done.stdout
    assert done.stdout.splitlines()[2].startswith(f"> **Partial run: 1 of {count} cases that apply were run.")

    done = plugproof("report", "out", "--partial", "--out", "abstract.docx")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "--out abstract.docx: .docx is no format of this command; end the name with one of .html, .md, .pdf, .json\n"
    )
    done = plugproof("pics", "out/sut.toml", "--out", "form.docx")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith("--out form.docx: .docx is no format of this command")


def test_cases_that_die_of_one_mistake_are_explained_once(
    plugproof: Command,
    tmp_path: Path,
) -> None:
    chosen = ("TC_003_CSMS", "TC_013_CSMS", "TC_014_CSMS", "TC_061_CSMS")
    options = [part for id in chosen for part in ("--case", id)]
    done = plugproof("precheck", *options, "--fault", "boot-pending", "--out", "out", "-n", "2")

    assert done.returncode == 3
    (told,) = done.stderr.splitlines()  # by the look before the cases
    assert told.endswith("BootNotification was answered with status Pending, not Accepted")
    assert done.stdout.count("the state booted was not reached") == 1
    assert "the same in 3 others: TC_013_CSMS, TC_014_CSMS, TC_061_CSMS" in done.stdout
    assert "exit code 3: 4 with errors" in done.stdout
    summary = (tmp_path / "out" / "summary.md").read_text("utf-8")
    assert summary.count("the state booted was not reached") == 1
    assert "  - the same in 3 others: TC_013_CSMS, TC_014_CSMS, TC_061_CSMS" in summary


@pytest.mark.parametrize("asked", [False, True])
def test_what_could_not_be_observed_is_red_for_those_who_ask(
    plugproof: Command,
    scripted: ScriptedSut,
    tmp_path: Path,
    asked: bool,
) -> None:
    """Exit code, JUnit, terminal and page say the same."""
    sut = scripted.sut_file(tmp_path)
    options = ["--fail-on", "inconclusive"] if asked else []
    cases = ("--case", "TC_001_CSMS", "--case", "TC_013_CSMS")
    done = plugproof("precheck", "--sut", str(sut), *cases, "--out", "out", *options)

    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert {case["id"]: case["verdict"] for case in results["cases"]} == {
        "TC_001_CSMS": "PASS",
        "TC_013_CSMS": "INCONCLUSIVE",
    }
    root = ET.parse(tmp_path / "out" / "junit.xml").getroot()
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    red = (done.returncode, root.get("failures"), 'class="headline bad"' in page, "exit code 1: " in done.stdout)
    assert red == ((1, "1", True, True) if asked else (0, "0", False, False))
    assert root.get("errors") == "0"
