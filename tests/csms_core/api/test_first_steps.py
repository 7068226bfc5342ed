"""The documentation of the API opens with what to do first, and its lines work as they stand."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from csms_core import Csms
from tests.csms_core.support.bench import default_config

pytestmark = pytest.mark.asyncio

ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "NO_PROXY": "127.0.0.1"}


@pytest_asyncio.fixture
async def csms(tmp_path: Path) -> AsyncIterator[Csms]:
    async with Csms(default_config(tmp_path)) as csms:
        yield csms


async def described(csms: Csms) -> str:
    """What the description says of the version that people find first."""
    async with httpx.AsyncClient(base_url=csms.api_url, timeout=30) as api:
        text: str = (await api.get("/openapi.json")).json()["info"]["description"]
        return text.partition("## OCPP 2.0.1")[0]


async def shell(lines: str) -> str:
    """Run it as a shell does; returns what it prints."""
    process = await asyncio.create_subprocess_exec("bash", "-ec", lines, stdout=PIPE, stderr=PIPE, env=ENVIRONMENT)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_first_steps_work_in_their_order_as_they_stand(csms: Csms) -> None:
    text = await described(csms)
    register, connect, look, start = re.findall(r"```sh\n(.*?)```", text, re.S)
    assert text.index("## First steps") < text.index(register)

    assert await shell(register) == ""
    station = await asyncio.create_subprocess_exec(
        "bash", "-c", f"exec {connect.strip().partition('| ')[2]}", stdin=PIPE, stdout=PIPE, env=ENVIRONMENT
    )
    assert station.stdin is not None
    assert station.stdout is not None
    try:
        station.stdin.write(connect.split("|")[0].strip().removeprefix("echo ").encode() + b"\n")
        async for line in station.stdout:
            if b"plug_in 1: done" in line:
                break
        async with (
            httpx.AsyncClient(base_url=csms.api_url, timeout=30) as api,
            api.stream("GET", "/api/v1/events") as events,
        ):
            shown = json.loads(await shell(look))
            assert shown["online"] is True
            answer, _, _ = (await shell(start)).partition("}")
            assert json.loads(f"{answer}}}") == {"status": "Accepted"}
            # the station answers before it starts; when its StartTransaction is answered, the last line shows it
            async for event in events.aiter_lines():
                if "transactionId" in event and "csms->station" in event:
                    break
        (running,) = json.loads(await shell(start.strip().splitlines()[-1]))
        assert (running["station"], running["idTag"], running["connectorId"]) == ("CP-1", "TAG-1", 1)
    finally:
        station.terminate()
        await station.communicate()


async def test_first_steps_name_the_csms_as_it_was_reached(csms: Csms) -> None:
    port = csms.api_url.rpartition(":")[2]
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=30) as api:
        text = (await api.get("/openapi.json")).json()["info"]["description"]
    assert f"http://localhost:{port}/api/v1/stations/CP-1" in text
    assert f"{csms.url}/CP-1" in text
    assert "$" not in text
