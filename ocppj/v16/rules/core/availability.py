"""Availability, reset and unlocking (OCPP 1.6 §5.2, §5.14, §5.18)."""

from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.core.reasons import came_to_nothing, cause, deny, is_owed, owe
from ocppj.v16.rules.facts import Denied, Due, Transaction, Transactions, is_uncommon

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "AVL-01",
    "MUST",
    "S §5.2",
    "A change of availability is Scheduled while a transaction runs and Accepted otherwise, for all connectors if it"
    " names 0, and the statuses follow.",
    "station",
)
CHAPTER.rule("RST-01", "MUST", "S §5.14, E 3.36", "Transactions are stopped before a reset.", "station")
CHAPTER.rule(
    "RST-02",
    "MUST",
    "S §5.14, E 3.36, 3.82",
    "A soft reset ends transactions with SoftReset and then restarts; a hard one restarts at once, and the reason is"
    " HardReset.",
    "station",
)
CHAPTER.rule(
    "UNL-01",
    "MUST",
    "S §5.18",
    "A transaction is finished before its connector is unlocked, for the reason UnlockCommand.",
    "station",
)
CHAPTER.rule(
    "UNL-02",
    "MUST",
    "E 3.87",
    "Unlocking is NotSupported where there is no such connector or no lock, and UnlockFailed where it was tried.",
    "station",
)

_REASONS: Final = {"Hard": "HardReset", "Soft": "SoftReset"}


class Resets(msgspec.Struct):
    """The transactions that ran when a soft reset was agreed to, until the boot that follows."""

    running: tuple[Transaction, ...] = ()


# --- availability -----------------------------------------------------------------------------------------------------


@CHAPTER.judges("AVL-01", "call", actions=("MeterValues", "StopTransaction"), guard=is_uncommon)
def is_scheduled_while_it_runs(seen: Seen, view: View) -> str | None:
    return came_to_nothing("AVL-01", seen, view)


@CHAPTER.learns("result", "ChangeAvailability")
def is_changed(seen: Seen, view: View) -> None:
    members, known = asked(seen), view.memory.known.find(Transactions)
    if known is None or members["type"] != "Inoperative" or payload(seen)["status"] != "Accepted":
        return
    for transaction in known.at(members["connectorId"]):
        deny(transaction, Denied("AVL-01", "after ChangeAvailability had been Accepted, not Scheduled", seen.at))


# --- reset ------------------------------------------------------------------------------------------------------------


@CHAPTER.judges("RST-01", "call", actions=("MeterValues", "StopTransaction"), guard=is_uncommon)
def stops_before_it_restarts(seen: Seen, view: View) -> str | None:
    # That it is told after the boot says nothing: it may have had to wait.
    return came_to_nothing("RST-01", seen, view)


@CHAPTER.judges("RST-02", "call", actions=("StopTransaction",))
def reason_of_the_reset(seen: Seen, view: View) -> Remark | None:
    return is_owed("RST-02", seen, view)


@CHAPTER.learns("call", "Reset")
def is_to_reset(seen: Seen, view: View) -> None:
    known = view.memory.known.find(Transactions)
    for transaction in () if known is None else known.at(0):
        cause(transaction, _REASONS[payload(seen)["type"]])


@CHAPTER.learns("result", "Reset")
def is_reset(seen: Seen, view: View) -> None:
    kind, known = asked(seen)["type"], view.memory.known.find(Transactions)
    if payload(seen)["status"] != "Accepted" or known is None:
        return
    reason = _REASONS[kind]
    for transaction in known.at(0):
        owe(transaction, Due("RST-02", reason, f"a {kind.lower()} reset", seen.at))
    if kind == "Soft":
        view.memory.known.of(Resets).running = tuple(known.at(0))


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    resets = view.memory.known.find(Resets)
    if resets is None:
        return
    for transaction in resets.running:
        deny(transaction, Denied("RST-01", "after the boot that followed a soft reset", seen.at))
    resets.running = ()


# --- unlocking --------------------------------------------------------------------------------------------------------


@CHAPTER.judges("UNL-01", "call", actions=("StopTransaction",))
def reason_of_the_unlocking(seen: Seen, view: View) -> Remark | None:
    return is_owed("UNL-01", seen, view)


@CHAPTER.judges("UNL-02", "result", actions=("UnlockConnector",))
def no_such_connector(seen: Seen, view: View) -> Remark | None:
    connector, most = asked(seen)["connectorId"], view.memory.known.limit("numberofconnectors")
    status = payload(seen)["status"]
    if most is None or connector <= most or status == "NotSupported":
        return None
    text = f"status is {status} for connector {connector}, NumberOfConnectors is {most}"
    return Remark(text, path=("status",))


@CHAPTER.learns("call", "UnlockConnector")
def is_to_unlock(seen: Seen, view: View) -> None:
    known = view.memory.known.find(Transactions)
    connector = payload(seen)["connectorId"]
    for transaction in known.at(connector) if known is not None and connector > 0 else ():
        cause(transaction, "UnlockCommand")


@CHAPTER.learns("result", "UnlockConnector")
def is_unlocked(seen: Seen, view: View) -> None:
    known, connector = view.memory.known.find(Transactions), asked(seen)["connectorId"]
    if known is None or connector <= 0 or payload(seen)["status"] != "Unlocked":
        return
    for transaction in known.at(connector):
        owe(transaction, Due("UNL-01", "UnlockCommand", "UnlockConnector", seen.at))
