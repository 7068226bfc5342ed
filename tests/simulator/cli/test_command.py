"""`plugproof station` as a user runs it: lines, exit codes, sentences, Ctrl-C."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ocppj.errors import OcppError
from simulator.cli.main import main
from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms


async def command(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator.cli.main",
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
async def test_a_start_that_the_csms_does_not_agree_with_is_no_success(csms: ScriptedCsms) -> None:
    csms.answers["StartTransaction"] = {"transactionId": 7, "idTagInfo": {"status": "Invalid"}}
    code, out, err = await outcome(await command(csms.url, "--session", "--seconds", "0"))

    assert code == 1, out
    assert err == "plugproof station: the session did not come about: StartTransaction: the CSMS says Invalid\n"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("StartTransaction", "StartTransaction: StartTransaction was answered with CALLERROR InternalError"),
        ("StopTransaction", "StopTransaction: StopTransaction was answered with CALLERROR InternalError"),
    ],
)
async def test_a_message_of_the_session_that_is_refused_is_no_success(
    csms: ScriptedCsms, action: str, sentence: str
) -> None:
    csms.answers[action] = OcppError("InternalError", "\x1b[31mred")
    attempts = ("--config", "TransactionMessageAttempts=1")
    code, _, err = await outcome(await command(csms.url, "--session", "--seconds", "0", *attempts))

    assert code == 1
    assert err.startswith(f"plugproof station: the session did not come about: {action}: ")
    assert "InternalError" in err
    assert "\x1b" not in err


@pytest.mark.asyncio
@pytest.mark.parametrize("way", ["--session", "--script"])
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (OcppError("InternalError", "no"), "BootNotification has no usable answer"),
        ({"status": "Perhaps"}, "BootNotification has no usable answer"),
        (
            {"status": "Pending", "currentTime": "2026-01-01T00:00:00Z", "interval": 900},
            "the CSMS has answered Pending to BootNotification",
        ),
    ],
)
async def test_a_boot_without_a_usable_answer_is_not_waited_for_longer_than_patience(
    csms: ScriptedCsms, way: str, answer: Any, sentence: str, tmp_path: Path
) -> None:
    script = tmp_path / "charge.py"
    script.write_text("async def scenario(station):\n    print('it began')\n")
    csms.answers["BootNotification"] = answer
    ways = [way, str(script)] if way == "--script" else [way]
    code, out, err = await outcome(await command(csms.url, *ways, "--patience", "0.5"))

    assert code == 1
    assert err == f"plugproof station: the {way[2:]} did not begin within 0.5 s: {sentence}\n"
    assert "it began" not in out


@pytest.mark.asyncio
async def test_a_csms_that_never_comes_is_not_waited_for_longer_than_patience(csms: ScriptedCsms) -> None:
    url = csms.url
    await csms.stop()
    code, _, err = await outcome(await command(url, "--session", "--retry", "--patience", "0.5"))

    assert code == 3
    assert err.startswith(f"plugproof station: the session did not begin within 0.5 s: {url}/CP1: the connection was")


@pytest.mark.asyncio
async def test_what_the_csms_did_not_say_is_not_put_into_its_mouth(csms: ScriptedCsms) -> None:
    csms.answers["Authorize"] = OcppError("InternalError", "no")
    code, out, _ = await outcome(await command(csms.url, "--session"))

    assert code == 1
    assert "TAG-1 is refused: Authorize was not answered in a usable way" in out
    assert "Invalid" not in out


@pytest.mark.asyncio
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM for a child process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_session_that_is_interrupted_ends_with_130(csms: ScriptedCsms, number: signal.Signals) -> None:
    process = await command(csms.url, "--session", "--seconds", "3600")
    await csms.receives("StatusNotification", within=60, status="Charging")
    process.send_signal(number)
    code, _, err = await outcome(process)

    assert (code, err) == (130, "plugproof station: interrupted; the session was not over\n")


@pytest.mark.asyncio
async def test_what_a_csms_says_reaches_no_terminal_as_it_is(csms: ScriptedCsms) -> None:
    csms.answers["Authorize"] = OcppError("GenericError", "\x1b]0;title\x07 ::error::owned\n::error::again")
    csms.answers["StatusNotification"] = OcppError("GenericError", "\x9b31m AuthorizationKey")
    _, out, err = await outcome(await command(csms.url, "--session"))

    assert out
    assert [one for one in out + err if one != "\n" and not one.isprintable()] == []
    assert [line for line in (out + err).splitlines() if line.lstrip().startswith("::")] == []


def test_a_standard_output_that_is_full_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "simulator.cli.main", "--show", "--model", "ac-22kw"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )

    assert (done.returncode, done.stderr) == (
        3, "plugproof station: the output cannot be written (No space left on device)\n"
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["ws://h/", "--tag", ""], ["--sesion"]])
def test_help_and_a_mistake_are_cheap(arguments: list[str]) -> None:
    program = (
        "import sys; from simulator.cli.main import main; main(sys.argv[1:]);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    heavy = {"cryptography", "fastapi", "locust", "picows", "sqlalchemy", "uvloop", "websockets"}
    assert heavy & set(done.stderr.splitlines()[-1].split()) == set()


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
async def test_a_refused_connection_ends_with_3_and_one_sentence(csms: ScriptedCsms) -> None:
    url = csms.url
    await csms.stop()
    code, _, err = await outcome(await command(url))

    assert code == 3
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
        (["ws://h/", "--tag", ""], "--tag '': it is empty; give a text, or leave it out"),
        (["ws://h/", "--tag", "A" * 21], "an idTag has 1 to 20 characters"),
        (["ws://h/", "--id", " "], "--id ' ': it is empty"),
        (["ws://h/", "--model", ""], "--model '': it is empty"),
        (["ws://h/", "--script", ""], "--script '': it is empty"),
        (["ws://h/", "--database", ""], "--database '': it is empty"),
        (["ws://h/", "--fault", ""], "--fault '': it is empty"),
        (["ws://h/", "--boot", "=x"], "--boot =x: write it as KEY=VALUE"),
        (["ws://h/", "--tls-url", ""], "--tls-url '': it is empty"),
        (["ws://h/", "--api-port", "0", "--api-host", ""], "--api-host '': it is empty"),
        (["ws://h/", "--seconds", "-1"], "--seconds -1: it is zero or more"),
        (["ws://h/", "--seconds", "nan"], "--seconds nan: that is no number to reckon with"),
        (["ws://h/", "--patience", "inf"], "--patience inf: that is no number to reckon with"),
        (["ws://h/", "--patience", "0"], "--patience 0: it is more than zero"),
        (["ws://h/", "--power", "0"], "--power 0: it is more than zero"),
        (["ws://h/", "--power=-inf"], "--power -inf: that is no number to reckon with"),
        (["ws://h/", "--connectors", "many"], "invalid value for '--connectors'"),
        (["ws://h/", "--security-profile", "4"], "invalid value for '--security-profile'"),
        (["ws://h/", "--sesion"], "no such option: --sesion; did you mean --session"),
        (["ws://h:0/"], "ws://h:0/ is no address of a CSMS"),
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


def test_help_imports_nothing_of_a_station() -> None:
    code = (
        "import sys; from simulator.cli.main import main\n"
        "main(['--help'])\n"
        "heavy = ('websockets', 'pydantic', 'ocppj', 'simulator.v16', 'simulator.v201', 'simulator.wire')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr == "[]\n"
