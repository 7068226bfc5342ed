"""One case: its trace against the answers of the SUT file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from harness.case.claims.model import Against, Contradicted, Conversation, Exchange, Mismatch, Path, exchanges
from harness.sut import Sut
from ocppj.evidence.trace import Entry

MILLISECONDS: Final = "settings.milliseconds_in_timestamps"
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
_OWN: Final = ("currentTime", "timestamp")
"""Members with a time that the product itself takes; other times are what somebody asked it for."""


class Compared(msgspec.Struct, frozen=True):
    """What one trace shows. A doubt is a contradiction unless its claim is ``settled`` by any trace of the run."""

    found: tuple[Mismatch, ...] = ()
    doubts: tuple[Mismatch, ...] = ()
    settled: frozenset[str] = frozenset()


def check(sut: Sut, entries: Sequence[Entry], contradicted: Contradicted, connectors: int = 1) -> Compared:
    """Compare; ``connectors`` is how many the station of the trace has, ``contradicted`` that of version and role."""
    against, conversation = Against(sut), Conversation(exchanges(entries), entries, connectors)
    found = contradicted(against, conversation)
    times = list(_times(sut, conversation.exchanges))
    return Compared(
        (*found, *_no_milliseconds(against, times)),
        tuple(_milliseconds(against, times)),
        frozenset({MILLISECONDS}) if any(fraction for _, _, fraction in times) else frozenset(),
    )


_Time = tuple[int, Path, bool]
"""Entry, member, and whether there is a fraction of a second."""


def _no_milliseconds(against: Against, times: Iterable[_Time]) -> Iterator[Mismatch]:
    if against.claim(MILLISECONDS) is False:
        for seq, path, fraction in times:
            if fraction:
                what = "a timestamp has a fraction of a second"
                yield against.made("PICS-01", MILLISECONDS, True, what, seq, path)
                return


def _milliseconds(against: Against, times: Iterable[_Time]) -> Iterator[Mismatch]:
    """One timestamp without a fraction says nothing yet: in the whole run no other may have one."""
    if against.claim(MILLISECONDS) is True:
        for seq, path, fraction in times:
            if not fraction:
                what = "no timestamp of the run has a fraction of a second"
                yield against.made("PICS-03", MILLISECONDS, False, what, seq, path)
                return


def _times(sut: Sut, conversation: Iterable[Exchange]) -> Iterator[_Time]:
    for exchange in conversation:
        seq, payload = (
            (exchange.seq, exchange.asked) if exchange.by == sut.party else (exchange.answer_seq, exchange.answer)
        )
        for path, value in _members(payload, ()):
            match = _TIME.fullmatch(value) if path[-1] in _OWN and isinstance(value, str) else None
            if match:
                yield seq, path, match[1] is not None


def _members(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _members(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _members(member, (*path, index))
    elif path:
        yield path, value
