"""A CSMS that is a socket and no more, and a proxy before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.harness.instruments.proxy.support import Proxy, RawCsms, proxied, raw_csms


@pytest_asyncio.fixture
async def csms() -> AsyncIterator[RawCsms]:
    async with raw_csms() as csms:
        yield csms


@pytest_asyncio.fixture
async def proxy(tmp_path: Path, csms: RawCsms) -> AsyncIterator[Proxy]:
    async with proxied(tmp_path, csms.url) as proxy:
        yield proxy
