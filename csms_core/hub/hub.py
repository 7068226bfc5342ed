"""The stations that are connected (OCPP-J §3).

A second connection of an identity replaces the first, which is often half-open and dead. The end of the first must
then not sign off the second.
"""

from __future__ import annotations

import asyncio
import http
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from csms_core.auth.doorman import Admitted
from csms_core.auth.findings import Finding
from csms_core.config.model import Config
from csms_core.hub.context import StationContext
from csms_core.hub.feed import Feed
from csms_core.hub.link import Link
from csms_core.hub.metrics import Metrics
from csms_core.hub.version import Service, Version
from csms_core.store import Store
from csms_core.store.line import Ended

log = logging.getLogger(__name__)

MAX_TOLD: Final = 200
"""Different findings of one connection that are told; all are counted."""


class NotNow(Exception):
    """A station that was let in cannot be entered; `status` is that of the HTTP answer, the text one sentence."""

    def __init__(self, status: http.HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Hub:
    """All connected stations by identity."""

    def __init__(self, store: Store, config: Config, versions: Sequence[Version]) -> None:
        self._store = store
        self._config = config
        self._links: dict[str, Link] = {}
        self.feed = Feed()
        self.metrics = Metrics(self.feed, (version.protocol for version in versions))
        self._closing: set[asyncio.Task[None]] = set()
        self._later: set[asyncio.Task[None]] = set()

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

    def enter(self, identity: str, transport: Any, admitted: Admitted, service: Service) -> Link:
        """Enter a station that is about to be let in; whoever enters it calls `leave`, whatever happens.

        It awaits nothing, so that the station is here when its 101 leaves, and of two handshakes of one identity the
        one that is answered last stays. Raises NotNow when the station may not be let in after all.
        """
        replaced = self._links.get(identity)
        if replaced is None and len(self._links) >= self._config.max_connections:
            raise NotNow(http.HTTPStatus.SERVICE_UNAVAILABLE, "As many stations are connected as may be.")
        version = service.version
        # a boot on the connection that is replaced may be younger than what was looked up
        registered_as, by = (
            (admitted.booted_as, admitted.ocpp)
            if replaced is None
            else (replaced.context.registered_as, replaced.version.name)
        )
        if by != version.name:  # a boot of another version says nothing of this one
            registered_as = None
        context = StationContext(identity, self._store, self._config, version.protocol, service.backroom, registered_as)
        link = Link(context, version, transport, self.metrics.observe, admitted)
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

    def ended(self, ended: Ended) -> None:
        """Note that a transaction was ended in the books, without a StopTransaction."""
        sentence = f"{ended.evidence} ({ended.ended_by})"
        level = logging.WARNING if ended.ended_by == "operator" else logging.INFO
        log.log(
            level,
            "transaction %d of %s at connector %d was ended in the books: %s",
            *(ended.transaction_id, ended.identity, ended.connector_id, sentence),
            extra={"station": ended.identity},
        )
        self.feed.ended(
            ended.identity, f"transaction {ended.transaction_id} at connector {ended.connector_id}: {sentence}"
        )

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

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something on its own, once the CALL under way has been answered."""
        # a task starts when the handler has returned and its answer has gone to the transport, which is never before
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._later.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what followed a CALL failed", exc_info=error)
