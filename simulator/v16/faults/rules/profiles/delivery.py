"""Rules of what is told later, and of a message that is not taken, broken (OCPP 1.6 §3.7; TX-03, TX-06 to TX-08)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault
from simulator.faults.words import call, override, put, said, says
from simulator.kernel.errors import Unanswered
from simulator.v16.core.configuration import Configuration
from simulator.v16.faults.words import key_read_as
from simulator.v16.power import Power
from simulator.v16.transactions.queue import UNKNOWN_ID, Queued, TransactionQueue


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    yield override("outage-untold", "What happened offline is not told.", TransactionQueue, _LosesOutage)
    yield override("outage-told-backwards", "What happened last offline is told first.", TransactionQueue, _Backwards)
    yield override(
        "refused-message-skipped",
        "TransactionMessageAttempts counts as 1 whatever it is.",
        Configuration,
        key_read_as("TransactionMessageAttempts", lambda number: 1),
    )
    yield override(
        "refused-message-at-once",
        "TransactionMessageRetryInterval counts as 0 whatever it is.",
        Configuration,
        key_read_as("TransactionMessageRetryInterval", lambda seconds: 0),
    )
    yield override(
        "refused-message-last",
        "A message that was refused is sent again after all that wait.",
        TransactionQueue,
        _LetsPass,
    )
    yield call(
        "unknown-transaction-as-zero",
        "A transaction without an id is told as 0.",
        "StopTransaction",
        said(put("transactionId", 0), says("transactionId", UNKNOWN_ID)),
    )
    yield override(
        "queue-forgotten-at-boot", "A boot empties the queue of messages about transactions.", Power, _ForgetsQueue
    )


class _LosesOutage(TransactionQueue):
    __slots__ = ()

    def put(self, message: Queued) -> None:
        if self.context.registration.online:
            super().put(message)


class _Backwards(TransactionQueue):
    __slots__ = ()

    def hurry(self) -> None:
        if not self._delivering:
            self._mine().reverse()
        super().hurry()


class _LetsPass(TransactionQueue):
    __slots__ = ()

    def _failed(self, message: Queued, error: Unanswered) -> None:
        super()._failed(message, error)
        if self._messages and self._messages[0] is message:
            self._mine().rotate(-1)


class _ForgetsQueue(Power):
    __slots__ = ()

    def switch_on(self) -> None:
        while self.queue:
            self.queue._remove(self.queue._messages[0])
        super().switch_on()
