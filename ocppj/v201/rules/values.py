"""Values: dates, lengths, numbers and members, mostly read off the schemas (Part 2, messages and datatypes)."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ocppj.matchers import path_text
from ocppj.rules import signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.members import Members, Path, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import short
from ocppj.rules.writing import texts

if TYPE_CHECKING:
    from schemas import Kind, Violation

CHAPTER: Final = Chapter()

_TYPES: Final = "P2, primitive datatypes"

CHAPTER.rule(
    "VAL-00", "MUST", "P2, messages", "The payload of a CALL has the members its action asks for, of the right types."
)
CHAPTER.rule("VAL-01", "MUST", _TYPES, "A dateTime is written as RFC 3339 with its zone; UTC with Z is preferred.")
CHAPTER.rule("VAL-05", "MUST", _TYPES, "A string has at most as many characters as its type says.")
CHAPTER.rule(
    "VAL-08",
    "MUST",
    "P2, ChargingSchedulePeriodType",
    "Limits and rates in a charging schedule have at most one decimal.",
)
CHAPTER.rule("VAL-09", "MUST", _TYPES, "An integer fits into signed 32 bit.")
CHAPTER.rule(
    "VAL-10", "MUST", "P2, enumerations", "A value of an enumeration is one of those listed, letter by letter."
)
CHAPTER.rule(
    "VAL-14",
    "MUST",
    "P4 §4.1.2, chapter 9",
    "A payload has no members beyond those of the standard, but in customData.",
)
# Our own: JSON leaves open which of the two a receiver takes, and the standard knows each field once at most.
CHAPTER.rule("VAL-14a", "SHOULD", "P2, messages; RFC 8259 §4", "A member stands once in its object.")
CHAPTER.rule("VAL-19", "MUST", _TYPES, "A dateTime has at most three decimals of a second.")
CHAPTER.rule(
    "VAL-20",
    "MUST",
    _TYPES,
    "An identifierString has letters and digits of ASCII and the characters * - _ = : + | @ and the point.",
)
CHAPTER.rule("VAL-21", "MUST", _TYPES, "A decimal that is sent to a station has at most six decimals.", "csms")

_RULE_OF_KEYWORD: Final = {
    "format": "VAL-01",
    "pattern": "VAL-01",  # only dates have one
    "maxLength": "VAL-05",
    "multipleOf": "VAL-08",
    "enum": "VAL-10",
    "additionalProperties": "VAL-14",
}
CHAPTER.validates("VAL-00", "RPC-19", *_RULE_OF_KEYWORD.values())
_RANGE_OF_INTEGERS: Final = (f"at least {-(2**31)}", f"at most {2**31 - 1}")

_LONG_FRACTION: Final = re.compile(r"T\d\d:\d\d:\d\d\.\d{4}")
_FOREIGN_CHARACTER: Final = re.compile(r"[^A-Za-z0-9*\-_=:+|@.]")
_MOST_DECIMALS: Final = 6

DATES: Final = frozenset(
    {
        "cacheExpiryDateTime",
        "currentTime",
        "departureTime",
        "endDateTime",
        "expiryDateTime",
        "generatedAt",
        "installDateTime",
        "latestTimestamp",
        "oldestTimestamp",
        "retrieveDateTime",
        "scheduleStart",
        "startDateTime",
        "startSchedule",
        "timeBase",
        "timestamp",
        "validFrom",
        "validTo",
    }
)
"""The members of this type, by name: the schemas have no keyword for the decimals of a second."""
_CUSTOM: Final = "customData"

_IDENTIFIERS: Final[tuple[Path, ...]] = (
    ("idToken", "idToken"),
    ("groupIdToken", "idToken"),
    ("idTokenInfo", "groupIdToken", "idToken"),
    ("transactionInfo", "transactionId"),
    ("transactionId",),
)
"""Where messages have an identifierString that parties exchange."""

_WITH_IDENTIFIERS: Final = (
    "Authorize",
    "CostUpdated",
    "CustomerInformation",
    "GetTransactionStatus",
    "RequestStartTransaction",
    "RequestStopTransaction",
    "ReserveNow",
    "TransactionEvent",
)
_TO_THE_STATION: Final = ("CostUpdated", "SetVariableMonitoring")


def rule_of(violation: "Violation", kind: "Kind") -> str:
    """The id of the rule that a schema violation breaks."""
    id = _RULE_OF_KEYWORD.get(violation.keyword)
    if violation.keyword in ("minimum", "maximum") and violation.expected in _RANGE_OF_INTEGERS:
        id = "VAL-09"
    return id or ("VAL-00" if kind == "call" else "RPC-19")


@CHAPTER.judges("VAL-19", "call", "result", sign=signs.ODD_TIME)
def three_decimals(seen: Seen, view: View) -> Remark | None:
    for path, text in texts(seen.frame.payload):  # type: ignore[union-attr]
        if path[-1] in DATES and _CUSTOM not in path and _LONG_FRACTION.search(text):
            return Remark(f"{path_text(path)} = {short(text)} has more than three decimals of a second", path=path)
    return None


@CHAPTER.judges("VAL-20", "call", "result", actions=_WITH_IDENTIFIERS)
def characters_of_identifiers(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    for path in _IDENTIFIERS:
        text = _at(members, path)
        if isinstance(text, str) and (odd := _FOREIGN_CHARACTER.search(text)):
            letter = f"U+{ord(odd[0]):04X}"
            return Remark(f"{path_text(path)} has {letter}, which an identifierString may not have", path=path)
    return None


@CHAPTER.judges("VAL-21", "call", actions=_TO_THE_STATION)
@CHAPTER.judges("VAL-21", "result", actions=("TransactionEvent",))
def six_decimals(seen: Seen, view: View) -> Remark | None:
    for path, number in _decimals(payload(seen)):
        exponent = Decimal(repr(number)).as_tuple().exponent
        if isinstance(exponent, int) and -exponent > _MOST_DECIMALS:
            return Remark(f"{path_text(path)} = {number!r} has more than {_MOST_DECIMALS} decimals", path=path)
    return None


def _at(members: Any, path: Path) -> Any:
    for name in path:
        members = members.get(name) if isinstance(members, dict) else None
    return members


def _decimals(members: Members) -> Iterator[tuple[Path, float]]:
    if "totalCost" in members:
        yield ("totalCost",), members["totalCost"]
    for number, monitor in enumerate(members.get("setMonitoringData", ())):
        yield ("setMonitoringData", number, "value"), monitor["value"]
