"""One connection of one station, and what becomes of a CALL of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from csms_core.auth.doorman import Admitted
from csms_core.auth.findings import Finding
from csms_core.hub.context import StationContext
from csms_core.hub.version import Version
from csms_core.store import clock
from ocppj.errors import OcppError
from ocppj.evidence.outside import shown
from ocppj.frames import Call, CallError
from ocppj.peers.base import Observer
from ocppj.peers.fed import FedPeer
from ocppj.session.session import Memory, Seen, Session

log = logging.getLogger(__name__)

REMEMBERED_IDS = 64
"""CALLs remembered per connection to recognise a repeated message id; enough for one retry, small for many stations."""

_LONGEST_ACTION = 50
"""Characters of an action that are logged."""


class Link:
    """One connection of one station."""

    def __init__(
        self,
        context: StationContext,
        version: Version,
        transport: Any,
        observer: Observer,
        admitted: Admitted,
    ) -> None:
        self.context = context
        self.version = version
        self.admitted = admitted
        self.is_shut = False  # the station may not stay: what still comes is not handled
        self.connected_at: datetime = clock.now()
        self._last_seen = time.time()
        self.operations = 0  # waiting or under way
        self.watches: tuple[Callable[[Call], None], ...] = ()  # shown every CALL of the station that was handled
        self.told: set[Finding] = set()
        self._handlers = version.handlers
        self.peer = FedPeer(
            # a back office takes what it can take; whether a station keeps to every rule is for those who test it
            Session("csms", version.protocol, memory=Memory(REMEMBERED_IDS), is_judged=False),
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

    def _refused(self, seen: Seen, refused: CallError) -> None:
        identity, action = self.context.identity, getattr(seen.frame, "action", "CALL")
        log.warning(
            "%s: a %s was answered with %s: %s",
            identity,
            shown(action, longest=_LONGEST_ACTION),
            refused.code,
            shown(refused.description),
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
        if station.registered_as != "Accepted":
            self.version.before_acceptance(station, action)
        handling = handler(station, call.payload or {})
        return self._watched(call, handling) if self.watches else handling

    async def _watched(self, call: Call, handling: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
        answer = await handling
        for watch in self.watches:
            watch(call)
        return answer
