"""`plugproof precheck` with OCPP 2.0.1: by four workers, by an option or by the file, and what contradicts itself."""

import json
from pathlib import Path

import pytest

from tests.harness.support.command import Command, in_a_process, in_process
from tests.testcases.v201.catalogue import RULES

FILE = """
[product]
sut = "csms"
[connection]
url = "ws://127.0.0.1:9/ocpp"
ocpp = "2.0.1"
[identities]
pattern = "PP-{case}"
[tags]
valid = "04A1B2C3D4E501"
[profiles]
core = true
"""


@pytest.fixture
def plugproof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    (tmp_path / "sut.toml").write_text(FILE, "utf-8")
    return in_process(tmp_path, monkeypatch, capfd)


def test_all_cases_pass_by_four_workers(tmp_path: Path) -> None:
    done = in_a_process(tmp_path)("precheck", "--ocpp", "2.0.1", "-n", "4", "--out", "out")

    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert {case["id"]: case["verdict"] for case in results["cases"]} == dict.fromkeys(RULES, "PASS")
    assert all("--ocpp 2.0.1" in case["rerun"] for case in results["cases"])
    for name in ("summary.md", "report.html", "junit.xml"):
        assert "OCPP 2.0.1" in (tmp_path / "out" / name).read_text("utf-8"), name


def test_what_contradicts_itself_is_a_sentence(plugproof: Command) -> None:
    done = plugproof("precheck", "--sut", "sut.toml", "--ocpp", "1.6")
    assert done.returncode == 2
    assert done.stderr == (
        "--ocpp 1.6 contradicts sut.toml, which is about OCPP 2.0.1 (connection.ocpp); "
        "leave out --ocpp, or name another file\n"
    )

    done = plugproof("precheck", "--ocpp", "1.5")
    assert (done.returncode, done.stderr) == (2, "--ocpp is 1.6 or 2.0.1, not 1.5\n")
    done = plugproof("list", "--ocpp", "1.5")
    assert (done.returncode, done.stderr) == (2, "--ocpp is 1.6 or 2.0.1, not 1.5\n")


def test_a_case_of_the_other_version_says_which_one_it_is_of(plugproof: Command) -> None:
    done = plugproof("precheck", "--case", "TC_B_01_CSMS")

    assert done.returncode == 2
    assert done.stderr == "--case TC_B_01_CSMS is of OCPP 2.0.1, and this run of 1.6; see --ocpp\n"


def test_a_file_is_checked_by_the_questions_of_its_version(plugproof: Command, tmp_path: Path) -> None:
    done = plugproof("check", "sut.toml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "20 of 20 apply" in done.stdout

    (tmp_path / "sut.toml").write_text(FILE + "[smart]\nphases = 1\n[run]\nevse_id = 2\n", "utf-8")
    done = plugproof("check", "sut.toml")
    assert done.returncode == 2
    assert "smart" in done.stderr

    (tmp_path / "sut.toml").write_text(FILE + "[run]\nevse_id = 2\n", "utf-8")
    done = plugproof("check", "sut.toml")
    assert done.returncode == 2
    assert "run.evse_id = 2, but a lane has 1 EVSEs only (connectors); correct one of them" in done.stderr


def test_there_is_no_form_yet(plugproof: Command) -> None:
    done = plugproof("pics", "sut.toml")

    assert (done.returncode, done.stderr) == (2, "sut.toml: there is no form of the PICS of OCPP 2.0.1 yet\n")
