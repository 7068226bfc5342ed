"""A contradiction, and the conversation it is found in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from harness.sut import Sut
from harness.sut.sentences import toml_value
from ocppj import frames
from ocppj.evidence.trace import DIRECTION, Direction, Entry, Role
from ocppj.frames import Call, CallError, CallResult

Path = tuple[str | int, ...]


class Mismatch(msgspec.Struct, frozen=True):
    """``claim`` is the key of the SUT file; ``seq`` the entry of the trace, ``path`` the member in its payload."""

    rule: str
    claim: str
    declared: Any
    observed: Any
    message: str
    seq: int
    path: Path = ()


class Exchange(msgspec.Struct, frozen=True):
    """A CALL and what came back, if anything did; ``by`` sent the CALL."""

    by: Role
    action: str
    asked: dict[str, Any]
    seq: int
    answer: dict[str, Any] | None = None
    refusal: str | None = None
    answer_seq: int = 0

    @property
    def unsupported(self) -> bool:
        """Whether it was refused as something the other side does not have."""
        return self.refusal in ("NotImplemented", "NotSupported")


def exchanges(entries: Iterable[Entry]) -> list[Exchange]:
    """The CALLs of a trace in their order. What is no message is for other rules."""
    found: list[Exchange] = []
    waiting: dict[tuple[Direction, str], int] = {}
    for entry in entries:
        if entry.kind != "frame" or entry.direction is None:
            continue
        frame = frames.parse(entry.text)
        by: Role = "station" if entry.direction == DIRECTION["station"] else "csms"
        if isinstance(frame, Call) and isinstance(frame.payload, dict):
            waiting[entry.direction, frame.id] = len(found)
            found.append(Exchange(by, frame.action, frame.payload, entry.seq))
        elif isinstance(frame, CallResult | CallError):
            asked = waiting.pop((DIRECTION["csms" if by == "station" else "station"], frame.id), None)
            if asked is not None:
                found[asked] = _answered(found[asked], frame, entry.seq)
    return found


def _answered(exchange: Exchange, frame: CallResult | CallError, seq: int) -> Exchange:
    if isinstance(frame, CallError):
        return msgspec.structs.replace(exchange, refusal=frame.code, answer_seq=seq)
    payload = frame.payload if isinstance(frame.payload, dict) else {}
    return msgspec.structs.replace(exchange, answer=payload, answer_seq=seq)


class Conversation(msgspec.Struct, frozen=True):
    """The trace of a case: its CALLs, all its entries, and how many connectors the station has."""

    exchanges: Sequence[Exchange]
    entries: Sequence[Entry]
    connectors: int = 1


class Against:
    """Makes the contradictions of one answer of the SUT file after the other."""

    def __init__(self, sut: Sut) -> None:
        self._sut = sut

    def claim(self, name: str) -> Any:
        """The answer; None when there is none."""
        return self._sut.answer(name)

    def denied(self, name: str, observed: Any, what: str, seq: int, path: Path = ()) -> Iterator[Mismatch]:
        """``what`` was done: a contradiction when the answer is no."""
        if self.claim(name) is False:
            yield self.made("PICS-01", name, observed, what, seq, path)

    def claimed(self, name: str, observed: Any, what: str, seq: int, path: Path = ()) -> Iterator[Mismatch]:
        """``what`` was refused: a contradiction when the answer is yes."""
        if self.claim(name) is True:
            yield self.made("PICS-02", name, observed, what, seq, path)

    def differs(self, name: str, observed: Any, what: str, seq: int, path: Path = ()) -> Iterator[Mismatch]:
        """``observed`` was seen: a contradiction when the answer is another one."""
        declared = self.claim(name)
        if declared is not None and declared != observed:
            yield self.made("PICS-03", name, observed, what, seq, path)

    def made(self, rule: str, name: str, observed: Any, what: str, seq: int, path: Path = ()) -> Mismatch:
        """The contradiction itself."""
        declared = self.claim(name)
        declared = list(declared) if isinstance(declared, tuple) else declared
        return Mismatch(rule, name, declared, observed, f"{name} = {toml_value(declared)}, but {what}", seq, path)


Contradicted = Callable[[Against, Conversation], Iterator[Mismatch]]
"""What a version reads off a conversation, for one role: all contradictions of one trace."""
