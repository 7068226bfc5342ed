"""JSON Lines: an object in each line, with members that are called as programs call them, or as the user says.

What CitrineOS keeps of each message (``stationId``, ``origin`` cs or csms, ``message``, ``timestamp``) and what its
webhooks post is read so, too, and what ``ocpp-rpc`` tells of each message (``message``, ``outbound``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from harness.instruments.analysis.shapes.model import Read, Unread
from harness.instruments.analysis.shapes.records import Names, has_message, read_record
from harness.instruments.analysis.shapes.shape import FRAME, Head, Source, share

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class JsonLines:
    """As the module says."""

    name = "jsonl"
    title = "JSON Lines"

    def sniff(self, head: Head) -> float:
        """As ``Shape``."""
        names = Names(head.keys)
        records = [_record(line) for line in head.lines if line.strip()]
        found = sum(record is not None and has_message(record, names) for record in records)
        return 0.95 * share(found, sum(map(_may_hold_one, head.lines)))

    def read(self, source: Source) -> Iterator[Read]:
        """As ``Shape``."""
        names = Names(source.keys)
        for number, line in source.lines():
            record = _record(line)
            if record is None:
                why = "no JSON object" if FRAME.search(line) or line.lstrip().startswith("{") else ""
                yield Unread(number, line, why)
            else:
                yield read_record(number, record, names, line)


def _may_hold_one(line: str) -> bool:
    return line.lstrip().startswith("{") or FRAME.search(line) is not None


def _record(line: str) -> Mapping[str, msgspec.Raw] | None:
    try:
        return _decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


SHAPE: Final = JsonLines()
