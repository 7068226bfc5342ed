"""Transactions: their messages in order, their ids and their register (OCPP 1.6 §3.7, §4.7, §4.8, §4.10)."""

from typing import Any, Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.known import Known, remember
from ocppj.rules.members import Members, asked, moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.facts import (
    MOST_TRANSACTIONS,
    TELL_TRANSACTIONS,
    Ended,
    Transaction,
    Transactions,
    is_later,
    is_uncommon,
    mark_of,
    newest,
    running,
    status_of,
)

CHAPTER: Final = Chapter()

CHAPTER.rule("VAL-17", "SHOULD", "E 3.54", "A transactionId is positive, and no other transaction has it.", "csms")
CHAPTER.rule(
    "TX-01",
    "MUST",
    "S §4.8",
    "StartTransaction is answered with a transactionId and a status, and the tag is checked even if the station"
    " let it in.",
    "csms",
)
CHAPTER.rule(
    "TX-02",
    "MUST",
    "S §4.7, §4.8, §4.10",
    "StartTransaction, StopTransaction and MeterValues are answered, however odd their values are.",
    "csms",
)
CHAPTER.rule(
    "TX-03",
    "MUST",
    "S §3.7",
    "Messages about transactions wait for the connection, and are sent in their order before newer ones.",
    "station",
)
CHAPTER.rule("TX-04", "INFO", "S §3.7", "Other messages may overtake those about transactions.", "station")
CHAPTER.rule("TX-05", "MUST", "S §3.7", "Messages that come late count by their own timestamps.", "csms")
CHAPTER.rule(
    "TX-06",
    "SHOULD",
    "S §3.7.1",
    "A message about a transaction that failed is repeated up to TransactionMessageAttempts, each time after a pause"
    " that is longer by TransactionMessageRetryInterval.",
    "station",
)
CHAPTER.rule(
    "TX-07",
    "MUST",
    "S §3.7.1",
    "A message about a transaction is skipped only when its attempts are used up.",
    "station",
)
CHAPTER.rule(
    "TX-08",
    "MUST",
    "E 3.18",
    "A transaction whose transactionId never arrived is spoken of as -1.",
    "station",
)
CHAPTER.rule("TX-09", "MUST", "E 3.18", "Messages with the transactionId -1 are answered like any other.", "csms")
CHAPTER.rule(
    "TX-10",
    "SHOULD",
    "S §3.5.4, E 3.17",
    "A start that is not Accepted is stopped with DeAuthorized if StopTransactionOnInvalidId says so, and otherwise"
    " gets no energy.",
    "station",
)
CHAPTER.rule(
    "TX-11",
    "SHOULD",
    "E 3.5",
    "The cable stays locked until its tag, or one with the same parent, is shown.",
    "station",
)
CHAPTER.rule(
    "TX-14",
    "MUST",
    "S §7.31, E 3.78",
    "A register does not fall, and meterStop is not below meterStart.",
    "station",
)
CHAPTER.rule(
    "TX-15",
    "SHOULD",
    "E 3.9, 3.78",
    "meterStart is read from the register of the meter, which no transaction sets back.",
    "station",
)
CHAPTER.rule(
    "TX-17", "INFO", "T §1.2", "The status of a connector and the message about its transaction may swap places."
)
CHAPTER.rule(
    "TX-18",
    "MUST",
    "practice, S §3.7.1",
    "A start or stop that is told again is answered again, and is not counted twice.",
    "csms",
)

_MOST_REGISTERS: Final = 64
_TOLERANCE: Final = 1_000_000_000
"""How much shorter than agreed, in nanoseconds, a pause may look."""


class Registers(msgspec.Struct):
    """The meterStop of the last transaction of each connector."""

    of: dict[int, int] = {}


class Failed(msgspec.Struct):
    """The last message about a transaction that was answered with a CALLERROR: how often, when, and on which line."""

    payload: Any = None
    count: int = 0
    at: int = 0
    line: int = 0


# --- ids --------------------------------------------------------------------------------------------------------------


@CHAPTER.judges("VAL-17", "result", actions=("StartTransaction",))
def transaction_has_its_id(seen: Seen, view: View) -> Remark | None:
    id = payload(seen)["transactionId"]
    if id <= 0:
        return Remark(f"transactionId is {id}", path=("transactionId",))
    first = view.memory.known.given.start_of(id)
    if first is None:
        return None
    start = _start(seen, view)
    if first == start:  # the same start told again is answered with the same id (S §3.7.1)
        return None
    other = "another start of this station" if first[0] is start[0] else "a start of another station"
    return Remark(f"transactionId {id} was given to {other}", path=("transactionId",))


