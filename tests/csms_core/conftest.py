"""A running CSMS and stations that talk to it, over real sockets on ports the kernel chose."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from csms_core import Config, Csms
from csms_core.pki import Pki
from tests.csms_core.support import postgresql
from tests.csms_core.support.bench import Connecting, Station, connect, default_config, each_closed, provision


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """A certificate authority for all tests; none of them changes it."""
    return Pki.create(tmp_path_factory.mktemp("authority") / "pki")


@pytest.fixture
def settings() -> dict[str, Any]:
    """What differs from the default settings; see `bench.configured`."""
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
    async with each_closed(connect, csms.url) as connect_one:
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
    # Plain HTTP: with `verify` the certificates of the system are read, which takes longer than the usual request.
    async with httpx.AsyncClient(base_url=csms.api_url, timeout=30, verify=False) as client:
        yield client


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A PostgreSQL server; tests that need it are skipped where there is none."""
    with postgresql.at_hand() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: postgresql.Server) -> Iterator[str]:
    """An empty database on it."""
    url = postgresql_server.new_database()
    yield url
    postgresql_server.drop(url)
