"""How commands end (docs/exit-codes.md): the world is not the user's fault, and what was written is whole."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.artifacts import so_far, writing
from harness.artifacts.run_folder import LATEST
from harness.artifacts.whole import OutputError, write_whole
from harness.case.verdicts import HarnessError
from harness.cli.app import app, main
from harness.cli.commands import report
from harness.cli.precheck import run as precheck
from harness.exit_codes import ExitCode, at_least_errors
from harness.processes.background import known
from tests import ROOT
from tests.harness.conftest import PlugproofRun, Running
from tests.harness.support.scripted_sut import ScriptedSut

MAIN = (sys.executable, "-c", "from harness.cli import main; main()")
NO_CASES = (
    "There are no cases for a charge point of OCPP 2.0.1 yet, "
    "so a charge point of OCPP 2.0.1 cannot be tested with plugproof now."
)


def test_the_page_names_every_code() -> None:
    text = (ROOT / "docs" / "exit-codes.md").read_text("utf-8")
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)] == [code.value for code in ExitCode]
    assert "docs/exit-codes.md" in (ROOT / "README.md").read_text("utf-8")


def test_what_broke_beside_the_verdicts_hides_no_interruption() -> None:
    assert [at_least_errors(code) for code in (0, 1, 3, 5, 130)] == [3, 3, 3, 3, 130]


# --- the world -------------------------------------------------------------------------------------------------------


def test_a_reference_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def dead(*_: Any, **__: Any) -> Any:
        raise HarnessError("the reference CSMS did not start")

    monkeypatch.setattr(precheck, "reference_csms", dead)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["precheck", "--case", "TC_001_CSMS"])
    assert (done.exit_code, done.stderr) == (3, "the reference CSMS did not start\n")
    assert not list((tmp_path / "plugproof-out").iterdir())


def test_a_closed_port_has_a_report(plugproof_run: PlugproofRun, tmp_path: Path) -> None:
    done = plugproof_run("precheck", "--csms", "ws://127.0.0.1:9/ocpp", "--profile", "remote trigger", "--out", "out")
    assert done.code == 3
    assert done.results is not None
    assert {case["profile"] for case in done.results["cases"]} == {"RemoteTrigger"}
    for case in done.results["cases"]:
        assert (case["verdict"], case["not_run"]) == ("INCONCLUSIVE", True)
        assert "the connection was refused" in case["reason"]
    assert (done.out / "junit.xml").exists()


def test_a_background_that_cannot_be_made_is_no_usage(
    scripted: ScriptedSut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API died between the parts: the quiet part is kept."""

    async def dead(*_: Any) -> None:
        raise HarnessError("--background: the API is gone")

    monkeypatch.setattr(known, "make_all", dead)
    sut = scripted.sut_file(tmp_path, operator=True)
    out = tmp_path / "out"
    arguments = ["--case", "TC_001_CSMS", "--background", "1", "--out", str(out)]
    text = sut.read_text() + '\n[background]\nidentity = "LOAD-{station}"\n'
    sut.write_text(text)
    done = CliRunner().invoke(app, ["precheck", "--sut", str(sut), *arguments])
    assert done.exit_code == 3
    assert (out / "results.json").exists()
    assert "--background: the API is gone" in (out / "results.json").read_text()


