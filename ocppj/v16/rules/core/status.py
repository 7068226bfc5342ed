"""The status of connectors (OCPP 1.6 §4.9)."""

from collections.abc import Mapping
from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.facts import (
    MOST_CONNECTORS,
    Statuses,
    Transaction,
    Transactions,
    is_fresh,
    is_uncommon,
    newest,
    running,
    status_of,
)

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "STAT-01",
    "MUST",
    "S §4.9, E 3.19",
    "Each change of status is told, unless it lasts less than MinimumStatusDuration.",
    "station",
)
CHAPTER.rule(
    "STAT-02", "MUST", "S §4.9, E 3.20", "The status of a connector changes in the ways that the table has.", "station"
)
CHAPTER.rule(
    "STAT-03", "MUST", "S §4.9", "The station as a whole, connector 0, is Available, Unavailable or Faulted.", "station"
)
CHAPTER.rule("STAT-04", "MUST", "S §4.9", "Where both hold, SuspendedEVSE goes before SuspendedEV.", "station")
CHAPTER.rule("STAT-05", "MUST", "S §4.9, §5.2", "What was made Unavailable by a command is so after a boot.", "station")
CHAPTER.rule(
    "STAT-06",
    "MUST",
    "S §9.1.6, E 3.21, 3.77, 3.89",
    "Preparing ends when ConnectionTimeOut is over.",
    "station",
)
CHAPTER.rule(
    "STAT-07",
    "SHOULD",
    "S §4.9",
    "After an outage the station tells the status as it is now, and no history but errors.",
    "station",
)
CHAPTER.rule("STAT-08", "MUST", "S §4.9", "Every StatusNotification is answered, whatever connector it names.", "csms")
CHAPTER.rule(
    "STAT-09",
    "MUST",
    "S §4.9",
    "EVCommunicationError is told with Preparing, SuspendedEV, SuspendedEVSE or Finishing.",
    "station",
)

_OF_THE_STATION: Final = ("Available", "Unavailable", "Faulted")
_WITHOUT_WORDS: Final = ("Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing")
_LONGEST_KEPT_BACK: Final = 300
"""Seconds for which a station may keep a status back when its MinimumStatusDuration is not known."""

_NEXT: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(next.split())
    for name, next in {
        "Available": "Preparing Charging SuspendedEV SuspendedEVSE Reserved Unavailable Faulted",
        "Preparing": "Available Charging SuspendedEV SuspendedEVSE Finishing Faulted",
        "Charging": "Available SuspendedEV SuspendedEVSE Finishing Unavailable Faulted",
        "SuspendedEV": "Available Charging SuspendedEVSE Finishing Unavailable Faulted",
        "SuspendedEVSE": "Available Charging SuspendedEV Finishing Unavailable Faulted",
        "Finishing": "Available Preparing Unavailable Faulted",
        "Reserved": "Available Preparing Unavailable Faulted",
        "Unavailable": "Available Preparing Charging SuspendedEV SuspendedEVSE Faulted",
        "Faulted": "Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved Unavailable",
    }.items()
}
"""The statuses that may follow each one at a connector."""


class OutOfService(msgspec.Struct):
    """Connectors that were made Unavailable by a command, and said so; ``awaited``: they have booted since."""

    told: set[int] = set()
    confirmed: set[int] = set()
    awaited: set[int] = set()


@CHAPTER.judges("STAT-01", "call", actions=("MeterValues", "StopTransaction"), guard=is_uncommon)
def tells_that_it_is_used(seen: Seen, view: View) -> str | None:
    transaction = running(view, payload(seen).get("transactionId"))
    if transaction is None or not _is_overdue(transaction, seen, view):
        return None
    transaction.is_unseen = False  # it is told once
    return (
        f"transaction {transaction.id} runs, and the status of connector {transaction.connector} was not told since it"
        " was free"
    )


