"""`plugproof station --script`: what a script may do, and what is said when it cannot."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import Station, VirtualClock
from simulator.cli import scripts
from simulator.cli.main import main
from tests import ROOT
from tests.simulator.cli.test_command import command, outcome, said
from tests.simulator.support.scripted_csms import ScriptedCsms

SESSION = """
from wisdom import ANSWER

async def scenario(station, tag="TAG-1", *more):
    assert station.online
    await station.plug_in(2)
    await station.present(tag, 2)
    await station.until(lambda s: s.connector(2).status == "Charging", within=10)
    print("charging", tag, *more, ANSWER)
    await station.present(tag, 2)
    await station.unplug(2)
    await station.delivered()
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "wisdom.py").write_text("ANSWER = 42\n")
    path = tmp_path / "script.py"
    write(path, SESSION)
    return path


def write(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.mark.asyncio
async def test_a_script_has_arguments_a_model_and_a_memory(csms: ScriptedCsms, script: Path, tmp_path: Path) -> None:
    options = ["--model", "ac-2x32a", "--database", str(tmp_path / "station.db"), "--script", str(script)]
    code, out, err = await outcome(await command(csms.url, *options, "--", "CARD", "--more"))

    assert (code, err) == (0, "")
    assert "charging CARD --more 42" in out.splitlines()
    assert csms.payloads("BootNotification")[0]["chargePointModel"] == "AC Duo"
    assert [payload["idTag"] for payload in csms.payloads("StartTransaction")] == ["CARD"]
    assert csms.statuses(2) == ["Available", "Preparing", "Charging", "Finishing", "Available"]
    await csms.until(lambda: csms.peer is None)
    assert (tmp_path / "station.db").stat().st_size > 0


@pytest.mark.asyncio
async def test_an_exception_is_told_by_the_lines_of_the_script(csms: ScriptedCsms, script: Path) -> None:
    write(
        script,
        "async def scenario(station):\n"
        "    await station.plug_in(1)\n"
        "    await again(station)\n\n"
        "async def again(station):\n"
        "    await station.plug_in(1)\n",
    )
    code, _, err = await outcome(await command(csms.url, "--script", str(script)))

    assert code == 1
    assert err.splitlines() == [
        f"plugproof station: {script}:3 in scenario: await again(station)",
        f"plugproof station: {script}:6 in again: await station.plug_in(1)",
        "plugproof station: simulator.kernel.errors.NotPossible: connector 1 already has a cable; unplug it first",
    ]
    await csms.until(lambda: csms.peer is None)


@pytest.mark.asyncio
async def test_a_script_waits_for_the_csms_to_accept_the_station(csms: ScriptedCsms, script: Path) -> None:
    csms.answers["BootNotification"] = {**csms.answers["BootNotification"], "status": "Pending"}  # type: ignore[dict-item]
    code, out, err = await outcome(await command(csms.url, "--script", str(script), "--patience", "1"))

    assert code == 1
    assert "charging" not in out
    assert err == (
        "plugproof station: the script did not begin within 1 s: the CSMS has answered Pending to BootNotification\n"
    )


@pytest.mark.asyncio
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child process")
async def test_ctrl_c_ends_a_script_and_its_station(csms: ScriptedCsms, script: Path) -> None:
    write(
        script,
        "import asyncio\n"
        "async def scenario(station):\n"
        "    await station.plug_in(1)\n"
        "    try:\n"
        "        await asyncio.Future()\n"
        "    finally:\n"
        "        print('tidied up')\n",
    )
    process = await command(csms.url, "--script", str(script))
    await said(process, "connector 1 is Preparing")
    process.send_signal(signal.SIGINT)
    code, out, err = await outcome(process)

    assert (code, err) == (130, "plugproof station: interrupted; the script was not over\n")
    assert "tidied up" in out.splitlines()
    await csms.until(lambda: csms.peer is None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "there is no such file; give a Python file with 'async def scenario(station)'"),
        ("x = 1\n", "it has no scenario; write 'async def scenario(station):'"),
        ("def scenario(station): pass\n", "its scenario is no 'async def'; write 'async def scenario(station):'"),
        ("async def scenario(station, tag): pass\n", "scenario(station, tag) does not take the 0 arguments after --"),
        ("async def scenario(station:\n", "it is no Python ("),
    ],
)
def test_a_script_that_cannot_be_run_is_one_sentence(
    text: str | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script.py"
    if text is not None:
        path.write_text(text)
    assert main(["ws://127.0.0.1:1/", "--script", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"plugproof station: --script {path}: {sentence}")
    assert error.count("\n") == 1


def test_a_script_that_breaks_when_it_is_read_has_failed(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(script, "\n1 / 0\n")
    assert main(["ws://127.0.0.1:1/", "--script", str(script)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"plugproof station: {script}:2 in <module>: 1 / 0",
        "plugproof station: ZeroDivisionError: division by zero",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ws://h/", "--session", "--script", "x.py"], "--script and --session exclude each other; leave one out"),
        (["ws://h/", "--", "a", "b"], "-- a b: arguments after -- are for a script; add --script FILE"),
    ],
)
def test_what_does_not_go_together(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"plugproof station: {sentence}\n"


def test_the_command_plugproof_hands_the_arguments_on_as_they_are() -> None:
    program = [sys.executable, "-c", "from harness.cli import main; main()", "station", "ws://h/", "--", "--a", "-b"]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "plugproof station: -- --a -b: arguments after -- are for a script; add --script FILE\n"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "fails"), [(None, None), (0, None), (3, "s.py has ended with 3"), ("no", "s.py has ended with no")]
)
async def test_sys_exit_ends_a_script(station: Station, clock: VirtualClock, code: object, fails: str | None) -> None:
    async def scenario(station: Station) -> None:
        sys.exit(code)  # type: ignore[arg-type]

    if fails is None:
        await scripts.run(scenario, "s.py", station)
    else:
        with pytest.raises(scripts.ScriptFailed, match=fails):
            await scripts.run(scenario, "s.py", station)
