"""Why a transaction ends: the reason of a StopTransaction fits what came before (OCPP 1.6 §4.10, §7.36)."""

from typing import Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.facts import Denied, Due, Transaction, Transactions, is_after, is_before, running

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "TX-12", "MUST", "S §4.10, §7.36", "The reason of a StopTransaction is why the transaction ended.", "station"
)
CHAPTER.rule(
    "TX-13",
    "MUST",
    "S §4.10",
    "Where StopTransactionOnEVSideDisconnect is false, a cable that is pulled out neither ends a transaction nor is"
    " unlocked.",
    "station",
)

_OF_COMMANDS: Final = ("HardReset", "Remote", "SoftReset", "UnlockCommand")
"""Reasons that a CALL of the CSMS is the cause of."""
_ORDINARY: Final = (None, "Local", "Other")
"""Reasons that something else is not the cause of: the tag was shown, or nothing is said of why."""
_OF_A_RESTART: Final = ("PowerLoss", "Reboot")
_OF_THE_LIST: Final = "list"


def judged(members: dict[str, object], view: View) -> Transaction | None:
    """The transaction that a StopTransaction ends, if it was told for the first time and has an id."""
    id = members["transactionId"]
    return running(view, id) if isinstance(id, int) else None


@CHAPTER.judges("TX-12", "call", actions=("StopTransaction",))
def reason_fits(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    transaction, reason = judged(members, view), members.get("reason")
    if transaction is None:
        return None
    if reason in _OF_COMMANDS and reason not in transaction.causes:
        return Remark(f"reason is {reason}, which nobody asked for", path=("reason",))
    # A station may also stop when its list changes what is said of the tag.
    if reason == "DeAuthorized" and not transaction.is_refused and _OF_THE_LIST not in transaction.causes:
        return Remark("reason is DeAuthorized, and the start was Accepted", path=("reason",))
    return None


@CHAPTER.judges("TX-13", "call", actions=("StopTransaction",))
def disconnect_ends_nothing(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    if members.get("reason") != "EVDisconnected" or judged(members, view) is None:
        return None
    if view.memory.known.switch("stoptransactiononevsidedisconnect") is not False:
        return None
    return Remark("reason is EVDisconnected, and StopTransactionOnEVSideDisconnect is false", path=("reason",))


def is_owed(rule: str, seen: Seen, view: View) -> Remark | None:
    """What is wrong with a reason that ``rule`` says the transaction was due to end with."""
    members = payload(seen)
    transaction, reason = judged(members, view), members.get("reason")
    if transaction is None or not transaction.due or reason in [due.reason for due in transaction.due]:
        return None
    first = transaction.due[0]
    wrong = (*_ORDINARY, *_OF_A_RESTART) if rule == "RST-02" else _ORDINARY
    if first.rule != rule or reason not in wrong:
        return None
    if is_before(str(members["timestamp"]), first.at, view):
        return None  # it had ended before
    told = "no reason is given, which means Local" if reason is None else f"reason is {reason}"
    return Remark(f"{told}; after {first.after} it is {first.reason}", path=() if reason is None else ("reason",))


def came_to_nothing(rule: str, seen: Seen, view: View) -> str | None:
    """The sentence for an answer that had said, against ``rule``, that the transaction of this message did not run."""
    members = payload(seen)
    transaction = running(view, members.get("transactionId"))
    if transaction is None or not transaction.denied:
        return None
    latest = members["timestamp"] if "meterStop" in members else members["meterValue"][-1]["timestamp"]
    denied = next((one for one in transaction.denied if one.rule == rule), None)
    if denied is None or not is_after(latest, denied.at, view):
        return None
    return f"transaction {transaction.id} ran on {denied.text}"


# --- what others learn of it ------------------------------------------------------------------------------------------


def cause(transaction: Transaction, reason: str) -> None:
    """A message that may end the transaction with this reason was sent."""
    if reason not in transaction.causes:
        transaction.causes = (*transaction.causes, reason)


def owe(transaction: Transaction, due: Due) -> None:
    """It was agreed that the transaction ends, for this reason; the first word counts, and the others are heard."""
    if due.reason not in [one.reason for one in transaction.due]:
        transaction.due = (*transaction.due, due)


def deny(transaction: Transaction, denied: Denied) -> None:
    """An answer said that the transaction did not run; the last one of each rule counts."""
    others = tuple(one for one in transaction.denied if one.rule != denied.rule)
    transaction.denied = (*others, denied)


@CHAPTER.learns("call", "SendLocalList")
def list_changes(seen: Seen, view: View) -> None:
    known = view.memory.known.find(Transactions)
    for transaction in () if known is None else known.at(0):
        cause(transaction, _OF_THE_LIST)


@CHAPTER.learns("call", "RemoteStopTransaction")
def asked_to_stop(seen: Seen, view: View) -> None:
    transaction = running(view, payload(seen)["transactionId"])
    if transaction is not None:
        cause(transaction, "Remote")


@CHAPTER.learns("result", "RemoteStopTransaction")
def agreed_to_stop(seen: Seen, view: View) -> None:
    transaction = running(view, asked(seen)["transactionId"])
    if transaction is not None and payload(seen)["status"] == "Accepted":
        owe(transaction, Due("RMT-02", "Remote", "a RemoteStopTransaction", seen.at))
