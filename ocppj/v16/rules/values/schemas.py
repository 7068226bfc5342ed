"""Values: dates, lengths, numbers and members, mostly read off the schemas (OCPP 1.6 §3.14, chapters 6 and 7)."""

from typing import TYPE_CHECKING, Final, Literal

from ocppj.rules.chapter import Chapter

if TYPE_CHECKING:
    from schemas import Violation

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "VAL-00", "MUST", "S ch. 6", "The payload of a CALL has the members its action asks for, of the right types."
)
CHAPTER.rule(
    "VAL-01", "MUST", "S §3.14, E 3.10", "A dateTime is written as RFC 3339 with its zone; UTC with Z is preferred."
)
CHAPTER.rule("VAL-05", "MUST", "S §7.15 to 7.19", "A CiString has at most as many characters as its type says.")
CHAPTER.rule("VAL-08", "MUST", "S §7.13, §7.14", "Limits and rates in a charging schedule have at most one decimal.")
CHAPTER.rule(
    "VAL-09",
    "MUST",
    "S ch. 6, JE 2.4, 2.5",
    "An integer is written without a fraction and fits into signed 32 bit.",
)
CHAPTER.rule(
    "VAL-10", "MUST", "S ch. 7, JE 2.1, 2.2", "A value of an enumeration is one of those listed, letter by letter."
)
CHAPTER.rule("VAL-11", "MUST", "S §7.43", "The value of a sampled value is a string, also when it is a number.")
CHAPTER.rule(
    "VAL-14", "MUST", "JE 3.2", "A payload has no members beyond those of the standard, also in inner objects."
)


_RULE_OF_KEYWORD: Final = {
    "format": "VAL-01",
    "pattern": "VAL-01",  # only dates have one
    "maxLength": "VAL-05",
    "multipleOf": "VAL-08",
    "minimum": "VAL-09",
    "maximum": "VAL-09",
    "enum": "VAL-10",
    "additionalProperties": "VAL-14",
}


def rule_of(violation: "Violation", kind: Literal["call", "result"]) -> str:
    """The id of the rule that a schema violation breaks."""
    id = _RULE_OF_KEYWORD.get(violation.keyword)
    if violation.keyword == "type":
        if violation.path[-1:] == ("value",) and "sampledValue" in violation.path:
            id = "VAL-11"
        elif violation.expected.startswith("an integer") and type(violation.actual) is float:
            id = "VAL-09"
    elif violation.keyword == "format" and "URI" in violation.expected:
        id = None
    return id or ("VAL-00" if kind == "call" else "RPC-19")
