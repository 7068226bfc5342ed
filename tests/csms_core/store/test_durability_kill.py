"""Killed under load at random moments, the CSMS loses nothing it acknowledged and books nothing twice.

OCPP 1.6 §4.8: the answer to a StartTransaction is a promise. §3.7.1: what was not answered is sent again.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from csms_core import Csms
from csms_core.config.model import Config
from tests import ROOT
from tests.csms_core.support.load import Journal, Network, assert_booked_once, assert_kept, charging
from tests.csms_core.support.postgresql import Server

SEED = 160_2026
STATIONS = 8


class Parent:
    """A process that starts CSMS processes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._child: int | None = None

    async def start(self, *arguments: str) -> None:
        """Start a CSMS; returns at once."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(["--port", "0", "--api-port", "0", *arguments]).encode() + b"\n")
        self._child = (await self.line())["pid"]

    def signal_kill(self) -> None:
        """Kill the CSMS now."""
        assert self._child is not None
        os.kill(self._child, signal.SIGKILL)

    async def kill(self) -> None:
        """Kill the CSMS, if that is not done; returns when it is dead."""
        with suppress(ProcessLookupError):
            self.signal_kill()
        while (await self.line()).get("event") != "ended":
            pass  # it became ready in its last moment
        self._child = None

    async def line(self) -> dict[str, Any]:
        """The next line the parent or the CSMS printed."""
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            line: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return line

    def end(self) -> None:
        """Leave nothing running."""
        if self._child is not None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.kill(self._child, signal.SIGKILL)
        with suppress(ProcessLookupError):
            self._process.kill()


@asynccontextmanager
async def parent() -> AsyncIterator[Parent]:
    """A parent, gone at the end with whatever it has started."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.csms_core.store.forking"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    parent = Parent(process)
    try:
        yield parent
    finally:
        parent.end()
        await process.wait()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/csms.db"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.mark.asyncio
async def test_tx_18_kill_9_under_load_loses_nothing_and_books_nothing_twice(url: str, nightly: bool) -> None:
    kills, at_its_start = (24, 6) if nightly else (6, 2)
    moments = random.Random(SEED)
    at_the_start = set(moments.sample(range(kills), at_its_start))
    journal, network = Journal(), Network()
    options = ("--any-station", "--database", url)

    async with parent() as csms, charging(network, journal, STATIONS, SEED):
        for number in range(kills):
            if number in at_the_start:
                await csms.start(*options)
                await asyncio.sleep(moments.uniform(0, 0.2))  # no synchronisation: the moment of the kill
                await csms.kill()
            await csms.start(*options)
            ready = await csms.line()
            await asyncio.to_thread(assert_kept, url, journal)
            await network.set(ready["url"])
            await network.after(moments.randint(20, 200))
            await asyncio.sleep(moments.uniform(0, 0.005))  # as above
            csms.signal_kill()
            await network.set(None)
            await csms.kill()

        await csms.start(*options)
        await network.set((await csms.line())["url"])
        await network.after(100)

    assert_booked_once(url, journal)
    assert len(journal.starts) > kills


@pytest.mark.asyncio
@pytest.mark.xdist_group("postgresql")
async def test_tx_18_a_database_server_that_crashes_under_load_loses_nothing(
    postgresql_server: Server, postgresql_url: str
) -> None:
    """The CSMS stays up meanwhile: stations get InternalError and send again."""
    if postgresql_server.folder is None:
        pytest.skip("the PostgreSQL server is not ours to crash")
    moments = random.Random(SEED)
    journal, network = Journal(), Network()

    config = Config(database=postgresql_url, any_station=True, ping_interval=None)
    load = charging(network, journal, STATIONS, SEED, database_may_fail=True)

    async with Csms(config) as csms, load:
        for _ in range(3):
            await network.set(csms.url)
            await network.after(moments.randint(50, 200))
            await asyncio.to_thread(postgresql_server.control, "stop", "-m", "immediate")
            await network.set(None)
            await asyncio.to_thread(postgresql_server.start)
            await asyncio.to_thread(assert_kept, postgresql_url, journal)
        await network.set(csms.url)
        await network.after(100)

    assert_booked_once(postgresql_url, journal)
