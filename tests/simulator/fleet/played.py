"""A fleet that plays while a block lasts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from simulator.fleet import Fleet


@asynccontextmanager
async def played(fleet: Fleet) -> AsyncIterator[None]:
    """It runs until the block is left, unless its time is over before; then nothing of it may have failed, and it has
    broken no rule.
    """
    run = asyncio.create_task(fleet.run())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        fleet.stop()
        async with asyncio.timeout(20):
            await run
    assert fleet.tally.failures == 0, fleet.tally.problems
    assert fleet.tally.breaches("station") == 0, fleet.tally.violations