def test_ctrl_c_has_its_code_in_every_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "run", interrupted)
    monkeypatch.setattr("sys.argv", ["plugproof", "report"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


# --- the disk --------------------------------------------------------------------------------------------------------


def small_files() -> None:
    """No file may grow beyond 20 kB: the page of a run does, its results do not."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_disk_that_is_full_while_reports_are_written(scripted: ScriptedSut, tmp_path: Path) -> None:
    sut = str(scripted.sut_file(tmp_path))
    done = subprocess.run(
        (*MAIN, "precheck", "--sut", sut, "--case", "TC_001_CSMS", "-n", "1"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        preexec_fn=small_files,
    )
    out = (tmp_path / "plugproof-out" / LATEST).resolve()
    assert done.returncode == 3
    file = Path("plugproof-out") / out.name / "report.html"
    assert done.stderr == f"{file}: cannot be written (File too large); make room, or choose another --out\n"
    assert "1 passed in" in done.stdout
    (told,) = (line for line in done.stdout.splitlines() if line.startswith("reports: "))
    assert [Path(name).name for name in told.split()[1:]] == ["results.json", "junit.xml", "summary.md"]
    assert {path.name for path in out.iterdir()} == {"results.json", "junit.xml", "summary.md", so_far.FILE, "cases"}


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_folder_that_cannot_be_written_to_in_the_middle(running: Running, workers: tuple[str, ...]) -> None:
    """The trace of the case has no place any more; the verdict has."""
    source = """
    @made_up()
    async def test_heartbeat(station):
        await station.sends("Heartbeat", rule="R1")
        (OUT / "cases").write_text("in the way")

    from pathlib import Path
    OUT = Path(__file__).parent / "out"
    """
    outcome = running(source, *workers)
    assert outcome.code == 3
    assert re.search(r"trace\.jsonl: cannot be written \(.*\); make room, or choose another --out", outcome.stderr)
    assert (outcome.only["verdict"], outcome.only["trace"]) == ("PASS", None)


def test_pytest_whose_reports_cannot_be_written(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OutputError("summary.md: cannot be written (No space left on device)")

    monkeypatch.setattr(writing, "summary", full)
    outcome = running("@made_up()\nasync def test_a(station):\n    await station.sends('Heartbeat', rule='R1')\n")
    assert outcome.code == 3
    assert "summary.md: cannot be written (No space left on device)" in outcome.stderr


@pytest.mark.parametrize(
    "arguments", [["list"], ["report", "--partial"], ["precheck", "--case", "TC_001_CSMS"], ["init", "b.toml"]]
)
def test_standard_output_that_is_full(scripted: ScriptedSut, tmp_path: Path, arguments: list[str]) -> None:
    sut = ["--sut", str(scripted.sut_file(tmp_path))]
    if arguments[0] == "report":
        subprocess.run((*MAIN, "precheck", "--case", "TC_001_CSMS", *sut), cwd=tmp_path, check=True, timeout=100)
    more = sut if arguments[0] == "precheck" else []
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            (*MAIN, *arguments, *more), cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=100
        )
    assert done.returncode == 3
    assert done.stderr == "standard output cannot be written (No space left on device); make room\n"
    if arguments[0] == "precheck":
        assert (tmp_path / "plugproof-out" / LATEST / "report.html").exists()


@pytest.mark.parametrize(("out", "code"), [("/dev/full", 3), ("none/abstract.md", 2)])
def test_a_document_that_cannot_be_written(
    plugproof_run: PlugproofRun, scripted: ScriptedSut, tmp_path: Path, out: str, code: int
) -> None:
    done = plugproof_run("pics", str(scripted.sut_file(tmp_path)), "--format", "md", "--out", out)
    assert done.code == code
    assert done.stderr.startswith(f"{out}: cannot be written, ")


def test_certificates_that_do_not_fit_are_taken_back(tmp_path: Path) -> None:
    def no_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))

    done = subprocess.run(
        (*MAIN, "pki", "pki"), cwd=tmp_path, capture_output=True, text=True, timeout=100, preexec_fn=no_files
    )
    assert (done.returncode, done.stderr) == (3, "pki: cannot be written (File too large); choose another place\n")
    assert not list((tmp_path / "pki").iterdir())


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "folder" / "a.txt"
    write_whole(file, "first")

    def full(self: Path, *_: Any, **__: Any) -> int:
        with self.open("w") as half:
            half.write("sec")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match=r"a\.txt: cannot be written \(No space left on device\); make room"):
        write_whole(file, "second")
    assert [path.name for path in file.parent.iterdir()] == ["a.txt"]
    assert file.read_text() == "first"


# --- a charge point under test ---------------------------------------------------------------------------------------


@pytest.fixture
def charge_point(tmp_path: Path) -> str:
    file = tmp_path / "cp.toml"
    file.write_text('[product]\nsut = "charge_point"\n[connection]\nocpp = "2.0.1"\n[profiles]\ncore = true\n')
    return str(file)


@pytest.mark.parametrize(
    "command", [[name, "--role", "charge-point", "--ocpp", "2.0.1"] for name in ("precheck", "list")]
)
def test_without_cases_nothing_runs(command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, command)
    assert (done.exit_code, done.stdout, done.stderr) == (5, "", f"{NO_CASES}\n")
    assert not list(tmp_path.iterdir())


def test_a_file_of_a_charge_point(charge_point: str) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, list(arguments))
        return done.exit_code, done.stdout, done.stderr

    assert run("precheck", "--sut", charge_point) == (5, "", f"{NO_CASES}\n")
    code, out, err = run("check", charge_point)
    assert (code, err) == (0, "")
    assert out.count(NO_CASES) == 1
    assert " apply" not in out


def test_a_role_that_is_none() -> None:
    done = CliRunner().invoke(app, ["list", "--role", "server"])
    assert (done.exit_code, done.stderr) == (2, "--role is csms or charge-point, not server\n")


# --- profiles --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Smart Charging", "SMARTCHARGING", "smart_charging", "smart-charging"])
def test_profiles_are_called_as_tables_call_them(name: str) -> None:
    done = CliRunner().invoke(app, ["list", "--profile", name])
    assert done.exit_code == 0
    assert done.stdout.startswith("SmartCharging: ")


def test_advanced_security_is_security() -> None:
    listed = [CliRunner().invoke(app, ["list", "--profile", name]).stdout for name in ("Advanced Security", "security")]
    assert listed[0] == listed[1] != ""


def test_a_profile_that_is_none_is_named() -> None:
    done = CliRunner().invoke(app, ["list", "--profile", "Smart Chargin"])
    assert (done.exit_code, done.stderr) == (2, "--profile Smart Chargin is no profile; did you mean Smart Charging?\n")


def test_pytest_takes_the_same_names(running: Running) -> None:
    source = "@made_up()\nasync def test_a(station):\n    await station.sends('Heartbeat', rule='R1')\n"
    assert running(source, "--plugproof-profile", "CORE").code == 0
    wrong = running(source, "--plugproof-profile", "Cor")
    assert wrong.code == 4
    assert "--plugproof-profile Cor is no profile; did you mean Core?" in wrong.stderr


# --- run again -------------------------------------------------------------------------------------------------------


def test_the_command_to_run_a_case_again_says_all_that_matters(
    running: Running, scripted: ScriptedSut, pytester: pytest.Pytester
) -> None:
    source = "@made_up()\nasync def test_a(station):\n    await station.sends('Heartbeat', rule='R1')\n"
    arguments = ("--csms", scripted.url, "--plugproof-tag", "A B", "--plugproof-strict")
    outcome = running(source, *arguments, named=False)
    assert outcome.only["rerun"] == (
        f"plugproof precheck --csms {scripted.url} --tag 'A B' --strict --case TC_MADE_UP_CSMS"
    )
