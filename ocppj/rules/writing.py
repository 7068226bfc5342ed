"""How values are written, whatever they mean: times with their zone, and every member once; alike in all versions.

Each version names the rules that these checks are for, with its own sources.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from ocppj.frames import Call, CallResult
from ocppj.rules import signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.members import Path
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import short

CHAPTER: Final = Chapter()

_OFFSET: Final = re.compile(r"T\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d\"")
_DEEPEST: Final = 10
"""Steps of a path that are looked for; the messages have eight at most."""


@CHAPTER.judges("VAL-01", "call", "result", sign=signs.ODD_TIME)
def zone_is_utc(seen: Seen, view: View) -> Remark | None:
    if found := _OFFSET.search(seen.frame.raw):
        time = found.group()[1:-1]
        return Remark(f"{time} is written with an offset; UTC with Z is preferred", "INFO", place_of(time, seen))
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
    if frame.raw.endswith(again, 0, -1):  # it was written as we would write it
        return True
    # A lost member is at least two quotation marks. Where there are escapes, they cannot be counted.
    return "\\" not in frame.raw and again.count('"') + (4 if type(frame) is Call else 2) == frame.raw.count('"')


def place_of(ending: str, seen: Seen) -> Path:
    """Where in a payload the first text is that ends so; () when it is nowhere, or deeper than any message is."""
    frame = seen.frame
    assert isinstance(frame, Call | CallResult)
    waiting: list[tuple[Path, Any]] = [((), frame.payload)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            if value.endswith(ending):
                return path
        elif isinstance(value, dict | list) and len(path) < _DEEPEST:
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [((*path, name), member) for name, member in reversed([*inner])]
    return ()


def texts(value: Any) -> Iterator[tuple[Path, str]]:
    """Every text inside, with its path, in the order of the message."""
    return ((path, member) for path, member in _all(value) if isinstance(member, str))


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


def _twice(value: Any) -> Iterator[Path]:
    for path, member in _all(value):
        if isinstance(member, _Pairs):
            names = [name for name, _ in member]
            yield from ((*path, name) for number, name in enumerate(names) if name in names[:number])
