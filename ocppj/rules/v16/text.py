"""The text of a payload: printable ASCII, and every member once (OCPP 1.6 §2.2, chapter 6; RFC 8259 §4)."""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from ocppj.frames import Call, CallResult
from ocppj.matchers import path_text
from ocppj.rules import signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.v16.members import Path
from ocppj.rules.words import short

CHAPTER: Final = Chapter()

CHAPTER.rule("VAL-06", "MUST", "S §2.2", "A CiString or String consists of printable ASCII characters.")
# Our own: JSON leaves open which of the two a receiver takes, and the standard knows each field once at most.
CHAPTER.rule("VAL-14a", "SHOULD", "S ch. 6, RFC 8259 §4", "A member stands once in its object.")

_OTHER_TYPES: Final = frozenset({"data", "location"})
"""Members of 1.6 that are of the types Text and anyURI; no other message has members of these names."""


@CHAPTER.judges("VAL-06", "call", "result", sign=signs.ODD_TEXT)
def printable(seen: Seen, view: View) -> Remark | None:
    if not seen.valid or seen.request is None:
        return None
    info = view.schemas.actions.get(seen.request.action)
    if info is None or info.profile == "Security":
        return None  # the types of the security whitepaper are its own: certificates are texts of several lines
    for path, text in _texts(seen.frame.payload):  # type: ignore[union-attr]
        odd = next((letter for letter in text if not " " <= letter <= "~"), None)
        if odd is not None and path[-1] not in _OTHER_TYPES:
            # The value of a key may be a password.
            letter = "a character" if path[-1] == "value" else f"U+{ord(odd):04X}"
            return Remark(f"{path_text(path)} has {letter} that is not printable ASCII", path=path)
    return None


@CHAPTER.judges("VAL-14a", "call", "result", sign=signs.MEMBERS)
def named_once(seen: Seen, view: View) -> Remark | None:
    frame = seen.frame
    assert isinstance(frame, Call | CallResult)
    if _is_whole(frame):
        return None
    try:
        message = json.loads(frame.raw, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None  # what our parser takes and this one does not has been judged by its own rules
    twice = next(_twice(message[-1]), None)
    return (
        None
        if twice is None
        else Remark(f"the member {short(twice[-1])} stands more than once in its object", path=twice)
    )


def _is_whole(frame: Call | CallResult) -> bool:
    """Whether it can be seen without reading the text once more that no member got lost in reading it."""
    try:
        again = msgspec.json.encode(frame.payload).decode()
    except RecursionError:
        return False
    if frame.raw.endswith(f"{again}]"):  # it was written as we would write it
        return True
    # A lost member is at least two quotation marks. Where there are escapes, they cannot be counted.
    return "\\" not in frame.raw and again.count('"') + (4 if type(frame) is Call else 2) == frame.raw.count('"')


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it was written."""


def _inner(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return iter(value.items())
    if isinstance(value, _Pairs):
        return iter(value)
    return iter(enumerate(value)) if isinstance(value, list) else iter(())


def _all(value: Any) -> Iterator[tuple[Path, Any]]:
    """Every value inside, with its path, in the order of the text."""
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        waiting += reversed([((*path, name), member) for name, member in _inner(value)])


def _texts(value: Any) -> Iterator[tuple[Path, str]]:
    return ((path, member) for path, member in _all(value) if isinstance(member, str))


def _twice(value: Any) -> Iterator[Path]:
    for path, member in _all(value):
        if isinstance(member, _Pairs):
            names = [name for name, _ in member]
            yield from ((*path, name) for number, name in enumerate(names) if name in names[:number])
