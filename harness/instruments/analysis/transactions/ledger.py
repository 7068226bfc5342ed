"""The transactions of one station: which are open, which ended lately, and what is odd about them.

Bounded: so many open ones and so many that ended are kept, because a second stop may come; the others are handed out.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from statistics import median
from typing import Final

import msgspec

from harness.instruments.analysis.transactions.model import Transaction
from ocppj import times

MOST_OPEN: Final = 64
MOST_ENDED: Final = 16
MOST_STARTS: Final = 16
"""Starts by which a repetition is recognised."""
MOST_CONNECTORS: Final = 256
MOST_NUMBERS: Final = 256
"""Numbers of events that are missing, or that were seen last."""

AHEAD_S: Final = 60.0
"""A clock that is ahead of the log's by more than this is remarked; one that is behind may have had to wait."""
GAP_S: Final = 60.0
GAP_TIMES: Final = 3
"""A silence longer than a minute, and than three times the usual one, is a gap."""
_USUAL: Final = 32
_LEAST_USUAL: Final = 3
_ROUNDING_S: Final = 1.0
"""Clocks that are written in whole seconds may seem to go back by this."""
_LEAST_WH: Final = 1.0
"""A meter in whole Wh may seem to move by this."""


class _Open(msgspec.Struct):
    """A transaction, and what is needed to judge the next frame of it."""

    transaction: Transaction
    last_time: float | None = None
    last_meter: float | None = None
    usual: deque[float] = msgspec.field(default_factory=lambda: deque(maxlen=_USUAL))
    is_ahead: bool = False
    next_number: int | None = None
    missing: set[int] = set()
    seen: OrderedDict[int, int] = msgspec.field(default_factory=OrderedDict)
    stop: Hashable = None


