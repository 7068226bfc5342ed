"""When meter values are taken and where they go (P2 block J; §3.1.7 SampledDataCtrlr, §3.1.8 AlignedDataCtrlr).

Sampled values run from the start of each transaction, clock-aligned ones along the wall clock for every EVSE. What
belongs to a transaction is told by its events, everything else by MeterValues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ocppj.times import next_boundary
from simulator.hardware.meter import Reading
from simulator.kernel.clock import Timer
from simulator.v201.core.context import Context
from simulator.v201.core.measurands import meter_value
from simulator.v201.evses import records
from simulator.v201.evses.evse import Evse

_SAMPLED, _ALIGNED = "SampledDataCtrlr", "AlignedDataCtrlr"
_MOST_DATA = 500
_EARLY = 0.05  # seconds a timer may fire early

Tell = Callable[[Evse, str, dict[str, Any], datetime], None]
"""Tells a meter value by an Updated event: whose, its triggerReason, the value, and of when it is."""


class Sampler:
    """Takes meter values."""

    __slots__ = ("_aligned", "_aligned_ended", "_tell", "context", "evses")

    def __init__(self, context: Context, evses: Mapping[int, Evse], *, tell: Tell) -> None:
        self.context = context
        self.evses = evses
        self._tell = tell
        self._aligned: Timer | None = None
        self._aligned_ended: Timer | None = None

    # --- life ---------------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """Begin with the clock-aligned values, and go on with transactions that were resumed."""
        self.arm_aligned()
        for evse in self.evses.values():
            self._arm(evse)

    def power_off(self) -> None:
        """Take no more values."""
        for evse in self.evses.values():
            self._disarm(evse)
        self._disarm_aligned()

    def configured(self, name: str) -> None:
        """A variable has a new value."""
        if name.startswith(_SAMPLED):
            for evse in self.evses.values():
                self._arm(evse)
        elif name.startswith(_ALIGNED):
            self.arm_aligned()

    # --- of a transaction ---------------------------------------------------------------------------------------------

    def begin(self, evse: Evse) -> list[dict[str, Any]]:
        """A transaction begins: the values of its Started event (E02.FR.09)."""
        self._note(evse, f"{_SAMPLED}.TxEndedMeasurands", "Transaction.Begin", self.context.clock.now())
        value = self._value(evse, f"{_SAMPLED}.TxStartedMeasurands", "Transaction.Begin", self.context.clock.now())
        self._arm(evse)
        return [] if value is None else [value]

    def end(self, evse: Evse, at: datetime) -> list[dict[str, Any]]:
        """It ends: the values of its Ended event (E06.FR.11)."""
        self._disarm(evse)
        self._note(evse, f"{_SAMPLED}.TxEndedMeasurands", "Transaction.End", at)
        return [] if evse.transaction is None else evse.transaction.data

    def latest(self, evse: Evse) -> list[dict[str, Any]]:
        """What an event holds that the CSMS has asked for (F06.FR.07)."""
        value = self._value(evse, f"{_SAMPLED}.TxUpdatedMeasurands", "Trigger", self.context.clock.now())
        return [] if value is None else [value]

    def _value(self, evse: Evse, measurands: str, context: str, at: datetime) -> dict[str, Any] | None:
        model = self.context.device_model
        if not model.flag(f"{measurands.partition('.')[0]}.Enabled"):
            return None
        return meter_value(at, model.items(measurands), context, evse.reading())

    def _note(self, evse: Evse, measurands: str, context: str, at: datetime) -> None:
        """Keep a value for the Ended event; too many are thinned out between the first and the last."""
        value = self._value(evse, measurands, context, at)
        if value is not None and evse.transaction is not None:
            data = evse.transaction.data
            data.append(value)
            if len(data) > _MOST_DATA:
                del data[1:-1:2]
            records.keep(self.context, evse)

    # --- sampled ------------------------------------------------------------------------------------------------------

    def _disarm(self, evse: Evse) -> None:
        for timer in evse.sample_timers:
            timer.cancel()
        evse.sample_timers = []

    def _arm(self, evse: Evse) -> None:
        self._disarm(evse)
        if evse.transaction is not None and self.context.supplied.on:
            self._every(evse, "TxUpdatedInterval", self._sample)
            self._every(evse, "TxEndedInterval", self._sample_for_end)

    def _every(self, evse: Evse, variable: str, take: Callable[[Evse], None]) -> None:
        interval, clock = self.context.device_model.number(f"{_SAMPLED}.{variable}"), self.context.clock
        if not interval:
            return
        place = len(evse.sample_timers)
        due = clock.monotonic() + interval

        def fire() -> None:
            nonlocal due
            due = max(due + interval, clock.monotonic())  # a timer that is late does not make all that follow late
            evse.sample_timers[place] = clock.call_later(due - clock.monotonic(), fire)
            take(evse)

        evse.sample_timers.append(clock.call_later(interval, fire))

    def _sample(self, evse: Evse) -> None:
        now = self.context.clock.now()
        value = self._value(evse, f"{_SAMPLED}.TxUpdatedMeasurands", "Sample.Periodic", now)
        self._publish(evse)
        if value is not None:
            self._tell(evse, "MeterValuePeriodic", value, now)

    def _sample_for_end(self, evse: Evse) -> None:
        self._note(evse, f"{_SAMPLED}.TxEndedMeasurands", "Sample.Periodic", self.context.clock.now())

    def _publish(self, evse: Evse) -> None:
        if self.context.events.heard:
            reading = evse.reading()
            text = f"connector {evse.id}: {reading.register} Wh, {reading.power:.0f} W"
            self.context.events.publish("meter", text, evse.id, register=reading.register)

    # --- clock-aligned ------------------------------------------------------------------------------------------------

    def arm_aligned(self) -> None:
        """The time of day or an interval is another one: wait for the next boundary of the clock."""
        self._disarm_aligned()
        if self.context.supplied.on:
            self._aligned = self._at_boundary("Interval", self._align)
            self._aligned_ended = self._at_boundary("TxEndedInterval", self._align_for_end)

    def _disarm_aligned(self) -> None:
        for timer in (self._aligned, self._aligned_ended):
            if timer is not None:
                timer.cancel()

    def _at_boundary(self, variable: str, take: Callable[[datetime], None]) -> Timer | None:
        interval = self.context.device_model.number(f"{_ALIGNED}.{variable}")
        if not interval:
            return None
        # A timer of the event loop may fire a little early; that boundary must not be met twice.
        now = self.context.clock.now()
        boundary = next_boundary(now + timedelta(seconds=_EARLY), interval)
        wait = (boundary - now).total_seconds() + _EARLY
        return self.context.clock.call_later(wait, partial(take, boundary))

    def _align(self, boundary: datetime) -> None:
        model = self.context.device_model
        running = any(evse.transaction is not None for evse in self.evses.values())
        if not (model.flag(f"{_ALIGNED}.SendDuringIdle") and running):
            for evse in self.evses.values():
                value = self._value(evse, f"{_ALIGNED}.Measurands", "Sample.Clock", boundary)
                self._publish(evse)
                if value is not None and evse.transaction is not None:
                    self._tell(evse, "MeterValueClock", value, boundary)
                elif value is not None:
                    self._send(evse.id, value)
            if self.context.facts.main_meter and model.flag(f"{_ALIGNED}.Enabled"):
                total = meter_value(boundary, model.items(f"{_ALIGNED}.Measurands"), "Sample.Clock", self._main())
                if total is not None:
                    self._send(0, total)
        self._aligned = self._at_boundary("Interval", self._align)

    def _align_for_end(self, boundary: datetime) -> None:
        for evse in self.evses.values():
            self._note(evse, f"{_ALIGNED}.TxEndedMeasurands", "Sample.Clock", boundary)
        self._aligned_ended = self._at_boundary("TxEndedInterval", self._align_for_end)

    def _main(self) -> Reading:
        """What the main meter reads, in front of all EVSEs."""
        readings, facts = [evse.reading() for evse in self.evses.values()], self.context.facts
        register, power, offered = (
            sum(getattr(one, name) for one in readings) for name in ("register", "power", "offered")
        )
        return Reading(register, power, offered, facts.phases, None, facts.voltage)

    # --- MeterValues --------------------------------------------------------------------------------------------------

    def send_now(self, number: int | None) -> None:
        """The latest values of AlignedDataCtrlr.Measurands, because the CSMS asks for them (F06.FR.06)."""
        now, model = self.context.clock.now(), self.context.device_model
        measurands = model.items(f"{_ALIGNED}.Measurands")
        for evse in self.evses.values():
            value = meter_value(now, measurands, "Trigger", evse.reading())
            if number in (None, evse.id) and value is not None:
                self._send(evse.id, value, triggered=True)

    def _send(self, evse: int, value: dict[str, Any], *, triggered: bool = False) -> None:
        """Values that belong to no transaction; they are not kept when offline."""
        self.context.registration.tell("MeterValues", {"evseId": evse, "meterValue": [value]}, triggered=triggered)
