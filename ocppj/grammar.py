"""Whether a text is JSON at all, whatever a parser can make of it (RFC 8259).

Parsers refuse more than the grammar does: a lone surrogate that is escaped, a number beyond their range, more depth
than they have a stack for (RFC 8259 §9 lets them). Whoever is to be blamed for a text is judged by the grammar.
"""

import re
from typing import Final

_SPACE: Final = r"[ \t\n\r]*+"
_STRING: Final = r'"(?:[^"\\\x00-\x1f\ud800-\udfff]++|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+"'
_NUMBER: Final = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_NAME: Final = rf"{_SPACE}{_STRING}{_SPACE}:"
_VALUE: Final = re.compile(
    rf"{_SPACE}(?:{_STRING}|{_NUMBER}|true|false|null|\[{_SPACE}\]|\{{{_SPACE}\}}"
    rf"|(?P<arrays>(?:\[{_SPACE}(?!\]))++)|(?P<object>\{{{_NAME}))"
)
"""A whole value, or how one begins in which another comes next."""

_AFTER: Final = {
    "": re.compile(rf"{_SPACE}\Z"),
    "]": re.compile(rf"{_SPACE}(?:,|(?P<end>\]))"),
    "}": re.compile(rf"{_SPACE}(?:,{_NAME}|(?P<end>\}}))"),
}
"""What may come after a value, by what ends that which it stands in."""

MOST_LOOKED_AT: Final = 20_000
"""Values of a text, and their ends, that are looked at: what is refused must not cost more than what is taken."""


def is_no_json(text: str) -> bool:
    """Whether the text breaks the grammar of JSON, at whatever depth, in its first ``MOST_LOOKED_AT`` values."""
    ends, at, pattern = [""], 0, _VALUE
    for _ in range(MOST_LOOKED_AT):
        found = pattern.match(text, at)
        if found is None:
            return True
        at = found.end()
        if pattern is not _VALUE:
            if len(ends) == 1:
                return False
            if found["end"] is None:
                pattern = _VALUE
                continue
            ends.pop()
        elif found["arrays"]:
            ends += "]" * found["arrays"].count("[")
            continue
        elif found["object"]:
            ends.append("}")
            continue
        pattern = _AFTER[ends[-1]]
    return False
