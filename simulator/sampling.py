"""When meter values are taken and where they go (1.6 §3.16, §4.7; rules MV-01 to MV-08).

Sampled values run from the start of each transaction, clock-aligned ones along the wall clock for every connector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from simulator.clock import Timer
from simulator.connectors import Connector
from simulator.core import Core, Offline, Unanswered, Uplink
from simulator.metering import meter_value, seconds_to_boundary
from simulator.transactions import Message, Transaction, TransactionQueue

MAX_TRANSACTION_DATA = 500
_EARLY = 0.05


class Sampler:
    """Takes meter values and queues them."""

    def __init__(
        self, core: Core, uplink: Uplink, queue: TransactionQueue, connectors: Mapping[int, Connector]
    ) -> None:
        self._core = core
        self._uplink = uplink
        self._queue = queue
        self._connectors = connectors
        self._periodic: dict[int, Timer] = {}
        self._aligned: Timer | None = None
        core.configuration.listen(self._configured)

    def power_on(self) -> None:
        """Begin with the clock-aligned values."""
        self._arm_aligned()

    def power_off(self) -> None:
        """Take no more values."""
        for timer in self._periodic.values():
            timer.cancel()
        self._periodic.clear()
        self._cancel_aligned()

    def begin(self, connector: Connector) -> None:
        """A transaction has started: note its first values and take periodic ones from now on."""
        self._note_edge(connector, "Transaction.Begin")
        self._arm_periodic(connector)

    def end(self, connector: Connector) -> None:
        """The transaction is about to stop: note its last values."""
        if (timer := self._periodic.pop(connector.id, None)) is not None:
            timer.cancel()
        self._note_edge(connector, "Transaction.End")

    def _note_edge(self, connector: Connector, context: str) -> None:
        """Begin and End hold every measurand of the two StopTxn lists once (rule MV-08)."""
        configuration = self._core.configuration
        lists = (configuration.items("StopTxnSampledData"), configuration.items("StopTxnAlignedData"))
        measurands = tuple(dict.fromkeys(lists[0] + lists[1]))
        if measurands and connector.transaction is not None:
            self._note(connector, connector.transaction, measurands, context)

    def _note(self, connector: Connector, transaction: Transaction, measurands: tuple[str, ...], context: str) -> None:
        transaction.data.append(meter_value(self._core.clock.now(), measurands, context, connector.reading()))
        if len(transaction.data) > MAX_TRANSACTION_DATA:
            # Thin out what lies between the first and the newest value (1.6 §3.16, erratum 3.14).
            del transaction.data[1:-1:2]

    # --- sampled ------------------------------------------------------------------------------------------------------

    def _arm_periodic(self, connector: Connector) -> None:
        if (timer := self._periodic.pop(connector.id, None)) is not None:
            timer.cancel()
        interval = self._core.configuration.number("MeterValueSampleInterval")
        if interval and connector.transaction is not None:
            self._periodic[connector.id] = self._core.clock.call_later(interval, self._sampler(connector))

    def _sampler(self, connector: Connector) -> Callable[[], None]:
        def sample() -> None:
            transaction = connector.transaction
            if transaction is not None:
                configuration = self._core.configuration
                self._report(connector, transaction, "MeterValuesSampledData", "Sample.Periodic")
                if measurands := configuration.items("StopTxnSampledData"):
                    self._note(connector, transaction, measurands, "Sample.Periodic")
                self._arm_periodic(connector)

        return sample

    # --- clock-aligned ------------------------------------------------------------------------------------------------

    def _arm_aligned(self) -> None:
        self._cancel_aligned()
        interval = self._core.configuration.number("ClockAlignedDataInterval")
        if interval:
            # A timer of the event loop may fire a little early; that boundary must not be met twice.
            soon = self._core.clock.now() + timedelta(seconds=_EARLY)
            wait = seconds_to_boundary(soon, interval) + _EARLY
            self._aligned = self._core.clock.call_later(wait, self._align)

    def _cancel_aligned(self) -> None:
        if self._aligned is not None:
            self._aligned.cancel()
            self._aligned = None

    def _align(self) -> None:
        for connector in self._connectors.values():
            self._report(connector, connector.transaction, "MeterValuesAlignedData", "Sample.Clock")
            measurands = self._core.configuration.items("StopTxnAlignedData")
            if measurands and connector.transaction is not None:
                self._note(connector, connector.transaction, measurands, "Sample.Clock")
        self._arm_aligned()

    # --- both ---------------------------------------------------------------------------------------------------------

    def _report(self, connector: Connector, transaction: Transaction | None, key: str, context: str) -> None:
        measurands = self._core.configuration.items(key)
        value = meter_value(self._core.clock.now(), measurands, context, connector.reading())
        payload = {"connectorId": connector.id, "meterValue": [value]}
        text = f"connector {connector.id}: {connector.meter.register} Wh, {connector.power:.0f} W"
        self._core.events.publish("meter", text, connector.id, register=connector.meter.register)
        if transaction is not None:
            self._queue.put(Message("MeterValues", transaction, payload))
        elif self._uplink.online:
            self._core.tasks.spawn(self._send(payload))

    async def _send(self, payload: dict[str, Any]) -> None:
        try:
            await self._uplink.submit("MeterValues", payload)
        except Offline:
            pass  # belongs to no transaction, so it is not kept
        except Unanswered as error:
            self._core.events.publish("problem", str(error))

    def _configured(self, key: str) -> None:
        if key == "MeterValueSampleInterval":
            for connector in self._connectors.values():
                self._arm_periodic(connector)
        elif key == "ClockAlignedDataInterval":
            self._arm_aligned()
