"""Faults of transactions, on-line and after an outage (OCPP 1.6 §3.7, §4.7, §4.8, §4.10)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Came, Fault, Message, Payload, Send
from simulator.faults.words import call, heard, override, put, said, says
from simulator.v16.core.configuration import Configuration
from simulator.v16.faults.words import flag_read_as, unsent
from simulator.v16.transactions.queue import Queued, TransactionQueue

_START, _STOP = "StartTransaction", "StopTransaction"


def faults() -> Iterator[Fault]:
    """The faults of these sections."""
    yield call("start-missing", "StartTransaction is not sent.", _START, unsent())
    yield call("start-wrong-tag", "StartTransaction names another card.", _START, said(put("idTag", "NOBODY")))
    yield call(
        "start-wrong-connector",
        "StartTransaction names the next connector.",
        _START,
        said(put("connectorId", lambda number: number + 1)),
    )
    yield call(
        "start-refusal-ignored",
        "A transaction the CSMS does not accept goes on.",
        _START,
        heard(put("idTagInfo.status", "Accepted")),
    )
    yield call("stop-missing", "StopTransaction is not sent.", _STOP, unsent())
    yield call("stop-reason-other", "Every StopTransaction has the reason Other.", _STOP, said(put("reason", "Other")))
    yield call(
        "stop-power-loss-as-local",
        "A transaction that ends by a loss of power is said to be stopped by a card.",
        _STOP,
        said(put("reason", "Local"), says("reason", "PowerLoss")),
    )
    yield call("stop-wrong-tag", "StopTransaction names another card.", _STOP, said(put("idTag", "NOBODY")))
    yield override(
        "ev-disconnect-always-stops",
        "StopTransactionOnEVSideDisconnect counts as true whatever it is.",
        Configuration,
        flag_read_as("StopTransactionOnEVSideDisconnect", True),
    )
    yield override(
        "invalid-id-always-stops",
        "StopTransactionOnInvalidId counts as true whatever it is.",
        Configuration,
        flag_read_as("StopTransactionOnInvalidId", True),
    )
    yield call(
        "meter-values-out-of-order", "Of two MeterValues the second is sent first.", "MeterValues", _second_first
    )
    yield override("meter-values-lost-offline", "MeterValues of an outage are lost.", TransactionQueue, _Loses)


async def _second_first(message: Message, send: Send) -> Came:
    held: Payload | None = message.memory.pop("held", None)
    if held is None:
        message.memory["held"] = message.payload
        return {}
    await send(message.payload)
    return await send(held)


class _Loses(TransactionQueue):
    __slots__ = ()

    def put(self, message: Queued) -> None:
        if message.action != "MeterValues" or self.context.registration.online:
            super().put(message)
