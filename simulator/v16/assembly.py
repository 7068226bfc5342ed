"""How a station is put together, and what one part has to say to another.

A part knows those below it and those it was handed. What it cannot know it says to `Assembly`, which passes it on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from ocppj.session.session import Seen
from simulator.kernel.clock import Clock
from simulator.kernel.store import Store
from simulator.kernel.timekeeping import CsmsClock
from simulator.pki.provision import Provision
from simulator.station import assembly
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.main_controller import MainController
from simulator.v16.connectors.reports import StatusReporter
from simulator.v16.core import dispatcher
from simulator.v16.core.authorization import Authorizer
from simulator.v16.core.configuration import Configuration
from simulator.v16.core.journal import Journal
from simulator.v16.core.registration import Registration
from simulator.v16.feature import Blueprint, Features
from simulator.v16.parts import Parts
from simulator.v16.power import Power
from simulator.v16.transactions.deauthorization import Deauthorization
from simulator.v16.transactions.queue import Queued, TransactionQueue
from simulator.v16.transactions.reader import Reader
from simulator.v16.transactions.sampling import Sampler
from simulator.v16.transactions.sessions import Sessions
from simulator.wire.dialing import BackOff, Dial, Line

_PING = "WebSocketPingInterval"


class Assembly(assembly.Assembly):
    """A station of OCPP 1.6."""

    __slots__ = ()

    _places = "connectors"
    parts: Parts
    features: Features

    def __init__(
        self,
        blueprint: Blueprint,
        dial: Dial,
        identity: Mapping[str, str],
        *,
        clock: Clock,
        store: Store,
        configuration: Mapping[str, str] | None,
        provision: Provision,
        csms_clock: CsmsClock,
        back_off: BackOff | None,
        seed: int | None,
    ) -> None:
        """`identity` is the payload of BootNotification; the rest is as in `Station`."""
        parts = self.parts = Parts(clock, store)
        parts.configuration = Configuration(blueprint.keys, configuration, store)
        self._context(blueprint.facts, dial, provision=provision, csms_clock=csms_clock, back_off=back_off, seed=seed)
        parts.registration = Registration(
            parts, parts.configuration, parts.link, identity, on_accepted=self._accepted, on_time=parts.timekeeper.told
        )
        features = self.features = Features(blueprint, parts)
        self._charging(parts, features)
        parts.configuration.on_change = self._configured
        if store.keeps:
            features.restore()
            parts.sessions.restore()

    def _charging(self, parts: Parts, features: Features) -> None:
        """What stands on the context."""
        parts.journal = Journal(parts)
        reporter = parts.reporter = StatusReporter(parts)
        connectors = parts.connectors = {
            number: Connector(number, parts, on_report=self._reported, on_limited=self._limited)
            for number in range(1, parts.facts.connectors + 1)
        }
        main = parts.main = MainController(parts, connectors, reporter)
        parts.authorizer = Authorizer(parts, listed=features.known)
        queue = parts.queue = TransactionQueue(parts, on_answer=self._answered)
        sampler = parts.sampler = Sampler(parts, connectors, queue)
        sessions = parts.sessions = Sessions(parts, connectors, main, queue, sampler, features)
        parts.deauthorization = Deauthorization(parts, parts.authorizer, sessions)
        parts.reader = Reader(parts, connectors, parts.authorizer, sessions)
        parts.power = Power(parts, connectors, main, reporter, queue, sampler, sessions, features)

    # --- the connection -----------------------------------------------------------------------------------------------

    def _message_timeout(self) -> int:
        return self.parts.configuration.number("MessageTimeout")

    def _ping_interval(self) -> int:
        return self.parts.configuration.number(_PING)

    def answer(self, seen: Seen, line: Line) -> Awaitable[None]:
        return dispatcher.handle(self.parts, self.features, seen, line)

    # --- what is said from below --------------------------------------------------------------------------------------

    def _accepted(self, after_boot: bool) -> None:
        self.parts.power.online(after_boot)

    def _reported(self, connector: Connector, is_status: bool) -> None:
        self.parts.reporter.changed(connector)
        if is_status:
            self.parts.sessions.status_changed(connector)
            self.features.status_changed(connector)

    def _limited(self, connector: Connector) -> None:
        self.parts.deauthorization.watch(connector)

    def _answered(self, message: Queued, answer: Mapping[str, Any]) -> None:
        self.parts.deauthorization.answered(message, answer)

    def _rearm(self) -> None:
        self.parts.sampler.clock_set()
        self.features.clock_set()

    def _configured(self, key: str) -> None:
        parts = self.parts
        parts.registration.configured(key)
        if key == _PING:
            self.keep_alive.arm()
        parts.sampler.configured(key)
        self.features.configured(key)
        shown = parts.configuration.get([key])["configurationKey"][0].get("value", "changed")  # a secret is not told
        parts.events.publish("configuration", f"{key} is {shown}", key=key)
