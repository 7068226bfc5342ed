"""The ``message`` events of the Node package ``ocpp-rpc``, as ``console.log`` prints them.

``CP-1 { message: '[2,...]', outbound: false }``: what stands before the object is a time, an identity, or nothing. An
event that was written as JSON is read by ``jsonl``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from harness.instruments.analysis.shapes.model import Entry, Read, Unread
from harness.instruments.analysis.shapes.shape import FRAME, Head, Source, plain, share
from harness.instruments.analysis.shapes.times import STAMPED, moment

_EVENT: Final = re.compile(
    r"""\{\s*message: (?:'(?P<one>(?:[^'\\]|\\.)*)'|`(?P<two>(?:[^`\\]|\\.)*)`|(?P<bytes><Buffer[^>]*>))"""
    r""",\s*outbound: (?P<outbound>true|false)\s*\}""",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SIGNS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b"}
_HEAD: Final = 400
_MOST_LINES: Final = 6


class OcppRpc:
    """As the module says."""

    name = "ocpp-rpc"
    title = "message events of ocpp-rpc"

    def sniff(self, head: Head) -> float:
        """As ``Shape``."""
        parts = [part for part in _joined(enumerate(head.lines, 1)) if FRAME.search(part[1])]
        return share(sum(type(_read(*part)) is Entry for part in parts), len(parts))

    def read(self, source: Source) -> Iterator[Read]:
        """As ``Shape``."""
        return (_read(number, text) for number, text in _joined((n, plain(line)) for n, line in source.lines()))


def _joined(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines, with an object that is printed over several of them as one."""
    begun: list[str] = []
    first = 0
    for number, line in lines:
        if begun:
            begun.append(line.strip())
            if line.strip() == "}" or len(begun) >= _MOST_LINES:
                yield first, " ".join(begun)
                begun = []
        elif line.rstrip().endswith("{"):
            first, begun = number, [line.rstrip()]
        else:
            yield number, line
    if begun:
        yield first, " ".join(begun)


def _read(number: int, line: str) -> Read:
    found = _EVENT.search(line)
    if found is None:
        return Unread(number, line, "no event of this shape" if FRAME.search(line) else "")
    if found["bytes"]:
        return Unread(number, line, "a frame that is printed as a cut Buffer; print message.toString()")
    text = _ESCAPE.sub(lambda sign: _SIGNS.get(sign[1], sign[1]), found["one"] or found["two"] or "")
    head = line[: found.start()][-_HEAD:]
    stamp = STAMPED.search(head)
    at, zoned = (moment(stamp[0]) if stamp else None) or (None, False)
    words = (head if stamp is None else head[: stamp.start()] + head[stamp.end() :]).strip(" []:|,\t").split()
    station = words[-1].strip("[]:,") if words else None
    return Entry(number, text, station, "out" if found["outbound"] == "true" else "in", at, zoned)


SHAPE: Final = OcppRpc()
