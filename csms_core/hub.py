"""The stations that are connected, and what becomes of a CALL of theirs (OCPP 1.6 §4.2, OCPP-J §3).

A second connection of an identity replaces the first, which is often half-open and dead. The end of the first must
then not sign off the second.
"""

from __future__ import annotations

import asyncio
import http
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

from csms_core import clock
from csms_core.auth.doorman import Admitted
from csms_core.config import Config
from csms_core.context import Backroom, StationContext
from csms_core.feed import Feed
from csms_core.leniency import MAX_TOLD, Finding
from csms_core.metrics import Metrics
from csms_core.registry import Handler
from csms_core.store import Store
from ocppj.errors import OcppError
from ocppj.frames import Call
from ocppj.outside import shown
from ocppj.peer_common import Observer
from ocppj.peer_fed import FedPeer
from ocppj.session import Memory, Seen, Session
from schemas import load

log = logging.getLogger(__name__)

UNPROVED = Admitted(0)
"""How a station is let in that has to prove nothing."""

REMEMBERED_IDS = 64
"""CALLs remembered per connection to recognise a repeated message id; enough for one retry, small for many stations."""


_LONGEST_ACTION = 50
"""Characters of an action that are logged."""


class NotNow(Exception):
    """A station that was let in cannot be entered; `status` is that of the HTTP answer, the text one sentence."""

    def __init__(self, status: http.HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Link:
    """One connection of one station."""

    def __init__(
        self,
        context: StationContext,
        handlers: Mapping[str, Handler],
        transport: Any,
        observer: Observer,
        admitted: Admitted,
    ) -> None:
        self.context = context
        self.admitted = admitted
        self.is_shut = False  # the station may not stay: what still comes is not handled
        self.connected_at: datetime = clock.now()
        self._last_seen = time.time()
        self.operations = 0  # waiting or under way
        self.watches: tuple[Callable[[Call], None], ...] = ()  # shown every CALL of the station that was handled
        self.told: set[Finding] = set()
        self._handlers = handlers
        self.peer = FedPeer(
            Session("csms", load("1.6"), memory=Memory(REMEMBERED_IDS)),
            transport,
            self._handle,
            observer=observer,
            call_timeout=context.config.call_timeout,
            on_refused=self._refused,
        )
        self.peer.subprotocol = transport.subprotocol

    @property
    def last_seen(self) -> datetime:
        """When its last CALL came, or it connected."""
        return datetime.fromtimestamp(self._last_seen, UTC)

    def _refused(self, seen: Seen, code: str, description: str) -> None:
        identity, action = self.context.identity, getattr(seen.frame, "action", "CALL")
        log.warning(
            "%s: a %s was answered with %s: %s",
            identity,
            shown(action, longest=_LONGEST_ACTION),
            code,
            shown(description),
            extra={"station": identity},
        )

    def _handle(self, call: Call) -> Coroutine[Any, Any, dict[str, Any]]:
        if self.is_shut:  # a revoked station that takes no notice of the close frame books nothing
            raise OcppError("SecurityError", "This connection is being closed.")
        station, action = self.context, call.action
        self._last_seen = time.time()
        handler = self._handlers.get(action)
        if handler is None:
            raise OcppError("NotSupported", f"{action} is not supported by this CSMS.")
        if station.registered_as != "Accepted" and action != "BootNotification":
            if not station.invited[action]:
                raise OcppError("SecurityError", f"{action} before a BootNotification was accepted.")
            station.invited[action] -= 1
        handling = handler(station, call.payload or {})
        return self._watched(call, handling) if self.watches else handling

    async def _watched(self, call: Call, handling: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
        answer = await handling
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
        self.is_stale: Callable[[str, Admitted], bool] = lambda identity, admitted: False
        """Whether a station may have lost what it was admitted for, while its handshake was still under way."""

    @property
    def online(self) -> int:
        """How many stations are connected."""
        return len(self._links)

    def link(self, identity: str) -> Link | None:
        """The connection of a station, None when it is not connected."""
        return self._links.get(identity)

    def presenting(self, serial: str) -> list[str]:
        """The stations that were let in with this certificate (`Admitted.serial`)."""
        return [identity for identity, link in self._links.items() if link.admitted.serial == serial]

    def enter(self, identity: str, transport: Any, admitted: Admitted = UNPROVED) -> Link:
        """Enter a station that is about to be let in; whoever enters it calls `leave`, whatever happens.

        It awaits nothing, so that the station is here when its 101 leaves, and of two handshakes of one identity the
        one that is answered last stays. Raises NotNow when the station may not be let in after all.
        """
        if self.is_stale(identity, admitted):
            raise NotNow(http.HTTPStatus.FORBIDDEN, "What this station may connect with has changed meanwhile.")
        replaced = self._links.get(identity)
        if replaced is None and len(self._links) >= self._config.max_connections:
            raise NotNow(http.HTTPStatus.SERVICE_UNAVAILABLE, "As many stations are connected as may be.")
        # a boot on the connection that is replaced may be younger than what was looked up
        registered_as = admitted.booted_as if replaced is None else replaced.context.registered_as
        context = StationContext(identity, self._store, self._config, registered_as, backroom=self.backroom)
        link = Link(context, self._handlers, transport, self.metrics.observe, admitted)
        self._links[identity] = link
        if replaced is not None:
            reason = "replaced by a newer connection"
            log.info("%s connected again; the older connection is closed", identity, extra={"station": identity})
            self.feed.disconnected(identity, reason)
            self.drop(replaced, reason)
        self.metrics.connections += 1
        self.feed.connected(identity)
        log.info("%s is connected", identity, extra={"station": identity})
        return link

    def leave(self, link: Link) -> None:
        """The connection has ended, or did not come about."""
        identity = link.context.identity
        if self._links.get(identity) is link:
            del self._links[identity]
            self.feed.disconnected(identity)
            log.info("%s is gone", identity, extra={"station": identity})

    def let_pass(self, link: Link, finding: Finding) -> None:
        """Note what a lenient CSMS lets a station do; told once for each connection, counted each time."""
        self.metrics.let_pass[finding.kind] += 1
        if finding in link.told or len(link.told) >= MAX_TOLD:
            return
        link.told.add(finding)
        identity = link.context.identity
        log.warning("%s is let pass (--lenient): %s", identity, finding.sentence, extra={"station": identity})
        self.feed.finding(identity, finding.sentence)

    def disconnect(self, identity: str, reason: str) -> None:
        """A station may not stay: it is offline from now on, and its connection, if it has one, is closed with 1008."""
        link = self._links.pop(identity, None)
        if link is None:
            return
        link.is_shut = True
        log.warning("%s is disconnected: %s", identity, reason, extra={"station": identity})
        self.feed.disconnected(identity, reason)
        self.drop(link, reason, 1008)

    def drop(self, link: Link, reason: str, code: int = 1000) -> None:
        """Close a connection without waiting for its end."""
        task = asyncio.create_task(link.peer.close(code, reason))
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
