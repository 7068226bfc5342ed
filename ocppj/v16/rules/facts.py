"""What several chapters have to know of one station of OCPP 1.6: its transactions, its statuses, and how times compare.

Every fact is bounded, and none is made before a message tells it: a process may have thousands of stations. What a
check cannot be sure of is absent. That is why a status counts on the connection on which it was told only, and why a
time of a station is compared with the clock here only where the two are further apart than clocks may be.
"""

import sys
from collections.abc import Iterator
from typing import Final

import msgspec

from ocppj.rules.members import Members, moment
from ocppj.rules.memory import Exchange
from ocppj.rules.seen import Seen, View

MOST_TRANSACTIONS: Final = 32
"""Transactions that are followed of one station, and as many that have ended."""
MOST_CONNECTORS: Final = 64

TELL_TRANSACTIONS: Final = ("MeterValues", "StartTransaction", "StopTransaction")
"""The messages that wait for a connection, and are repeated when they fail (S §3.7)."""


Reading = tuple[float, float, str]
"""A value in Wh, how exact it is, and when it was read."""


class Due(msgspec.Struct, frozen=True):
    """A reason that a StopTransaction is due to have: what was agreed to at ``at``, and the ``rule`` that says so."""

    rule: str
    reason: str
    after: str
    at: int


class Denied(msgspec.Struct, frozen=True):
    """An answer at ``at`` that is wrong when the transaction still ran then; ``text`` says what it was."""

    rule: str
    text: str
    at: int


class Transaction(msgspec.Struct):
    """A transaction from its StartTransaction on.

    ``began`` is its timestamp, ``at`` when the first CALL that told it passed, and ``line`` on which connection
    (``View.number``). ``id`` was told at ``told_at``. ``causes`` are the reasons to stop that could be seen so far.
    ``register`` is the last value in Wh, how exact it is, and when it was read. ``unlabelled`` is a sample of its
    connector that names no transaction: its time and the frame. ``is_unseen``: its connector was told to be free, and
    nothing else since.
    """

    connector: int
    tag: str
    meter: int
    began: str
    mark: int
    at: int
    line: int
    register: Reading
    id: int | None = None
    told_at: int = 0
    is_refused: bool = False
    is_metered: bool = False
    is_unseen: bool = False
    failures: int = 0
    causes: tuple[str, ...] = ()
    due: tuple[Due, ...] = ()
    denied: tuple[Denied, ...] = ()
    unlabelled: tuple[str, int | None] | None = None


class Ended(msgspec.Struct, frozen=True):
    """A transaction that was stopped: when, by its own clock and by ours."""

    timestamp: str
    at: int


class Transactions(msgspec.Struct):
    """Those of one station. ``starts`` has by their ``mark`` the ones that run or wait for an id, ``running`` by id the
    ones that have one; ``is_forgetful``: some had to be forgotten. ``marked`` is the last one whose mark was asked for.
    """

    starts: dict[int, Transaction] = {}
    running: dict[int, Transaction] = {}
    ended: dict[int, Ended] = {}
    is_forgetful: bool = False
    marked: tuple[Members | None, int] = (None, 0)

    def mark_of(self, start: Members) -> int:
        """``mark_of`` a StartTransaction; several rules ask it of the same one."""
        if self.marked[0] is not start:
            self.marked = (start, mark_of(start))
        return self.marked[1]

    def at(self, connector: int) -> Iterator[Transaction]:
        """The transactions of a connector, or of all of them (0)."""
        return (one for one in self.starts.values() if connector in (0, one.connector))

    def forget(self, transaction: Transaction) -> None:
        """Nothing is said of a transaction any more."""
        self.starts.pop(transaction.mark, None)
        if transaction.id is not None and self.running.get(transaction.id) is transaction:
            del self.running[transaction.id]


class Statuses(msgspec.Struct):
    """What the connectors were told to be, on the connection ``line``."""

    line: int = 0
    of: dict[int, str] = {}

    def enter(self, connector: int, status: str, line: int) -> None:
        """A connector was told to be so."""
        if line != self.line:
            self.line, self.of = line, {}
        if connector in self.of or len(self.of) < MOST_CONNECTORS:
            self.of[connector] = sys.intern(status)  # the same nine texts at all stations


def running(view: View, id: int | None) -> Transaction | None:
    """The transaction that runs under this id."""
    known = view.memory.known.find(Transactions)
    return None if known is None or id is None else known.running.get(id)


def status_of(view: View, connector: int) -> str | None:
    """The last status of a connector, if it was told on this connection."""
    known = view.memory.known.find(Statuses)
    return known.of.get(connector) if known is not None and known.line == view.number else None


def is_uncommon(seen: Seen, view: View) -> bool:
    """Whether a message that names a transaction calls for a closer look; nearly none does.

    The transaction is not known to run at that connector, or there is something open about it.
    """
    members, known = seen.frame.payload, view.memory.known.find(Transactions)  # type: ignore[union-attr]
    id = members.get("transactionId")
    if id is None:
        return False
    transaction = None if known is None else known.running.get(id)
    if transaction is None or transaction.is_unseen or transaction.denied:
        return True
    return bool(members.get("connectorId", transaction.connector) != transaction.connector)


def mark_of(start: Members) -> int:
    """By what one StartTransaction of a station is told from another; letter case makes no other tag."""
    return hash((start["connectorId"], start["idTag"].casefold(), start["meterStart"], start["timestamp"]))


def is_after(timestamp: str, at: int, view: View) -> bool:
    """Whether a time of the station is surely after a moment here."""
    return view.wall is not None and moment(timestamp) > view.wall.now(at) + view.wall.deviation


def is_before(timestamp: str, at: int, view: View) -> bool:
    """Whether a time of the station is surely before a moment here."""
    return view.wall is not None and moment(timestamp) < view.wall.now(at) - view.wall.deviation


def is_fresh(timestamp: str, at: int, view: View) -> bool:
    """Whether a message passed when its time says, so that it had not waited."""
    wall = view.wall
    return wall is not None and abs(moment(timestamp) - wall.now(at)) <= wall.deviation


def was_online(timestamp: str, seen: Seen, view: View) -> bool:
    """Whether the station was surely connected at this time of its own, and told of it at once."""
    return view.since is not None and is_fresh(timestamp, seen.at, view) and is_after(timestamp, view.since, view)


def is_later(one: str, other: str) -> bool:
    """Whether one time of a station is not before another; the same time is."""
    if len(one) == len(other) and one.endswith("Z") and other.endswith("Z"):
        return one >= other
    return moment(one) >= moment(other)


def newest(view: View, action: str) -> Iterator[Exchange]:
    """The CALLs of the station with this action that are remembered, the last one first; right ones and wrong ones."""
    return (call for call in view.memory.of("station").newest_first() if call.action == action)