@CHAPTER.judges("TX-18", "result", actions=("StartTransaction",))
def counted_once(seen: Seen, view: View) -> Remark | None:
    known = view.memory.known.find(Transactions)
    told = None if known is None else known.starts.get(known.mark_of(asked(seen)))
    if told is None or told.id is None or told.id == payload(seen)["transactionId"]:
        return None
    return Remark(f"the same start was given the transactionId {told.id} before", path=("transactionId",))


@CHAPTER.judges("TX-08", "call", actions=("MeterValues", "StopTransaction"), guard=is_uncommon)
def no_id_is_made_up(seen: Seen, view: View) -> Remark | None:
    known, members = view.memory.known.find(Transactions), payload(seen)
    id = members.get("transactionId")
    if known is None or id is None or id in known.running or id == -1:
        return None
    if id in known.ended or known.is_forgetful or view.memory.known.given.start_of(id) is not None:
        return None
    start = _only_start(known, members, view)
    if start is None or start.id is not None or _was_answered(start, view):
        return None
    # What was sampled or stopped before that start may belong to one that nobody saw.
    first = members["timestamp"] if "meterStop" in members else members["meterValue"][0]["timestamp"]
    if not is_later(first, start.began):
        return None
    text = f"transactionId is {id}; the StartTransaction of connector {start.connector} was never given one"
    return Remark(text, path=("transactionId",))


def _only_start(known: Transactions, members: Members, view: View) -> Transaction | None:
    """The one transaction that a message with an unknown id can be about."""
    if "connectorId" in members:
        return next(known.at(members["connectorId"]), None) if members["connectorId"] else None
    return next(iter(known.starts.values()), None) if view.memory.known.number("numberofconnectors") == 1 else None


def _was_answered(start: Transaction, view: View) -> bool:
    """Whether a start was answered by what could not be read, in which the station may have found an id."""
    calls = [call for call in newest(view, "StartTransaction") if call.valid and mark_of(call.payload) == start.mark]
    return sum(call.answered_at is not None for call in calls) > start.failures or not calls


# --- order ------------------------------------------------------------------------------------------------------------


@CHAPTER.judges("TX-03", "call", actions=("MeterValues",), guard=is_uncommon)
def in_their_order(seen: Seen, view: View) -> Remark | None:
    known, members = view.memory.known.find(Transactions), payload(seen)
    ended = None if known is None else known.ended.get(members.get("transactionId", 0))
    if ended is None:
        return None
    latest = max(moment(value["timestamp"]) for value in members["meterValue"])
    # A reading of the last moment may stand on either side; one that failed is repeated later.
    if latest >= moment(ended.timestamp) - 1 or _was_sent(members, view):
        return None
    text = f"values of transaction {members['transactionId']} come after its StopTransaction, and are older"
    return Remark(text, path=("meterValue",))


def _was_sent(members: Members, view: View) -> bool:
    return any(call.payload == members for call in newest(view, "MeterValues"))


def _has_failed(seen: Seen, view: View) -> bool:
    failed = view.memory.known.find(Failed)
    return failed is not None and failed.count > 0 and failed.line == view.number


@CHAPTER.judges("TX-06", "call", actions=TELL_TRANSACTIONS, guard=_has_failed)
def repeated_in_time(seen: Seen, view: View) -> str | None:
    known = view.memory.known
    failed = known.of(Failed)
    if failed.payload != payload(seen):
        return None
    most, pause = known.limit("transactionmessageattempts"), known.limit("transactionmessageretryinterval")
    if most is not None and failed.count >= most:
        return f"the message is sent for the {failed.count + 1}. time; TransactionMessageAttempts is {most}"
    waited = seen.at - failed.at
    if pause is None or waited >= failed.count * pause * 1_000_000_000 - _TOLERANCE:
        return None
    return f"repetition {failed.count} comes after {waited / 1e9:.0f} s; TransactionMessageRetryInterval is {pause} s"


@CHAPTER.learns("error", *TELL_TRANSACTIONS)
def failed(seen: Seen, view: View) -> None:
    known, members = view.memory.known.of(Failed), asked(seen)
    known.count = known.count + 1 if known.payload == members else 1
    known.payload, known.at, known.line = members, seen.at, view.number


@CHAPTER.learns("result", *TELL_TRANSACTIONS)
def delivered(seen: Seen, view: View) -> None:
    known = view.memory.known.find(Failed)
    if known is not None:
        known.payload, known.count = None, 0


