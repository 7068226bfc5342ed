"""`plugproof fuzz` as it is typed: what it says, what it keeps, and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from csms_core.v16.faults import unusual as of_csms
from harness.instruments.fuzzing.folder import FILE
from harness.instruments.fuzzing.hunt import Finding
from ocppj.evidence.trace import Trace
from simulator.v16.faults.rules import unusual as of_station
from tests.harness.instruments.fuzzing.benches import CLAIMED, OF_CSMS
from tests.harness.instruments.fuzzing.test_keeping import kept, problem, sentences
from tests.harness.support.command import Command, in_process

NOBODY = "ws://127.0.0.1:9/ocpp"
SHORT = ("--minutes", "0.01", "--seed", "7")
"""Enough for what is played first."""


@pytest.fixture
def plugproof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_process(tmp_path, monkeypatch, capfd)


def sut_file(folder: Path, more: str = "") -> None:
    text = OF_CSMS.format(url=NOBODY).replace("[connection]", f"[connection]\n{more}")
    (folder / "sut.toml").write_text(text + CLAIMED)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--role", "cable"], "--role is csms or charge-point, not cable"),
        (
            ["--fault", "unicode-crashe"],
            "--fault unicode-crashe is no fault; did you mean unicode-crashes? "
            "`plugproof csms --list-faults` shows them all",
        ),
        (
            ["--role", "charge-point", "--fault", "nothing-like-it-at-all"],
            "--fault nothing-like-it-at-all is no fault; `plugproof station --list-faults` shows them all",
        ),
        (
            ["--sut", "sut.toml", "--fault", "unicode-crashes"],
            "--fault breaks what comes along only; leave out --sut",
        ),
        (
            ["--sut", "sut.toml", "--out", "sut.toml"],
            "--out sut.toml cannot be made (File exists); choose another folder",
        ),
    ],
)
def test_a_mistake_is_a_sentence(plugproof: Command, tmp_path: Path, arguments: list[str], sentence: str) -> None:
    sut_file(tmp_path)

    done = plugproof("fuzz", *arguments)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{sentence}\n")


def test_a_finding_that_cannot_be_read_is_a_mistake(plugproof: Command, tmp_path: Path) -> None:
    sut_file(tmp_path)
    own = kept(tmp_path / "plugproof-fuzz", Finding(problem=problem(), trace=Trace()))
    (own / FILE).write_text("{")

    done = plugproof("fuzz", "--sut", "sut.toml")

    assert done.returncode == 2
    assert done.stderr.startswith(f"plugproof-fuzz/{own.name}/{FILE} cannot be read")


def test_a_version_that_cannot_be_fuzzed_is_said(plugproof: Command, tmp_path: Path) -> None:
    claims = "[profiles]\ncore = true\n"
    head = OF_CSMS.format(url=NOBODY).partition("[profiles]")[0].replace("[connection]", '[connection]\nocpp = "2.0.1"')
    (tmp_path / "sut.toml").write_text(head + claims)

    done = plugproof("fuzz", "--sut", "sut.toml")

    assert (done.returncode, done.stderr) == (5, "OCPP 2.0.1 cannot be fuzzed yet; only 1.6 can\n")


def test_a_product_that_is_not_there_is_no_finding(plugproof: Command, tmp_path: Path) -> None:
    sut_file(tmp_path)

    done = plugproof("fuzz", "--sut", "sut.toml", *SHORT)

    assert done.returncode == 3
    assert "the connection was refused; is the CSMS running" in done.stderr
    assert not (tmp_path / "plugproof-fuzz" / "results.json").exists()


def test_the_reference_csms_is_fuzzed_and_what_was_found_is_played_first(plugproof: Command, tmp_path: Path) -> None:
    out = tmp_path / "found"
    own = kept(out, Finding(problem=problem(title="an unknown action is taken"), trace=Trace()))

    broken = plugproof("fuzz", "--out", "found", "--fault", "unknown-action-accepted", *SHORT)

    assert broken.returncode == 1, broken.stdout + broken.stderr
    lines = broken.stdout.splitlines()
    assert lines[0] == "fuzzing Reference CSMS for 0.01 minutes, seed 7"
    assert "FOUND again NoSuchAction (action-unknown) is answered with a CALLRESULT (ERR-02, MUST)" in lines
    assert re.search(r"^1 finding in \d+ sessions, \d+ messages, \d+ s, seed 7: found$", lines[-1])
    document = json.loads((out / "results.json").read_text("utf-8"))
    assert sentences(document) == []
    assert [(one["old"], one["confirmed"], one["folder"]) for one in document["findings"]] == [(True, True, own.name)]
    trace = (own / "trace.jsonl").read_text("utf-8")
    assert "NoSuchAction" in trace
    assert list(own.glob("repro_*.py"))

    mended = plugproof("fuzz", "--out", "found", *SHORT)

    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert "no longer so: NoSuchAction (action-unknown) is answered with a CALLRESULT" in mended.stdout
    assert (own / FILE).exists(), "a regression stays one"


def test_the_station_that_comes_along_is_fuzzed(plugproof: Command, tmp_path: Path) -> None:
    done = plugproof("fuzz", "--role", "charge-point", *SHORT)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing found in " in done.stdout
    assert (
        json.loads((tmp_path / "plugproof-fuzz" / "results.json").read_text("utf-8"))["sut"]["role"] == "charge_point"
    )


OF_EACH = [("csms", fault.name) for fault in of_csms.faults()]
OF_EACH += [("charge-point", fault.name) for fault in of_station.faults()]


@pytest.mark.nightly
@pytest.mark.parametrize(("role", "fault"), OF_EACH)
def test_each_defect_is_found_within_two_minutes(plugproof: Command, tmp_path: Path, role: str, fault: str) -> None:
    done = plugproof("fuzz", "--role", role, "--fault", fault, "--minutes", "2", "--seed", "7")

    assert done.returncode == 1, done.stdout + done.stderr
    document = json.loads((tmp_path / "plugproof-fuzz" / "results.json").read_text("utf-8"))
    assert [one["confirmed"] for one in document["findings"]].count(True) > 0
