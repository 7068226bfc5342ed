"""Where a member stands in the text of a frame, so that a caret can be put under it."""

import json
import re

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def span(text: str, path: tuple[str | int, ...]) -> tuple[int, int] | None:
    """Start and end of the member ``path`` of the payload in a CALL or CALLRESULT.

    For a member that is not there it is the value it should be in. ``None`` when the text is no such message.
    """
    try:
        kind = json.loads(text)[0]
        start = _enter(text, _skip(text, 0), {2: 3, 3: 2}[kind])
        for part in path:
            inner = _enter(text, start, part)
            if inner == -1:
                break
            start = inner
        return start, _DECODER.raw_decode(text, start)[1]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None


def _enter(text: str, start: int, part: str | int) -> int:
    """Where the value of a member or element begins, -1 when there is none; ``start`` is where its parent begins."""
    opening = text[start]
    if opening not in "[{" or (opening == "{") != isinstance(part, str):
        return -1
    index = _skip(text, start + 1)
    count = 0
    while text[index] not in "]}":
        key: str | int = count
        if opening == "{":
            key, index = _DECODER.raw_decode(text, index)
            index = _skip(text, _skip(text, index) + 1)
        if key == part:
            return index
        index = _skip(text, _DECODER.raw_decode(text, index)[1])
        if text[index] == ",":
            index = _skip(text, index + 1)
        count += 1
    return -1


def _skip(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    assert match is not None
    return match.end()