class Ledger:
    """``done`` is given each transaction when nothing more is expected of it."""

    def __init__(self, station: str, done: Callable[[Transaction], None]) -> None:
        self._station = station
        self._done = done
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._ended: OrderedDict[str, _Open] = OrderedDict()
        self._starts: OrderedDict[Hashable, str] = OrderedDict()
        self._meters: dict[int, float] = {}
        self.now: float | None = None
        """The wall time of the log, seconds since 1970; None where it is not known."""

    def start(
        self,
        id: str,
        where: str,
        *,
        connector: int | None,
        tag: str | None,
        meter: float | None,
        time: str | None,
        start: Hashable = None,
    ) -> None:
        """A transaction began; ``start`` is by what a repetition of it is known."""
        known = self._open.get(id) or self._ended.get(id)
        if known is not None and (start is None or self._starts.get(start) == id):
            return  # told again
        earlier = None if start is None else self._starts.get(start)
        self._leave_connector(connector, where)
        one = self._open_one(id, where)
        made = one.transaction
        made.connector, made.tag, made.started, made.meter_start = connector, tag, time, meter
        if earlier is not None and earlier != id:
            made.remark("double-start", f"the same start was given the transaction {earlier} before", where)
        if start is not None:
            self._starts[start] = id
            if len(self._starts) > MOST_STARTS:
                self._starts.popitem(last=False)
        if connector is not None and meter is not None and connector in self._meters:
            self._compare(made, meter - self._meters[connector], where)
        self._at(one, time, where)
        one.last_meter = meter

    def sample(self, id: str, where: str, *, time: str | None, meter: float | None) -> None:
        """A reading of the meter; ``meter`` is None for one that says nothing of the energy."""
        if id in self._ended:
            self._ended[id].transaction.samples += 1  # told late, so its time is no sign of a clock
            return
        one = self._open.get(id) or self._unknown(id, where)
        one.transaction.samples += 1
        self._at(one, time, where)
        if meter is not None:
            self._read(one, meter, where)
            one.transaction.meter_stop = meter

    def stop(
        self, id: str, where: str, *, meter: float | None, time: str | None, reason: str | None, stop: Hashable
    ) -> None:
        """It ended; ``stop`` is by what a repetition of this is known."""
        ended = self._ended.get(id)
        if ended is not None:
            if ended.stop != stop:
                ended.transaction.remark("double-stop", "it was stopped before, in other words", where)
            return
        one = self._open.get(id) or self._unknown(id, where)
        made = one.transaction
        self._at(one, time, where)
        if meter is not None:
            self._read(one, meter, where)
            made.meter_stop = meter
        made.stopped, made.reason, one.stop = time, reason, stop
        if made.connector is not None and made.meter_stop is not None:
            if len(self._meters) >= MOST_CONNECTORS:
                self._meters.clear()
            self._meters[made.connector] = made.meter_stop
        del self._open[id]
        self._ended[id] = one
        if len(self._ended) > MOST_ENDED:
            self._hand_out(self._ended.popitem(last=False)[1])

    def number(self, id: str, number: int, where: str, event: int) -> None:
        """An event of a transaction has this number; ``event`` is by what a repetition of it is known."""
        one = self._open.get(id) or self._ended.get(id) or self._unknown(id, where)
        if number in one.seen:
            if one.seen[number] != event:
                one.transaction.remark("double-event", f"another event had the number {number} before", where)
            return
        one.seen[number] = event
        if len(one.seen) > MOST_NUMBERS:
            one.seen.popitem(last=False)
        one.missing.discard(number)
        if one.next_number is not None and number > one.next_number:
            one.missing.update(range(one.next_number, min(number, one.next_number + MOST_NUMBERS)))
        one.next_number = number + 1 if one.next_number is None else max(one.next_number, number + 1)

    def is_known(self, id: str) -> bool:
        """Whether a transaction with this id is open, or ended lately."""
        return id in self._open or id in self._ended

    def close(self) -> int:
        """Hand out all there is; gives how many were still open."""
        still_open = len(self._open)
        for one in (*self._ended.values(), *self._open.values()):
            self._hand_out(one)
        self._ended.clear()
        self._open.clear()
        return still_open

    def _open_one(self, id: str, where: str) -> _Open:
        one = self._open[id] = _Open(Transaction(self._station, id, where))
        if len(self._open) > MOST_OPEN:
            old = self._open.popitem(last=False)[1]
            old.transaction.remark("no-stop", f"it never ended, and {MOST_OPEN} others began", where)
            self._hand_out(old)
        return one

    def _unknown(self, id: str, where: str) -> _Open:
        one = self._open_one(id, where)
        one.transaction.remark("no-start", "its start is not in the log", where)
        return one

    def _leave_connector(self, connector: int | None, where: str) -> None:
        """What is open where another one begins was never stopped."""
        for id, one in list(self._open.items()):
            if connector is not None and one.transaction.connector == connector:
                one.transaction.remark("no-stop", "the next one began at its connector before it was stopped", where)
                del self._open[id]
                self._hand_out(one)

    def _hand_out(self, one: _Open) -> None:
        if one.missing:
            numbers = sorted(one.missing)
            told = ", ".join(map(str, numbers[:5])) + (" and more" if len(numbers) > 5 else "")
            one.transaction.remark("missing-event", f"no event had the number {told}", one.transaction.where)
        self._done(one.transaction)

    def _compare(self, made: Transaction, wh: float, where: str) -> None:
        if wh > _LEAST_WH:
            made.remark("meter-gap", f"the meter moved by {wh:g} Wh since the transaction before", where)
        elif wh < 0:
            made.remark("meter-back", f"the meter is {-wh:g} Wh below the end of the transaction before", where)

    def _read(self, one: _Open, meter: float, where: str) -> None:
        if one.last_meter is not None and meter < one.last_meter:
            one.transaction.remark("meter-back", f"the meter went back by {one.last_meter - meter:g} Wh", where)
        one.last_meter = meter

    def _at(self, one: _Open, time: str | None, where: str) -> None:
        """Judge the clock of the station by one of its times."""
        try:
            at = None if time is None else times.moment(time).timestamp()
        except ValueError:
            at = None
        if at is None:
            return
        made = one.transaction
        if self.now is not None and at - self.now > AHEAD_S:
            if not one.is_ahead:
                made.remark("clock-ahead", f"the station's clock is {at - self.now:.0f} s ahead of the log's", where)
            one.is_ahead = True
        if one.last_time is not None:
            passed = at - one.last_time
            if passed < -_ROUNDING_S:
                made.remark("clock-back", f"the station's clock went back by {-passed:g} s", where)
            elif passed > 0:
                made.longest_gap_s = max(made.longest_gap_s, passed)
                usual = median(one.usual) if len(one.usual) >= _LEAST_USUAL else None
                if usual is not None and passed > max(GAP_S, GAP_TIMES * usual):
                    made.remark("gap", f"nothing for {passed:g} s, usually something every {usual:g} s", where)
                one.usual.append(passed)
        one.last_time = at
