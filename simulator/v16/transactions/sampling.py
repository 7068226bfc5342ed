"""When meter values are taken and where they go (1.6 §3.16, §4.7; rules MV-01 to MV-09).

Sampled values run from the start of each transaction, clock-aligned ones along the wall clock for every connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ocppj.times import next_boundary
from simulator.hardware.meter import Reading
from simulator.kernel.clock import Timer
from simulator.v16.connectors import records
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.context import Context
from simulator.v16.core.measurands import meter_value
from simulator.v16.transactions.queue import Queued, TransactionQueue

MAX_TRANSACTION_DATA = 500
_EARLY = 0.05
_SAMPLE_INTERVAL = "MeterValueSampleInterval"


class Sampler:
    """Takes meter values and queues them."""

    __slots__ = ("_aligned", "connectors", "context", "queue")

    def __init__(self, context: Context, connectors: Mapping[int, Connector], queue: TransactionQueue) -> None:
        self.context = context
        self.connectors = connectors
        self.queue = queue
        self._aligned: Timer | None = None

    def power_on(self) -> None:
        """Begin with the clock-aligned values, and go on with transactions that were resumed."""
        self._arm_aligned()
        for connector in self.connectors.values():
            self._arm_periodic(connector)

    def power_off(self) -> None:
        """Take no more values."""
        for connector in self.connectors.values():
            self._disarm(connector)
        self._cancel_aligned()

    def begin(self, connector: Connector) -> None:
        """A transaction has started: note its first values and take periodic ones from now on."""
        self._note_edge(connector, "Transaction.Begin")
        self._arm_periodic(connector)

    def end(self, connector: Connector) -> None:
        """The transaction is about to stop: note its last values."""
        self._disarm(connector)
        self._note_edge(connector, "Transaction.End")

    def _note_edge(self, connector: Connector, context: str) -> None:
        """Begin and End hold every measurand of the two StopTxn lists once (rule MV-08)."""
        configuration = self.context.configuration
        lists = (configuration.items("StopTxnSampledData"), configuration.items("StopTxnAlignedData"))
        measurands = tuple(dict.fromkeys(lists[0] + lists[1]))
        if measurands and connector.transaction is not None:
            value = meter_value(self.context.clock.now(), measurands, context, connector.reading())
            self.queue.note(connector.transaction, value, MAX_TRANSACTION_DATA)

    def configured(self, key: str) -> None:
        """A configuration key has a new value."""
        if key == _SAMPLE_INTERVAL:
            for connector in self.connectors.values():
                self._arm_periodic(connector)
        elif key == "ClockAlignedDataInterval":
            self._arm_aligned()

    def clock_set(self) -> None:
        """The boundaries of the clock are at other moments now."""
        self._arm_aligned()

    # --- sampled ------------------------------------------------------------------------------------------------------

    def _disarm(self, connector: Connector) -> None:
        if connector.sample_timer is not None:
            connector.sample_timer.cancel()
            connector.sample_timer = None

    def _arm_periodic(self, connector: Connector) -> None:
        self._disarm(connector)
        interval = self.context.configuration.number(_SAMPLE_INTERVAL)
        if interval and connector.transaction is not None and self.context.supplied.on:
            connector.transaction.next_sample = self.context.clock.monotonic() + interval
            connector.sample_timer = self.context.clock.call_later(interval, partial(self._sample, connector))

    def _sample(self, connector: Connector) -> None:
        transaction = connector.transaction
        connector.sample_timer = None
        if transaction is None:
            return
        context = self.context
        clock, configuration = context.clock, context.configuration
        now = clock.now()
        with context.store.unit():
            self._report(connector, now, "MeterValuesSampledData", "Sample.Periodic")
            if measurands := configuration.items("StopTxnSampledData"):
                value = meter_value(now, measurands, "Sample.Periodic", connector.reading())
                self.queue.note(transaction, value, MAX_TRANSACTION_DATA)
            records.keep(context, connector)
        # Counted from when it was due, so that a timer that is late does not make all that follow late, too.
        monotonic = clock.monotonic()
        transaction.next_sample = max(transaction.next_sample + configuration.number(_SAMPLE_INTERVAL), monotonic)
        wait = transaction.next_sample - monotonic
        connector.sample_timer = clock.call_later(wait, partial(self._sample, connector))

    # --- clock-aligned ------------------------------------------------------------------------------------------------

    def _arm_aligned(self) -> None:
        self._cancel_aligned()
        interval = self.context.configuration.number("ClockAlignedDataInterval")
        if interval and self.context.supplied.on:
            # A timer of the event loop may fire a little early; that boundary must not be met twice.
            now = self.context.clock.now()
            boundary = next_boundary(now + timedelta(seconds=_EARLY), interval)
            wait = (boundary - now).total_seconds() + _EARLY
            self._aligned = self.context.clock.call_later(wait, partial(self._align, boundary))

    def _cancel_aligned(self) -> None:
        if self._aligned is not None:
            self._aligned.cancel()
            self._aligned = None

    def _align(self, boundary: datetime) -> None:
        measurands = self.context.configuration.items("StopTxnAlignedData")
        with self.context.store.unit():
            for connector in self.connectors.values():
                self._report(connector, boundary, "MeterValuesAlignedData", "Sample.Clock")
                if measurands and connector.transaction is not None:
                    value = meter_value(boundary, measurands, "Sample.Clock", connector.reading())
                    self.queue.note(connector.transaction, value, MAX_TRANSACTION_DATA)
                records.keep(self.context, connector)
        if self.context.facts.main_meter:
            listed = self.context.configuration.items("MeterValuesAlignedData")
            self._send(0, meter_value(boundary, listed, "Sample.Clock", self._main_meter()))
        self._arm_aligned()

    # --- both ---------------------------------------------------------------------------------------------------------

    def _report(self, connector: Connector, at: datetime, key: str, kind: str) -> None:
        context = self.context
        reading = connector.reading()
        value = meter_value(at, context.configuration.items(key), kind, reading)
        if context.events.heard:
            text = f"connector {connector.id}: {reading.register} Wh, {reading.power:.0f} W"
            context.events.publish("meter", text, connector.id, register=reading.register)
        if connector.transaction is not None:
            payload = {"connectorId": connector.id, "meterValue": [value]}
            self.queue.put(Queued("MeterValues", connector.transaction, payload))
        else:
            self._send(connector.id, value)

    def _send(self, connector: int, value: dict[str, Any]) -> None:
        """Values that belong to no transaction; they are not kept when offline."""
        self.context.registration.tell("MeterValues", {"connectorId": connector, "meterValue": [value]})

    def _main_meter(self) -> Reading:
        readings = [connector.reading() for connector in self.connectors.values()]
        return Reading(
            sum(one.register for one in readings),
            sum(one.power for one in readings),
            sum(one.offered for one in readings),
            self.context.facts.phases,
            None,
            self.context.facts.voltage,
        )

    def send_now(self, number: int | None) -> None:
        """The latest values of MeterValuesSampledData, because the CSMS asks for them (erratum 3.46, rule MV-09)."""
        now = self.context.clock.now()
        measurands = self.context.configuration.items("MeterValuesSampledData")
        if number == 0:
            self._triggered(0, meter_value(now, measurands, "Trigger", self._main_meter()), None)
        for connector in self.connectors.values():
            if number in (None, connector.id):
                value = meter_value(now, measurands, "Trigger", connector.reading())
                self._triggered(connector.id, value, connector.transaction)

    def _triggered(self, connector: int, value: dict[str, Any], transaction: Transaction | None) -> None:
        payload: dict[str, Any] = {"connectorId": connector, "meterValue": [value]}
        if transaction is not None and transaction.transactionId is not None:
            payload["transactionId"] = transaction.transactionId
        self.context.registration.tell("MeterValues", payload, triggered=True)
