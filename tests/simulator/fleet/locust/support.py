"""What the tests of the fleet under locust have in common: locust in processes of its own, because it patches the one
it is in.

They run in an environment that has the extra `load`: the interpreter that PLUGPROOF_LOAD_PYTHON names (as `make test`
does), this one, or one beside it.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests import ROOT
from tests.simulator.support.scripted_csms import ScriptedCsms

CALL = "OCPP 1.6"
"""The type of the requests that are CALLs."""

BRISK = ("--session-every", "200ms", "--session-length", "1s", "--meter-every", "1s", "--tag", "CARD")


def interpreter() -> str | None:
    """An interpreter that has locust."""
    named = os.environ.get("PLUGPROOF_LOAD_PYTHON")
    if named:
        return named
    if find_spec("locust") is not None:
        return sys.executable
    beside = (ROOT / name / "bin" / "python" for name in (".venv-locust", ".venv-load"))
    return next((str(one) for one in beside if one.exists()), None)


PYTHON = interpreter()

with_locust = pytest.mark.skipif(
    PYTHON is None, reason="locust is not installed: make extras VENV=.venv-load, or set PLUGPROOF_LOAD_PYTHON"
)


STARTED: list[asyncio.subprocess.Process] = []


async def end_all() -> None:
    """A test that fails leaves neither locust nor its children."""
    for process in STARTED:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()
    STARTED.clear()


async def locust(*arguments: str, file: Path = ROOT / "examples" / "locustfile.py") -> asyncio.subprocess.Process:
    return await started("-m", "locust", "-f", str(file), *arguments)


async def load(*arguments: str) -> asyncio.subprocess.Process:
    """The command."""
    return await started("-m", "simulator.fleet.locust.main", *arguments)


async def started(*arguments: str) -> asyncio.subprocess.Process:
    assert PYTHON is not None
    process = await asyncio.create_subprocess_exec(
        *(PYTHON, *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    STARTED.append(process)
    return process


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def has_said(process: asyncio.subprocess.Process, text: str) -> None:
    """Wait until this was logged."""
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while text not in (line := (await process.stderr.readline()).decode()):
            assert line, f"it has ended without saying {text!r}"


def run(csms: ScriptedCsms, *more: str) -> tuple[str, ...]:
    return ("--host", csms.url, "--headless", "-u", "4", "-r", "4", "-t", "3s", "--json", *BRISK, *more)


def agrees(csms: ScriptedCsms, out: str) -> dict[str, tuple[int, int]]:
    """Every CALL that came to the CSMS was told to locust, and nothing else; gives requests and failures by name."""
    # with --processes the children print a list, too, an empty one, before or after
    rows, _ = json.JSONDecoder().raw_decode(out[out.rindex("[\n    {") :])
    told = {f"{row['method']} {row['name']}": (row["num_requests"], row["num_failures"]) for row in rows}
    arrived = {f"{CALL} {action}": csms.actions.count(action) for action in set(csms.actions)}
    counted = {name: count for name, (count, _) in told.items() if name.startswith(CALL)}
    assert counted == arrived, f"locust: {counted}, CSMS: {arrived}"
    assert csms.actions.count("StartTransaction") == csms.actions.count("StopTransaction") > 0
    assert {payload["idTag"] for payload in csms.payloads("StartTransaction")} == {"CARD"}
    return told


async def listens(port: str) -> None:
    """Wait until somebody does; what comes up says so in no other way."""
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", int(port))
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