# --- registers --------------------------------------------------------------------------------------------------------


@CHAPTER.judges("TX-14", "call", actions=("StopTransaction",))
def stops_above_its_start(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    transaction, stop = running(view, members["transactionId"]), members["meterStop"]
    if transaction is None:
        return None
    if stop < transaction.meter:
        return Remark(f"meterStop is {stop}, meterStart was {transaction.meter}", path=("meterStop",))
    value, exact, read = transaction.register
    if stop < value - exact - 1 and is_later(members["timestamp"], read):
        return Remark(f"meterStop is {stop}, the register was at {value:g} Wh before", path=("meterStop",))
    return None


@CHAPTER.judges("TX-15", "call", actions=("StartTransaction",))
def goes_on_counting(seen: Seen, view: View) -> Remark | None:
    known, members = view.memory.known.find(Registers), payload(seen)
    before = None if known is None else known.of.get(members["connectorId"])
    if before is None or members["meterStart"] >= before:
        return None
    transactions = view.memory.known.find(Transactions)
    if transactions is not None and transactions.mark_of(members) in transactions.starts:  # it has been judged
        return None
    text = f"meterStart is {members['meterStart']}, the transaction before ended at {before}"
    return Remark(text, path=("meterStart",))


# --- what is learned --------------------------------------------------------------------------------------------------


@CHAPTER.learns("call", "StartTransaction")
def begins(seen: Seen, view: View) -> None:
    known, members = view.memory.known.of(Transactions), payload(seen)
    mark, connector = known.mark_of(members), members["connectorId"]
    if mark in known.starts:
        return
    for other in [one for one in known.starts.values() if one.connector == connector]:
        known.forget(other)  # its StopTransaction was lost, or nobody showed it
    meter, began = members["meterStart"], members["timestamp"]
    transaction = Transaction(
        connector,
        members["idTag"].casefold(),
        meter,
        began,
        mark,
        seen.at,
        view.number,
        (float(meter), 1.0, began),
        is_unseen=status_of(view, connector) in ("Available", "Reserved"),
    )
    oldest = next(iter(known.starts.values()), None)
    if remember(known.starts, mark, transaction, MOST_TRANSACTIONS):
        assert oldest is not None
        known.forget(oldest)
        known.is_forgetful = True


@CHAPTER.learns("result", "StartTransaction")
def begun(seen: Seen, view: View) -> None:
    id, known = payload(seen)["transactionId"], view.memory.known.of(Transactions)
    start = _start(seen, view)
    view.memory.known.given.add(id, start)
    transaction = known.starts.get(start[1])
    if transaction is None or id <= 0:
        return
    other = known.running.get(id)
    if other is not None and other is not transaction:  # which of them is meant, nobody can tell
        known.forget(other)
        known.forget(transaction)
        return
    transaction.is_refused |= payload(seen)["idTagInfo"]["status"] != "Accepted"
    if transaction.id is None:
        transaction.id, transaction.told_at = id, seen.at
        known.running[id] = transaction
        known.ended.pop(id, None)


@CHAPTER.learns("error", "StartTransaction")
def begin_failed(seen: Seen, view: View) -> None:
    transaction = view.memory.known.of(Transactions).starts.get(mark_of(asked(seen)))
    if transaction is not None:
        transaction.failures += 1


@CHAPTER.learns("call", "StopTransaction")
def ends(seen: Seen, view: View) -> None:
    known, members = view.memory.known.of(Transactions), payload(seen)
    id = members["transactionId"]
    if id <= 0:
        for start in [one for one in known.starts.values() if one.id is None]:
            known.forget(start)  # it is one of them
        return
    if id in known.ended:
        return
    known.is_forgetful |= remember(known.ended, id, Ended(members["timestamp"], seen.at), MOST_TRANSACTIONS)
    transaction = known.running.get(id)
    if transaction is None:
        return
    known.forget(transaction)
    registers = view.memory.known.of(Registers).of
    if transaction.connector in registers or len(registers) < _MOST_REGISTERS:
        registers[transaction.connector] = members["meterStop"]


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    registers = view.memory.known.find(Registers)
    if registers is not None:
        registers.of = {}  # somebody may have changed the meter


def _start(seen: Seen, view: View) -> tuple[Known, int]:
    """The station, and by what one of its starts is told from another."""
    known = view.memory.known
    return known, known.of(Transactions).mark_of(asked(seen))
