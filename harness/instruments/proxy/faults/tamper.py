"""Puts faults into what passes between one station and its CSMS.

Which messages are struck depends on the seed, the identity, who sends, and how many messages there were that could be:
not on the time, nor on the pieces in which they came. The same messages are struck again by the same seed.

A message is struck only when it is one frame of text and not too long; all else passes as it came.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from commandline.nearest import nearest
from harness.instruments.proxy.faults.catalogue import ANSWERS, FAULTS, Fault, Message
from harness.instruments.proxy.wire.framing import TEXT, Frame, FrameReader, written
from harness.instruments.proxy.wire.opening import END, LONGEST_HEAD, read_answer
from ocppj.evidence.trace import Role
from ocppj.session.session import OTHER

LONGEST: Final = 1 << 20
"""Bytes of a message that can be struck."""

MOST_HELD: Final = 100
"""Messages of a connection that wait for their time; with more than that, none is delayed."""

PARTIES: Final[dict[str, tuple[Role, ...]]] = {"": ("station", "csms"), "station": ("station",), "csms": ("csms",)}


class UnknownFault(ValueError):
    """There is no such fault; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A fault, and in whose messages."""

    fault: Fault
    parties: tuple[Role, ...]


def chosen(text: str) -> Chosen:
    """The fault that `NAME` or `NAME@PARTY` names. Raises `UnknownFault`."""
    name, _, party = text.partition("@")
    if name not in FAULTS:
        hint = nearest(name, FAULTS) or f"; there are {', '.join(FAULTS)}"
        raise UnknownFault(f"--fault {name}: there is no such fault{hint}")
    if party not in PARTIES:
        raise UnknownFault(f"--fault {text}: behind the @ stands station or csms")
    return Chosen(FAULTS[name], PARTIES[party])


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of `sender` to write now, or after `delay` seconds; one with a `fault` has none, and says what was done."""

    sender: Role
    data: bytes
    fault: str = ""
    delay: float = 0.0


class _Way:
    """One direction."""

    def __init__(self, *, after_answer: bool) -> None:
        self.reader = FrameReader(LONGEST)
        self.head: bytearray | None = bytearray() if after_answer else None
        self.unsent = bytearray()
        self.is_direct = False  # it is passed on as it comes
        self.within = False  # between the frames of a message
        self.waiting: list[Piece] = []  # for the end of that message


class Tamper:
    """Faults for one connection."""

    def __init__(self, faults: Sequence[Chosen], *, share: float, delay: float, seed: str) -> None:
        """`share` of the messages that can be struck are; `delay` in seconds."""
        self._faults = faults
        self._share = share
        self._delay = delay
        self._ways: dict[Role, _Way] = {"station": _Way(after_answer=False), "csms": _Way(after_answer=True)}
        self._dice = {
            (party, each.fault.name): random.Random(f"{seed} {party} {each.fault.name}")
            for each in faults
            for party in each.parties
        }
        self._after: OrderedDict[tuple[Role, str], Piece] = OrderedDict()
        self._held = 0

    def feed(self, sender: Role, data: bytes) -> list[Piece]:
        """What is to be written when these bytes have come from `sender`."""
        way = self._ways[sender]
        if way.is_direct:
            return [Piece(sender, data)]
        if way.head is not None:
            return self._answer(way, sender, data)
        way.unsent += data
        pieces: list[Piece] = []
        for frame in way.reader.feed(data):
            raw = bytes(way.unsent[: frame.length])
            del way.unsent[: frame.length]
            pieces += self._frame(way, sender, frame, raw)
        if way.reader.broken or way.reader.is_too_long:
            way.is_direct = True
            pieces.append(Piece(sender, bytes(way.unsent)))
            way.unsent.clear()
        return pieces

    def release(self, piece: Piece) -> list[Piece]:
        """The time of a piece has come: what is to be written now."""
        self._held -= 1
        return self._placed([Piece(piece.sender, piece.data)])

    def rest(self, sender: Role) -> bytes:
        """What has come of a frame that never ended: it is passed on as well."""
        way = self._ways[sender]
        rest = bytes(way.unsent)
        way.unsent.clear()
        way.is_direct = True
        return rest

    def _answer(self, way: _Way, sender: Role, data: bytes) -> list[Piece]:
        assert way.head is not None
        way.head += data
        end = way.head.find(END)
        if end < 0 and len(way.head) <= LONGEST_HEAD:
            return [Piece(sender, data)]
        answer = read_answer(bytes(way.head[:end])) if end >= 0 else None
        rest = len(way.head) - end - len(END) if end >= 0 else 0
        way.head = None
        if answer is None or not answer.is_upgrade:
            way.is_direct = True
            return [Piece(sender, data)]
        return [Piece(sender, data[: len(data) - rest]), *(self.feed(sender, data[-rest:]) if rest else ())]

    def _frame(self, way: _Way, sender: Role, frame: Frame, raw: bytes) -> list[Piece]:
        is_whole = frame.opcode == TEXT and frame.fin and not frame.reserved and not way.within
        if not frame.is_control:
            way.within = not frame.fin
        message = _message(frame.payload) if is_whole else None
        pieces = [Piece(sender, raw)] if message is None else self._message(sender, message, frame, raw)
        if way.waiting and not way.within:
            pieces += way.waiting
            way.waiting = []
        return pieces

    def _message(self, sender: Role, message: Message, frame: Frame, raw: bytes) -> list[Piece]:
        pieces = [Piece(sender, raw)]
        fault = self._strikes(sender, message)
        if fault is not None:
            pieces = self._struck(sender, message, frame, raw, fault)
        if message[0] in ANSWERS:
            again = self._after.pop((OTHER[sender], message[1]), None)
            if again is not None:
                pieces += self._placed([again])
        return pieces

    def _strikes(self, sender: Role, message: Message) -> Fault | None:
        """The first fault that strikes. All dice are thrown, so that one does not depend on the other."""
        struck = [
            each.fault
            for each in self._faults
            if sender in each.parties
            and each.fault.is_for(message)
            and self._dice[sender, each.fault.name].random() < self._share
        ]
        return struck[0] if struck else None

    def _struck(self, sender: Role, message: Message, frame: Frame, raw: bytes, fault: Fault) -> list[Piece]:
        pieces = [Piece(sender, b"", fault.name)]
        for sent in fault.gives(message):
            if sent.payload is None and sent.opcode == TEXT:
                data = raw
            else:
                assert frame.payload is not None
                data = written(sent.opcode, sent.payload if sent.payload is not None else frame.payload, frame.mask)
            piece = Piece(sender, data)
            if sent.after_answer:
                self._after[sender, message[1]] = piece
                if len(self._after) > MOST_HELD:
                    self._after.popitem(last=False)
            elif sent.is_late and self._held < MOST_HELD:
                self._held += 1
                pieces.append(Piece(sender, data, delay=self._delay))
            else:
                pieces.append(piece)
        return pieces

    def _placed(self, pieces: list[Piece]) -> list[Piece]:
        """Those that may be written now; no message begins in the middle of another one."""
        for piece in pieces:
            if self._ways[piece.sender].within:
                self._ways[piece.sender].waiting.append(piece)
        return [piece for piece in pieces if not self._ways[piece.sender].within]


def _message(payload: bytes | None) -> Message | None:
    """What a text says, if it is a message that faults know what to do with."""
    try:
        value: Any = msgspec.json.decode(payload or b"")
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    if not isinstance(value, list) or len(value) < 3 or type(value[0]) is not int or not isinstance(value[1], str):
        return None
    return value
