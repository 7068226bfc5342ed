"""The fleet under locust, as a user runs it: each test is a process of its own, because locust patches the one it is in.

They run in an environment that has the extra `load`: this one, `.venv-load` beside it (`make extras VENV=.venv-load`),
or the interpreter that PLUGPROOF_LOAD_PYTHON names.
"""

import asyncio
import csv
import os
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from simulator.load_cli import main
from tests.simulator.scripted_csms import ScriptedCsms

ROOT = Path(__file__).resolve().parents[2]

BRISK = ("--session-every", "200ms", "--session-length", "1s", "--meter-every", "1s", "--tag", "CARD")


def interpreter() -> str | None:
    """An interpreter that has locust."""
    named = os.environ.get("PLUGPROOF_LOAD_PYTHON")
    if named:
        return named
    if find_spec("locust") is not None:
        return sys.executable
    beside = ROOT / ".venv-load" / "bin" / "python"
    return str(beside) if beside.exists() else None


PYTHON = interpreter()

with_locust = pytest.mark.skipif(
    PYTHON is None, reason="locust is not installed: make extras VENV=.venv-load, or set PLUGPROOF_LOAD_PYTHON"
)


async def locust(*arguments: str) -> asyncio.subprocess.Process:
    assert PYTHON is not None
    return await asyncio.create_subprocess_exec(
        *(PYTHON, "-m", "locust", "-f", str(ROOT / "examples" / "locustfile.py"), *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    return process.returncode, out.decode()


def run(csms: ScriptedCsms, folder: Path, *more: str) -> tuple[str, ...]:
    length = ("--headless", "-u", "4", "-r", "4", "-t", "4s", "--only-summary", "--csv", str(folder / "load"))
    return ("--host", csms.url, *length, *BRISK, *more)


def requests(folder: Path) -> dict[str, tuple[int, int]]:
    """What locust has written: requests and failures by kind and name."""
    with (folder / "load_stats.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Type"]]
    return {f"{row['Type']} {row['Name']}": (int(row["Request Count"]), int(row["Failure Count"])) for row in rows}


def agrees(csms: ScriptedCsms, folder: Path) -> dict[str, tuple[int, int]]:
    """Every CALL that came to the CSMS was told to locust, and nothing else."""
    told = requests(folder)
    arrived = {f"CALL {action}": csms.actions.count(action) for action in set(csms.actions)}
    assert {name: count for name, (count, _) in told.items() if name.startswith("CALL")} == arrived
    assert csms.actions.count("StartTransaction") == csms.actions.count("StopTransaction") > 0
    assert {payload["idTag"] for payload in csms.payloads("StartTransaction")} == {"CARD"}
    return told


@with_locust
@pytest.mark.asyncio
async def test_headless_every_user_is_a_station_and_every_call_a_request(csms: ScriptedCsms, tmp_path: Path) -> None:
    process = await locust(*run(csms, tmp_path, "--limit", "all p95 < 60 s", "--limit", "all violations <= 0"))
    code, out = await outcome(process)

    assert code == 0, out
    told = agrees(csms, tmp_path)
    assert told["CALL BootNotification"] == (4, 0)
    assert csms.paths == [f"/ocpp/LOAD-{number:05d}" for number in (1, 2, 3, 4)]
    assert "Traceback" not in out


@with_locust
@pytest.mark.asyncio
async def test_processes_share_the_stations_and_a_broken_limit_is_the_exit_code(
    csms: ScriptedCsms, tmp_path: Path
) -> None:
    process = await locust(*run(csms, tmp_path, "--processes", "2", "--limit", "BootNotification p50 < 1us"))
    code, out = await outcome(process)

    assert code == 1, out
    assert "limit BootNotification p50 < 1us: FAIL" in out
    assert agrees(csms, tmp_path)["CALL BootNotification"] == (4, 0)
    assert len(set(csms.paths)) == 4
    assert any("/LOAD-1000" in path for path in csms.paths), "the second process has numbers of its own"


@with_locust
@pytest.mark.asyncio
async def test_a_master_with_two_workers_sees_errors_and_broken_rules_of_both(
    csms: ScriptedCsms, tmp_path: Path
) -> None:
    csms.answers["MeterValues"] = {"surplus": True}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    # What a master and its workers have in common; the master hands the options of the run to the workers.
    at_master = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--expect-workers", "2")
    master = await locust(*run(csms, tmp_path, *at_master, "--limit", "all violations <= 0"))
    workers = [await locust("--worker", "--master-host", "127.0.0.1", "--master-port", port) for _ in range(2)]
    (code, out), *rest = await asyncio.gather(*map(outcome, (master, *workers)))

    assert code == 1, out
    assert [worker_code for worker_code, _ in rest] == [0, 0], rest
    told = agrees(csms, tmp_path)
    sent, failed = told["CALL MeterValues"]
    assert sent == failed > 0
    assert [count for name, count in told.items() if name.startswith("RULE")] == [(sent, sent)]


@with_locust
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--host", "http://127.0.0.1:1"), "--host http://127.0.0.1:1 is no address of a CSMS; it begins with ws://"),
        ((), "--host is missing: give the endpoint of the CSMS"),
        (("--host", "ws://127.0.0.1:1", "--session-every", "often"), "--session-every 'often' is no duration"),
    ],
)
async def test_a_mistake_is_one_sentence_and_exit_code_2(arguments: tuple[str, ...], sentence: str) -> None:
    code, out = await outcome(await locust("--headless", "-u", "1", "-t", "2s", *arguments))

    assert code == 2, out
    assert sentence in out
    assert "Traceback" not in out


def test_without_locust_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("simulator.load_cli.find_spec", lambda name: None)

    assert main(["--headless"]) == 2
    assert capsys.readouterr().err.startswith("plugproof load: locust is not installed here; install plugproof[load]")
