"""No test of locust leaves a process behind."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.simulator.fleet.locust.support import end_all


@pytest_asyncio.fixture(autouse=True)
async def nothing_is_left_running() -> AsyncIterator[None]:
    """A test that fails leaves neither locust nor its children."""
    yield
    await end_all()
