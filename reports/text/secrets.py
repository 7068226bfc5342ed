"""The last look before print: passwords that slipped into the results do not reach a document.

The trace masks what it writes; results also carry addresses, commands and details that people composed, so every
string is looked at once more. What counts as secret: the value of a configuration key that `schemas` knows as one, the
password in a URL, and an HTTP Basic credential.

The engine has a masker too, which reads a text token by token and is what keeps passwords out of traces. Reports import
nothing but `schemas`, and have to say where a marked part of a text has moved to; so this is a second one, on the same
names.
"""

import re
from typing import Final

from schemas import secrets_of_all

MASK: Final = "********"

_KEYS = rf"(?:{'|'.join(sorted(secrets_of_all().names))})"
_JSON_TEXT = r'"(?P<secret>(?:[^"\\]|\\.)*)'
_NEAR = r"[^{}]{0,2000}?"
"""Inside the same object, and bounded, since the text may come from a hostile peer."""
_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf'"{_KEYS}"{_NEAR}"value"\s*:\s*{_JSON_TEXT}',
        rf'"value"\s*:\s*{_JSON_TEXT}"{_NEAR}"key"\s*:\s*"{_KEYS}"',
        rf"\bkey=[\"']?{_KEYS}\b[^\n]{{0,2000}}?\bvalue=[\"']?(?P<secret>[^\s\"']+)",
        r"://[^\s/@:\"]*:(?P<secret>[^\s/@\"]+)@",
        r"\bAuthorization[\"']?\s*[:=]\s*[\"']?Basic\s+(?P<secret>[^\s\"']+)",
    )
)


def mask(text: str) -> str:
    """``text`` with every password in it replaced by a mask of fixed length."""
    return mask_span(text, 0, 0)[0]


def mask_span(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The same, and where the part ``[start, end)`` of ``text`` has moved to.

    A part inside a secret grows to the whole mask.
    """
    pieces: list[str] = []
    done = 0
    new_start, new_end = start, end
    for first, last in _spans(text):
        pieces += (text[done:first], MASK)
        done = last
        growth = len(MASK) - (last - first)
        if start >= last:
            new_start += growth
        elif start > first:
            new_start -= start - first
        if end >= last:
            new_end += growth
        elif end > first:
            new_end += len(MASK) - (end - first)
    return "".join([*pieces, text[done:]]), new_start, new_end


def _spans(text: str) -> list[tuple[int, int]]:
    """Where secrets stand, in order and without overlap."""
    found = sorted(
        match.span("secret") for pattern in _PATTERNS for match in pattern.finditer(text) if match.group("secret")
    )
    spans: list[tuple[int, int]] = []
    for first, last in found:
        if spans and first < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
        else:
            spans.append((first, last))
    return spans
