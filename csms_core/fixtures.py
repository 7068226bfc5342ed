"""The reference CSMS in somebody's own tests: ``pytest_plugins = ["csms_core.fixtures"]`` in their ``conftest.py``.

    async def test_a_boot(csms: Csms, csms_url: str) -> None:
        await my_charger.connect(csms_url)

A test that uses it is ``async`` (pytest-asyncio), because the CSMS lives in the event loop of the test.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from csms_core import Config, Csms
from csms_core.config.model import TEMPORARY

__all__ = ["csms", "csms_config", "csms_url"]


@pytest.fixture
def csms_config() -> Config:
    """Its settings: any station and any tag are taken in, nothing is kept. Define one of this name to have others."""
    return Config(database=TEMPORARY, any_station=True, any_tag=True)


@pytest_asyncio.fixture
async def csms(csms_config: Config) -> AsyncIterator[Csms]:
    """A CSMS that runs while the test does, on ports of the loopback interface that were free."""
    async with Csms(csms_config) as running:
        yield running


@pytest.fixture
def csms_url(csms: Csms) -> str:
    """Where stations connect; they append a slash and their identity."""
    return csms.url
