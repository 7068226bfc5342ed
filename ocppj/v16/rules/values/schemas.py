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
    "VAL-01",
    "MUST",
    "S §3.14, §3.15, E 3.10",
    "A dateTime is written as RFC 3339 with its zone; UTC with Z is preferred.",
)
CHAPTER.rule("VAL-02", "MUST", "S §3.15", "Fractions of a second and offsets are taken by whoever gets them.")
CHAPTER.rule("VAL-03", "INFO", "PICS", "Whether timestamps have fractions of a second is to be known.")
CHAPTER.rule(
    "VAL-05", "MUST", "S §7.15 to 7.19, E 3.58 to 3.62", "A CiString has at most as many characters as its type says."
)
CHAPTER.rule(
    "VAL-07", "MUST", "S §3.9, E 3.74", "An idTag is a CiString20; nobody expects it to be a number or hexadecimal."
)
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
CHAPTER.rule("VAL-13", "SHOULD", "S §4.10, JE 2.6", "A StopTransaction without a reason is right and means Local.")
CHAPTER.rule(
    "VAL-14", "MUST", "JE 3.2", "A payload has no members beyond those of the standard, also in inner objects."
)
CHAPTER.rule(
    "VAL-15", "MUST", "JE 2.1 to 2.6", "Messages are judged by the schemas with the corrections of the errata."
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
CHAPTER.validates("VAL-00", "VAL-11", "RPC-19", *_RULE_OF_KEYWORD.values())


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
