"""The life of every station, whatever it speaks, and what can be seen of it from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

from ocppj.errors import ConnectFailed
from ocppj.evidence.trace import Trace
from ocppj.rules import Finding
from ocppj.session.session import Seen
from simulator.kernel.clock import Clock
from simulator.kernel.events import Events
from simulator.kernel.store import SqliteFile, Store
from simulator.kernel.timekeeping import Timekeeper
from simulator.station.assembly import Assembly
from simulator.station.world import Place, World

_P = TypeVar("_P", bound=Place)


class Facade(World[_P]):
    """A station from outside. Use it with `async with`, or `start` and `stop` it."""

    _assembly: Assembly
    _retry: bool
    _file: SqliteFile | None

    def _store(self, store: Store | str | Path, id: str) -> Store:
        """The store of the station; that of a file of its own is closed with it."""
        self._file = None
        if isinstance(store, str | Path):
            self._file = SqliteFile(store)
            store = self._file.of(id)
        return store

    # --- life ---------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Switch the station on and wait for the first answer to BootNotification, whatever it says.

        Raises `ConnectFailed` when the first attempt to connect fails, unless the station was made with `retry`.
        """
        self.switch_on()
        registration = self._parts.registration
        await self.events.until(
            lambda: registration.status is not None or (self.last_failure is not None and not self._retry)
        )
        if registration.status is None and self.last_failure is not None:
            raise self.last_failure

    def switch_on(self) -> None:
        """Switch the station on and wait for nothing: it connects and boots by itself."""
        self._parts.power.switch_on()

    async def stop(self) -> None:
        """Take the station away: the connection is closed, nothing is said about running transactions."""
        await self._parts.power.shut_down()
        await self._parts.tasks.close()
        self.events.close()
        if self._file is not None:
            self._file.close()

    def observe(self, observer: Callable[[Seen], None]) -> None:
        """Show every frame of later connections to `observer` as well, as the session judged it."""
        dial = self._parts.link.dial
        before = dial.observer

        def both(seen: Seen) -> None:
            if before is not None:
                before(seen)
            observer(seen)

        dial.observer = both

    async def delivered(self) -> None:
        """Wait until everything the station has to say is said, or cannot be said now."""
        await self._parts.power.delivered()

    def pieces(self) -> Iterator[Any]:
        """What it is made of, one by one, and its features: whatever can be broken."""
        return self._assembly.pieces()

    # --- what can be seen ---------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Its identity in the address of the CSMS."""
        return self._parts.link.dial.identity

    @property
    def url(self) -> str:
        """The endpoint of the CSMS."""
        return self._parts.link.dial.url

    @property
    def clock(self) -> Clock:
        """The time as the station knows it."""
        return self._parts.clock

    @property
    def timekeeper(self) -> Timekeeper:
        """What compares its clock with that of the CSMS."""
        return self._parts.timekeeper

    @property
    def csms_ahead(self) -> float | None:
        """Seconds by which the clock of the CSMS was ahead when it last told its time, None before that."""
        return self._parts.timekeeper.ahead

    @property
    def events(self) -> Events:
        """What happens, as a stream."""
        return self._parts.events

    @property
    def trace(self) -> Trace | None:
        """Where its frames are recorded, if anywhere."""
        return self._parts.link.dial.trace

    @property
    def registration(self) -> str | None:
        """The status of the last answer to BootNotification since the boot."""
        return self._parts.registration.status

    @property
    def online(self) -> bool:
        """Connected and accepted by the CSMS."""
        return self._parts.registration.online

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._parts.link.up

    @property
    def last_failure(self) -> ConnectFailed | None:
        """Why the last attempt to connect has failed, if it has."""
        return self._parts.link.last_failure

    @property
    def powered(self) -> bool:
        """Whether the station runs."""
        return self._parts.supplied.on

    @property
    def queued(self) -> int:
        """Messages about transactions that wait for delivery."""
        return len(self._parts.queue)

    @property
    def findings(self) -> list[Finding]:
        """The protocol rules broken on any connection so far, by either party (bounded)."""
        return self._parts.link.all_findings()

    async def until(self, condition: Callable[[Self], object], *, within: float | None = None) -> None:
        """Wait until `condition(station)` is true, looking after each event; `within` is in real seconds.

        Raises `NotReached`.
        """
        await self.events.until(lambda: condition(self), within=within)
