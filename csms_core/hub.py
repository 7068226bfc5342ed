"""The stations that are connected, and what becomes of a CALL of theirs (OCPP 1.6 §4.2, OCPP-J §3).

A second connection of an identity replaces the first, which is often half-open and dead. The end of the first must
then not sign off the second.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from csms_core import clock
from csms_core.config import Config
from csms_core.context import Backroom, StationContext
from csms_core.feed import Feed
from csms_core.metrics import Metrics
from csms_core.registry import Handler
from csms_core.store import Store, stations
from ocppj.frames import Call
from ocppj.peer import OcppError, Peer
from ocppj.peer_common import Observer
from ocppj.session import Memory

log = logging.getLogger(__name__)

REMEMBERED_IDS = 64
"""CALLs remembered per connection to recognise a repeated message id; enough for one retry, small for many stations."""


class Link:
    """One connection of one station."""

    def __init__(
        self, context: StationContext, handlers: Mapping[str, Handler], transport: Any, observer: Observer
    ) -> None:
        self.context = context
        self.connected_at: datetime = clock.now()
        self.last_seen: datetime = self.connected_at
        self.operations = 0  # waiting or under way
        self.watches: tuple[Callable[[Call], None], ...] = ()  # shown every CALL of the station that was handled
        self._handlers = handlers
        self.peer = Peer.over_websocket(
            transport,
            role="csms",
            handler=self._handle,
            call_timeout=context.config.call_timeout,
            memory=Memory(REMEMBERED_IDS),
            observer=observer,
        )

    async def _handle(self, call: Call) -> dict[str, Any]:
        station = self.context
        self.last_seen = clock.now()
        handler = self._handlers.get(call.action)
        if handler is None:
            raise OcppError("NotSupported", f"{call.action} is not supported by this CSMS.")
        if call.action != "BootNotification" and station.registered_as != "Accepted":
            if call.action not in station.invited:
                raise OcppError("SecurityError", f"{call.action} before a BootNotification was accepted.")
            station.invited.discard(call.action)
        answer = await handler(station, call.payload or {})
        for watch in self.watches:
            watch(call)
        return answer


class Hub:
    """All connected stations by identity."""

    def __init__(self, store: Store, config: Config, handlers: Mapping[str, Handler]) -> None:
        self._store = store
        self._config = config
        self._handlers = handlers
        self._links: dict[str, Link] = {}
        self.feed = Feed()
        self.metrics = Metrics(self.feed)
        self._closing: set[asyncio.Task[None]] = set()
        self._later: set[asyncio.Task[None]] = set()
        self.backroom = Backroom(later=self._run_later)

    @property
    def is_full(self) -> bool:
        """Whether as many stations are connected as may be."""
        return len(self._links) >= self._config.max_connections

    @property
    def online(self) -> int:
        """How many stations are connected."""
        return len(self._links)

    def link(self, identity: str) -> Link | None:
        """The connection of a station, None when it is not connected."""
        return self._links.get(identity)

    async def serve(self, identity: str, transport: Any) -> None:
        """Serve one accepted connection until it ends."""
        station = await self._store.look_up(lambda connection: stations.find(connection, identity))
        if station is None:  # admitted all the same: any_station
            at = clock.wire(clock.now())
            await self._store.write(lambda connection: stations.put(connection, identity, at))
        registered_as = station.booted_as if station else None
        context = StationContext(identity, self._store, self._config, registered_as, backroom=self.backroom)
        link = Link(context, self._handlers, transport, self.metrics.observe)
        replaced = self._links.get(identity)
        self._links[identity] = link
        if replaced is not None:
            log.info("%s connected again; the older connection is closed", identity)
            self.drop(replaced, "replaced by a newer connection")
        self.metrics.connections += 1
        self.feed.connected(identity)
        log.info("%s is connected", identity, extra={"station": identity})
        try:
            await link.peer.run_fed()
        finally:
            if self._links.get(identity) is link:
                del self._links[identity]
                self.feed.disconnected(identity)
                log.info("%s is gone", identity, extra={"station": identity})

    def drop(self, link: Link, reason: str) -> None:
        """Close a connection without waiting for its end."""
        task = asyncio.create_task(link.peer.close(1000, reason))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Wait for the connections that are being closed, and give up what was to be done later."""
        self.feed.close()
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._closing, *self._later, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until what follows the CALLs answered so far is done."""
        await asyncio.gather(*self._later, return_exceptions=True)

    def _run_later(self, work: Coroutine[Any, Any, None]) -> None:
        # a task starts when the handler has returned and its answer has gone to the transport, which is never before
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._later.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what followed a CALL failed", exc_info=error)
