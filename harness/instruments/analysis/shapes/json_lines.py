"""JSON Lines: an object in each line, with members that are called as programs call them, or as the user says.

What CitrineOS keeps of each message (``stationId``, ``origin`` cs or csms, ``message``, ``timestamp``) and what its
webhooks post is read so, too, and what ``ocpp-rpc`` tells of each message (``message``, ``outbound``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from harness.instruments.analysis.shapes.model import Read, Unread
from harness.instruments.analysis.shapes.records import Names, has_message, is_event, read_record
from harness.instruments.analysis.shapes.shape import Head, Source, may_hold_a_frame, share

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class JsonLines:
    """As the module says."""

    name = "jsonl"
    title = "JSON Lines"

    def sniff(self, head: Head) -> float:
        """As ``Shape``."""
        names = Names(head.keys)
        if not head.candidates:
            lines = [line for line in head.lines if line.strip()]
            return share(sum(is_event(_record(line)) for line in lines), len(lines))
        records = [_record(line) for line in head.candidates]
        return share(sum(record is not None and has_message(record, names) for record in records), len(records))

    def read(self, source: Source) -> Iterator[Read]:
        """As ``Shape``."""
        names = Names(source.keys)
        for number, line in source.lines():
            record = _record(line)
            if record is None:
                why = "no JSON object" if may_hold_a_frame(line) or line.lstrip().startswith("{") else ""
                yield Unread(number, line, why)
            else:
                yield read_record(number, record, names, line)


def _record(line: str) -> Mapping[str, msgspec.Raw] | None:
    try:
        return _decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


SHAPE: Final = JsonLines()