def _is_overdue(transaction: Transaction, seen: Seen, view: View) -> bool:
    """Whether the connector of a transaction ought to have told that it is in use, as it was online all the time."""
    if not transaction.is_unseen or transaction.line != view.number:
        return False
    members = payload(seen)
    last = members["timestamp"] if "meterStop" in members else members["meterValue"][-1]["timestamp"]
    if not is_fresh(last, seen.at, view) or not is_fresh(transaction.began, transaction.at, view):
        return False
    kept_back = view.memory.known.number("minimumstatusduration")
    patience = _LONGEST_KEPT_BACK if kept_back is None else max(kept_back, 10)
    if moment(last) - moment(transaction.began) <= patience + 10:
        return False
    return not _was_wrong_since(transaction.at, view)


def _was_wrong_since(at: int, view: View) -> bool:
    """Whether a StatusNotification since then had to be passed over, because it is not as its schema wants it."""
    return any(not call.valid and call.at >= at for call in newest(view, "StatusNotification"))


@CHAPTER.judges("STAT-02", "call", actions=("StatusNotification",))
def follows(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    connector, status = members["connectorId"], members["status"]
    before = status_of(view, connector)
    if before is None or before == status or connector == 0 or status in _NEXT[before]:
        return None
    # A status that is short-lived may have been kept back.
    if view.memory.known.number("minimumstatusduration") != 0 or _was_wrong_since(view.since or 0, view):
        return None
    return Remark(f"connector {connector} changed from {before} to {status}", path=("status",))


@CHAPTER.judges("STAT-03", "call", actions=("StatusNotification",))
def station_status(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    if members["connectorId"] != 0 or members["status"] in _OF_THE_STATION:
        return None
    return Remark(f"connector 0 is reported as {members['status']}", path=("status",))


@CHAPTER.judges("STAT-05", "call", actions=("StatusNotification",))
def stays_out_of_service(seen: Seen, view: View) -> Remark | None:
    known = view.memory.known.find(OutOfService)
    if known is None:
        return None
    members = payload(seen)
    connector, status = members["connectorId"], members["status"]
    if connector not in known.awaited or status in ("Unavailable", "Faulted"):
        return None
    text = f"connector {connector} is {status} after the boot; it was made Unavailable by a command"
    return Remark(text, path=("status",))


@CHAPTER.judges("STAT-09", "call", actions=("StatusNotification",))
def error_of_a_vehicle(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    if members["errorCode"] != "EVCommunicationError" or members["status"] in _WITHOUT_WORDS:
        return None
    return Remark(f"errorCode is EVCommunicationError, status {members['status']}", path=("errorCode",))


@CHAPTER.learns("call", "StatusNotification")
def is_so(seen: Seen, view: View) -> None:
    members, known = payload(seen), view.memory.known
    connector, status = members["connectorId"], members["status"]
    known.of(Statuses).enter(connector, status, view.number)
    transactions, out = known.find(Transactions), known.find(OutOfService)
    for transaction in () if transactions is None or connector == 0 else transactions.at(connector):
        transaction.is_unseen = False
    if out is None:
        return
    out.awaited.discard(connector)
    if status == "Unavailable" and connector in out.told:
        out.confirmed.add(connector)
    elif status != "Faulted":
        out.confirmed.discard(connector)  # somebody at the station may have put it into service


@CHAPTER.learns("call", "ChangeAvailability")
def is_to_change(seen: Seen, view: View) -> None:
    known = view.memory.known.find(OutOfService)
    if known is None:
        return
    connector = payload(seen)["connectorId"]
    for named in (known.told, known.confirmed, known.awaited):  # until the answer nobody knows
        named.difference_update({connector} if connector else set(named))


@CHAPTER.learns("result", "ChangeAvailability")
def is_out_of_service(seen: Seen, view: View) -> None:
    members, known = asked(seen), view.memory.known.of(OutOfService)
    connector = members["connectorId"]
    if members["type"] == "Inoperative" and payload(seen)["status"] == "Accepted" and 0 < connector <= MOST_CONNECTORS:
        known.told.add(connector)


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    known = view.memory.known
    known.of(Statuses).of = {}
    out = known.find(OutOfService)
    if out is not None:
        out.awaited, out.confirmed = set(out.confirmed), set()


@CHAPTER.learns("call", "UpdateFirmware", "SignedUpdateFirmware")
def is_renewed(seen: Seen, view: View) -> None:
    known = view.memory.known.find(OutOfService)
    if known is not None:
        known.told, known.confirmed, known.awaited = set(), set(), set()
