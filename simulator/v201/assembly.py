"""How a station of OCPP 2.0.1 is put together, and what one part has to say to another.

A part knows those below it and those it was handed. What it cannot know it says to `Assembly`, which passes it on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping
from typing import Any

from ocppj.session.session import Seen
from ocppj.times import timestamp
from simulator.hardware.make import Facts
from simulator.kernel.clock import Clock
from simulator.kernel.store import Store
from simulator.kernel.timekeeping import CsmsClock
from simulator.pki.provision import Provision
from simulator.station import assembly
from simulator.v201.authorization.authorizer import Authorizer
from simulator.v201.authorization.id_token import IdToken
from simulator.v201.core import dispatcher
from simulator.v201.core.pauses import RetryBackOff
from simulator.v201.core.power import Power
from simulator.v201.core.registration import Registration
from simulator.v201.device_model.model import DeviceModel
from simulator.v201.device_model.standard import HEARTBEAT_INTERVAL, MESSAGE_TIMEOUT, PING_INTERVAL, standard
from simulator.v201.device_model.variables import Place
from simulator.v201.evses.evse import CONNECTOR, Evse
from simulator.v201.evses.reports import StatusReporter
from simulator.v201.feature import Feature, Features
from simulator.v201.parts import Parts
from simulator.v201.transactions.queue import Queued, TransactionQueue
from simulator.v201.transactions.reader import Reader
from simulator.v201.transactions.sessions import Sessions
from simulator.wire.dialing import Dial, Line, Pauses


class Assembly(assembly.Assembly):
    """A station of OCPP 2.0.1."""

    __slots__ = ()

    _places = "evses"
    parts: Parts
    features: Features

    def __init__(
        self,
        features: tuple[type[Feature], ...],
        facts: Facts,
        dial: Dial,
        identity: Mapping[str, str],
        *,
        clock: Clock,
        store: Store,
        configuration: Mapping[str, str] | None,
        provision: Provision,
        csms_clock: CsmsClock,
        back_off: Pauses | None,
        seed: int | None,
    ) -> None:
        """`identity` are the members of chargingStation in BootNotification; the rest is as in `Station`."""
        parts = self.parts = Parts(clock, store)
        model = parts.device_model = DeviceModel(standard(facts, identity), configuration, store)
        back_off = back_off or RetryBackOff(model)
        self._context(facts, dial, provision=provision, csms_clock=csms_clock, back_off=back_off, seed=seed)
        parts.registration = Registration(
            parts, model, parts.link, identity, on_accepted=self._accepted, on_time=parts.timekeeper.told
        )
        self.features = Features(features, parts)
        self._charging(parts)
        self._shown(parts)
        model.on_change = self._configured
        model.verdict = self.features.verdict
        if store.keeps:
            self.features.restore()
            parts.sessions.restore()

    def _charging(self, parts: Parts) -> None:
        """What stands on the context."""
        parts.reporter = StatusReporter(parts)
        evses = parts.evses = {
            number: Evse(number, parts, on_status=parts.reporter.send)
            for number in range(1, parts.facts.connectors + 1)
        }
        parts.authorizer = Authorizer(parts)
        parts.queue = TransactionQueue(parts, on_answer=self._answered)
        parts.sessions = Sessions(parts, evses, parts.queue, on_end=self._ended)
        parts.reader = Reader(parts, evses, parts.authorizer, parts.sessions)
        parts.power = Power(parts, evses, parts.reporter, parts.queue, parts.sessions, self.features)

    def _shown(self, parts: Parts) -> None:
        """Variables whose value is that of the moment."""
        model = parts.device_model
        model.shows(Place("ClockCtrlr", "DateTime"), lambda: timestamp(parts.clock.now()))
        model.shows(Place("SecurityCtrlr", "Identity"), lambda: parts.link.dial.identity)
        model.shows(Place("ChargingStation", "AvailabilityState"), self.availability)
        for evse in parts.evses.values():
            _show(model, evse)

    def availability(self) -> str:
        """AvailabilityState of the station as a whole."""
        return "Available" if all(evse.station_operative for evse in self.parts.evses.values()) else "Unavailable"

    def pieces(self) -> Iterator[Any]:
        yield from super().pieces()
        yield self.parts.sessions.sampler

    # --- the connection -----------------------------------------------------------------------------------------------

    def _message_timeout(self) -> int:
        return self.parts.device_model.number(MESSAGE_TIMEOUT)

    def _ping_interval(self) -> int:
        return self.parts.device_model.number(PING_INTERVAL)

    def lost(self) -> None:
        self.parts.reporter.lost()
        super().lost()

    def answer(self, seen: Seen, line: Line) -> Awaitable[None]:
        return dispatcher.handle(self.parts, self.features, seen, line)

    # --- what is said from below --------------------------------------------------------------------------------------

    def _accepted(self, after_boot: bool) -> None:
        self.parts.power.online(after_boot)

    def _ended(self, evse: Evse) -> None:
        self.parts.power.ended(evse)

    def _answered(self, event: Queued, answer: Mapping[str, Any]) -> None:
        """What the CSMS says of the token of an event (C10.FR.04, E05)."""
        info, token = answer.get("idTokenInfo"), event.payload.get("idToken")
        if info is None or token is None:
            return
        told = IdToken.of(token)
        decision = self.parts.authorizer.remember(told, info)
        evse = self.parts.sessions.of(event.transactionId)
        if decision.accepted or evse is None or evse.admission is None or not told.same(evse.admission.token):
            return
        text = f"connector {evse.id}: the CSMS says {decision.status}"
        self.parts.events.publish("authorization", text, evse.id, refused=True)
        self.parts.sessions.refused(evse)

    def _rearm(self) -> None:
        self.parts.sessions.sampler.arm_aligned()

    def _configured(self, name: str) -> None:
        parts = self.parts
        if name == HEARTBEAT_INTERVAL:
            parts.registration.interval_changed()
        elif name == PING_INTERVAL:
            self.keep_alive.arm()
        parts.sessions.sampler.configured(name)
        shown = "changed" if name.startswith("SecurityCtrlr.") else parts.device_model[name]  # a secret is not told
        parts.events.publish("configuration", f"{name} is {shown}", key=name)


def _show(model: DeviceModel, evse: Evse) -> None:
    state = Place("EVSE", "AvailabilityState", evse=evse.id)
    model.shows(state, lambda: evse.status)
    model.shows(Place("Connector", "AvailabilityState", evse=evse.id, connector=CONNECTOR), lambda: evse.status)
    model.shows(Place("EVSE", "Power", evse=evse.id), lambda: f"{evse.meter.power:.1f}")
