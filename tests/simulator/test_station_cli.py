"""`plugproof station` as a user runs it: lines, exit codes, sentences, Ctrl-C."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from simulator.cli import main
from tests.simulator.scripted_csms import ScriptedCsms

ROOT = Path(__file__).resolve().parents[2]


async def command(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator.cli",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def said(process: asyncio.subprocess.Process, text: str) -> None:
    """Wait until it has printed a line with this text, however long a busy machine takes to start it."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while text not in (line := (await process.stdout.readline()).decode()):
            assert line, f"it has ended without saying {text!r}"


@pytest.mark.asyncio
async def test_a_session_prints_one_line_per_event_and_ends_well(csms: ScriptedCsms) -> None:
    process = await command(csms.url, "--id", "CP7", "--tag", "CARD", "--session", "--seconds", "0")
    code, out, err = await outcome(process)

    assert (code, err) == (0, "")
    assert csms.paths == ["/ocpp/CP7"]
    session = [action for action in csms.actions if action != "StatusNotification"]
    assert session == ["BootNotification", "Authorize", "StartTransaction", "StopTransaction"]
    assert csms.statuses(1) == ["Available", "Preparing", "Charging", "Finishing", "Available"]
    lines = [line[13:].split(maxsplit=1) for line in out.splitlines()]
    assert ["boot", "accepted by the CSMS"] in lines
    assert ["status", "connector 1 is Charging"] in lines
    assert ["transaction", "connector 1: stopped (Local)"] in lines


@pytest.mark.asyncio
async def test_a_session_that_is_refused_ends_with_1_and_says_how_far_it_came(csms: ScriptedCsms) -> None:
    csms.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    code, out, err = await outcome(await command(csms.url, "--session"))

    assert code == 1
    assert "TAG-1 is refused: idTag is Blocked (csms)" in out
    assert err == (
        "plugproof station: the session did not come about: registration Accepted, connector 1 Preparing; "
        "see the lines above\n"
    )


@pytest.mark.asyncio
async def test_a_refused_connection_ends_with_2_and_one_sentence(csms: ScriptedCsms) -> None:
    url = csms.url
    await csms.stop()
    code, _, err = await outcome(await command(url))

    assert code == 2
    assert err.count("\n") == 1
    assert err.startswith(f"plugproof station: {url}/CP1: the connection was refused")


@pytest.mark.asyncio
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child process")
async def test_ctrl_c_ends_a_station_that_waits(csms: ScriptedCsms) -> None:
    process = await command(csms.url, "--connectors", "2")
    await said(process, "accepted by the CSMS")
    await csms.receives("StatusNotification", connectorId=2)
    process.send_signal(signal.SIGINT)
    code, _, err = await outcome(process)

    assert (code, err) == (0, "")
    await csms.until(lambda: csms.peer is None)


@pytest.mark.asyncio
async def test_retry_waits_for_the_csms(csms: ScriptedCsms) -> None:
    url = csms.url
    await csms.stop()
    process = await command(url, "--retry", "--session", "--seconds", "0")
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert "next attempt in" in line
    await csms.start()
    code, _, err = await outcome(process)

    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["http://host/ocpp"], "http://host/ocpp is no address of a CSMS; it looks like ws://host:port/path"),
        (["ws://h/", "--connectors", "0"], "a station has at least one connector, not 0"),
        (["ws://h/", "--config", "HeartbeatInterval"], "--config HeartbeatInterval: write it as KEY=VALUE"),
        (["ws://h/", "--config", "Colour=red"], "--config: this station has no configuration key 'Colour'"),
        (["ws://h/", "--config", "HeartbeatInterval=x"], "--config: HeartbeatInterval is a whole number from 1"),
        (["ws://h/", "--auth-key-env", "NOT_SET_ANYWHERE"], "there is no such environment variable"),
        (
            ["wss://h/", "--ca-file", "/does/not/exist"],
            "--ca-file /does/not/exist: cannot be read (No such file or directory); check the path",
        ),
        (
            ["ws://h/", "--database", "/does/not/exist/file"],
            "--database: /does/not/exist/file cannot be used as the memory",
        ),
        ([], "the address of the CSMS is missing; give it, for example ws://127.0.0.1:9000/ocpp"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "--connectors" in capsys.readouterr().out
