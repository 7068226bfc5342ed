"""Pauses between two connections of one station, as devices make them.

A charge point that lost its connection does not stand at the door again within a millisecond, and some CSMSs tear down
an old session behind a broker while the new one is already there. So the next connection of an identity, whoever makes
it for the run, waits ``timeouts.reconnect_s`` after the last one, and ``timeouts.boot_s`` when the station restarts.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping


class Pauses:
    """When each identity may connect next, in monotonic seconds, which all processes of a machine share."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._due: dict[str, float] = {}

    def ended(self, identity: str, seconds: float) -> None:
        """A connection of this station has ended now, or was refused; the next one comes ``seconds`` later."""
        if seconds > 0:
            self.learn({identity: self._clock() + seconds})

    async def before(self, identity: str) -> None:
        """Wait until this station may connect."""
        seconds = self._due.pop(identity, 0.0) - self._clock()
        if seconds > 0:
            await self._sleep(seconds)

    @property
    def due(self) -> dict[str, float]:
        """What another process of the run has to know; what is over already is forgotten."""
        now = self._clock()
        self._due = {identity: moment for identity, moment in self._due.items() if moment > now}
        return dict(self._due)

    def learn(self, due: Mapping[str, float]) -> None:
        """Take over what another process knows; the later moment counts."""
        for identity, moment in due.items():
            self._due[identity] = max(moment, self._due.get(identity, 0.0))


PAUSES = Pauses()
"""Those of this process: the parts of a run with background load follow each other in it."""
