"""How `plugproof station` gets a station online within its time, or says how far it came."""

from __future__ import annotations

import asyncio

from simulator.cli.version import Station
from simulator.kernel.errors import NotDone


class NotConnected(NotDone):
    """The CSMS could not be reached at all."""


async def get_online(station: Station, patience: float, what: str) -> None:
    """Switch the station on and wait until the CSMS accepts it. Raises `NotDone`, `ConnectFailed`."""
    try:
        async with asyncio.timeout(patience):
            await station.start()
            await station.until(lambda s: s.online)
    except TimeoutError:
        failure = station.last_failure
        if failure is not None:
            raise NotConnected(f"{what} did not begin within {patience:g} s: {failure}") from None
        said = station.registration
        told = f"the CSMS has answered {said} to BootNotification" if said else "BootNotification has no usable answer"
        raise NotDone(f"{what} did not begin within {patience:g} s: {told}") from None
