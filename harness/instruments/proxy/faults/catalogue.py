"""The faults of the proxy: each breaks one rule of OCPP-J, in a message that was right.

A fault says which messages it is for, and what is sent instead of one. Which of them it strikes is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from harness.instruments.proxy.wire.framing import BINARY, TEXT

Kind = Literal["drop", "delay", "double", "rewrite"]
Message = list[Any]
"""A text that is an array beginning with 2, 3 or 4, and an id that is a string."""

CALL: Final = 2
RESULT: Final = 3
ANSWERS: Final = (3, 4)
LONG_ID: Final = 40
"""Characters; 36 are allowed (OCPP-J §4.1.4)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent instead; `payload` None is the message as it came.

    `is_late`: after the time of a delay. `after_answer`: once the answer to this CALL has passed.
    """

    payload: bytes | None = None
    opcode: int = TEXT
    is_late: bool = False
    after_answer: bool = False


AS_IT_CAME: Final = Sent()


@dataclass(frozen=True, slots=True)
class Fault:
    """`rule` is broken by whose message it is (the id is that of the catalogue of rules, `plugproof` prints it with
    findings); `is_for` says of a message whether it can be struck, `gives` what is sent instead."""

    name: str
    kind: Kind
    rule: str
    sentence: str
    is_for: Callable[[Message], bool]
    gives: Callable[[Message], Sequence[Sent]]


def _is_call(message: Message) -> bool:
    return message[0] == CALL and len(message) == 4 and isinstance(message[2], str) and bool(message[2])


def _is_answer(message: Message) -> bool:
    return message[0] in ANSWERS


def _is_result(message: Message) -> bool:
    return message[0] == RESULT and len(message) == 3


def _has_payload(message: Message) -> bool:
    return (_is_call(message) or _is_result(message)) and isinstance(message[-1], dict)


def _is_short(message: Message) -> bool:
    return _is_call(message) and len(message[1]) < LONG_ID


def _written(message: Message) -> Sent:
    return Sent(msgspec.json.encode(message))


def _other_id(message: Message) -> list[Sent]:
    return [AS_IT_CAME, _written([message[0], f"stray-{message[1]}"[:36], *message[2:]])]


def _other_action(message: Message) -> list[Sent]:
    action: str = message[2]
    return [_written([message[0], message[1], action[0].swapcase() + action[1:], message[3]])]


def _one_more_member(message: Message) -> list[Sent]:
    return [_written([*message[:-1], {**message[-1], "unknownMember": True}])]


def _cut(message: Message) -> list[Sent]:
    return [Sent(msgspec.json.encode(message)[:-1])]


_ALL: Final = (
    Fault("drop-answer", "drop", "RPC-13", "An answer does not arrive.", _is_answer, lambda _: []),
    Fault(
        "delay-answer",
        "delay",
        "RPC-13",
        "An answer arrives after the time there is for it.",
        _is_answer,
        lambda _: [Sent(is_late=True)],
    ),
    Fault(
        "double-answer",
        "double",
        "RPC-13",
        "An answer arrives twice.",
        _is_answer,
        lambda _: [AS_IT_CAME, AS_IT_CAME],
    ),
    Fault(
        "double-call",
        "double",
        "RPC-06",
        "A CALL that was answered arrives once more, with the id it had.",
        _is_call,
        lambda _: [AS_IT_CAME, Sent(after_answer=True)],
    ),
    Fault(
        "stray-answer",
        "double",
        "RPC-14",
        "An answer arrives once more, for a CALL nobody sent.",
        _is_answer,
        _other_id,
    ),
    Fault("rewrite-action", "rewrite", "RPC-08", "An action is spelled in other letters.", _is_call, _other_action),
    Fault(
        "rewrite-id",
        "rewrite",
        "RPC-05",
        "A CALL has an id that is too long.",
        _is_short,
        lambda message: [_written([message[0], message[1].ljust(LONG_ID, "0"), *message[2:]])],
    ),
    Fault(
        "rewrite-member",
        "rewrite",
        "VAL-14",
        "A payload has a member that no message has.",
        _has_payload,
        _one_more_member,
    ),
    Fault(
        "rewrite-code",
        "rewrite",
        "ERR-01",
        "An answer is a CALLERROR with a code that does not exist.",
        _is_result,
        lambda message: [_written([4, message[1], "OutOfOrder", "", {}])],
    ),
    Fault(
        "rewrite-type",
        "rewrite",
        "RPC-01",
        "A CALL is a message of a type that does not exist.",
        _is_call,
        lambda message: [_written([5, *message[1:]])],
    ),
    Fault("rewrite-text", "rewrite", "RPC-01", "A text ends before its end, and is no JSON.", _has_payload, _cut),
    Fault(
        "rewrite-frame",
        "rewrite",
        "CON-16",
        "A CALL comes as a binary message.",
        _is_call,
        lambda message: [Sent(opcode=BINARY)],
    ),
)

FAULTS: Final[Mapping[str, Fault]] = {fault.name: fault for fault in _ALL}
"""By their names."""
