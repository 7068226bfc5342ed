"""A running CSMS and stations that talk to it, over real sockets on ports the kernel chose."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from csms_core import Config, Csms
from tests.csms_core.support import STATION, Connecting, Station, connect, default_config, provision


@pytest.fixture
def settings() -> dict[str, Any]:
    """What differs from the default settings; see `support.configured`."""
    return {}


@pytest.fixture
def config(tmp_path: Path, settings: dict[str, Any]) -> Config:
    """Settings of the CSMS under test."""
    return replace(default_config(tmp_path), **settings)


@pytest_asyncio.fixture
async def csms(config: Config) -> AsyncIterator[Csms]:
    """A CSMS that knows one station and some tags."""
    async with Csms(config) as csms:
        await provision(csms)
        yield csms


@pytest_asyncio.fixture
async def connecting(csms: Csms) -> AsyncIterator[Connecting]:
    """`await connecting()` connects a station that has not booted."""
    async with AsyncExitStack() as stack:

        async def connect_one(identity: str = STATION, **options: Any) -> Station:
            station = await connect(csms.url, identity, **options)
            stack.push_async_callback(station.close)
            return station

        yield connect_one


@pytest_asyncio.fixture
async def station(connecting: Connecting) -> Station:
    """A connected station that was accepted."""
    station = await connecting()
    await station.boot()
    return station


@pytest_asyncio.fixture
async def api(csms: Csms) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the CSMS's HTTP API."""
    async with httpx.AsyncClient(base_url=csms.api_url, timeout=10) as client:
        yield client
