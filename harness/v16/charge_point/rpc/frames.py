"""What the cases about OCPP-J do to a station below the verbs, and what they make of its answers (OCPP-J 1.6 §4).

Every text here is harmless: it asks for configuration, or for nothing at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from harness.case.message import Message
from harness.case.verdicts import CaseFailure
from harness.peers.wire.raw import shown
from harness.v16.charge_point.core import required_keys
from harness.v16.charge_point.csms import Csms
from ocppj.frames import MAX_ID_LENGTH, Call, CallError, CallResult
from ocppj.session.session import Seen

HARMLESS: Final = "GetConfiguration"
KEY: Final = "HeartbeatInterval"


def new_id() -> str:
    """An id that nobody has used."""
    return uuid4().hex


def odd_id(length: int = 30) -> str:
    """Another one, with capital letters, a dot and a dash."""
    return f"PlugProof.MIXED-{uuid4().hex.upper()}"[:length]


def longest_id() -> str:
    """Another one, as long as an id may be (OCPP-J §4.1.4)."""
    return odd_id(MAX_ID_LENGTH)


def _is_answer(seen: Seen) -> bool:
    return not isinstance(seen.frame, Call)


async def goes_on(csms: Csms, *, rule: str, advised: bool = True) -> None:
    """The connection that the case began with is there still, and a CALL on it is answered.

    ``advised``: a station that has left, or is silent, gets a warning only.
    """
    try:
        answer = await csms.wire.asks(HARMLESS, {"key": [KEY]}, rule=rule)
    except CaseFailure as failure:
        csms.wire.judges(rule, False, expected=failure.expected, actual=failure.actual, advised=advised)
        return
    is_result(csms, answer, rule=rule, advised=advised)
    is_the_same(csms, rule=rule, advised=advised)


def is_the_same(csms: Csms, *, rule: str, advised: bool = False) -> None:
    """The connection is the one that the case began with."""
    csms.wire.judges(
        rule,
        not csms.is_anew,
        expected="the connection that there was",
        actual="the station has ended it, and connected anew",
        advised=advised,
    )


def is_result(csms: Csms, answer: Seen, *, rule: str, advised: bool = False) -> None:
    """Judge that an answer is a CALLRESULT."""
    csms.wire.judges(
        rule,
        isinstance(answer.frame, CallResult),
        expected="a CALLRESULT",
        actual=f"the answer is {shown(answer.frame.raw)}",
        seen=answer,
        advised=advised,
    )


async def is_not_processed(csms: Csms, text: str, *, rule: str) -> None:
    """A text with an ``{id}`` is refused with a CALLERROR, or not answered: it may not get a CALLRESULT."""
    asked = await csms.wire.writes(text.replace("{id}", new_id()), rule=rule)
    await hears_no_result(csms, asked, rule=rule)


async def hears_no_result(csms: Csms, asked: Seen, *, rule: str) -> None:
    """Judge that no CALLRESULT comes within ``timeouts.quiet_s``; a CALLERROR, or nothing, is as well."""
    answer = await csms.wire.hears(_is_answer, csms.run.sut.timeouts.quiet_s, since=asked)
    csms.wire.judges(
        rule,
        answer is None or isinstance(answer.frame, CallError),
        expected="a CALLERROR, or no answer",
        actual="" if answer is None else f"the answer is {shown(answer.frame.raw)}",
        seen=answer,
    )


async def answers_by_id(csms: Csms, action: str, id: str, *, rule: str) -> None:
    """Ask by this id, and judge that of the answer. Silence fails the rule."""
    asked = await csms.wire.writes(f"[2,{json.dumps(id)},{json.dumps(action)},{json.dumps({'key': [KEY]})}]", rule=rule)
    answer = await csms.wire.hears(_is_answer, since=asked)
    if answer is None:
        raise csms.wire.silence(f"an answer with the id {id}", asked, rule)
    csms.wire.judges(
        rule,
        answer.frame.id == id and getattr(answer.frame, "id_is_text", True),
        expected=f"an answer with the id {id}",
        actual=f"the answer is {shown(answer.frame.raw)}",
        seen=answer,
    )


async def answers_each_once(csms: Csms, count: int, *, rule: str) -> None:
    """Write so many CALLs without waiting, and judge that each is answered once, in ``timeouts.message_s``."""
    ids = [new_id() for _ in range(count)]
    texts = [f'[2,"{id}","{HARMLESS}",{{"key":["{KEY}"]}}]' for id in ids]
    first, *_ = [await csms.wire.writes(text, rule=rule) for text in texts]
    heard: list[str | None] = []
    while len(heard) < count:
        answer = await csms.wire.hears(lambda seen: _is_answer(seen) and seen.frame.id not in heard, since=first)
        if answer is None:
            break
        heard.append(answer.frame.id)
    missing = [id for id in ids if id not in heard]
    csms.wire.judges(
        rule,
        not missing,
        expected=f"an answer to each of {count} CALLs",
        actual=f"{len(missing)} of them got none",
    )
    await _answers_no_more(csms, first, ids, rule)


async def _answers_no_more(csms: Csms, first: Seen, ids: Sequence[str], rule: str) -> None:
    """Nothing that has been answered is answered again within ``timeouts.quiet_s``."""
    answers: dict[str | None, Seen] = {}

    def again(seen: Seen) -> bool:
        if not _is_answer(seen) or seen.frame.id not in ids:
            return False
        return answers.setdefault(seen.frame.id, seen) is not seen

    twice = await csms.wire.hears(again, csms.run.sut.timeouts.quiet_s, since=first)
    csms.wire.judges(
        rule,
        twice is None,
        expected="one answer to each CALL",
        actual="" if twice is None else f"another one comes: {shown(twice.frame.raw)}",
        seen=twice,
    )


async def is_answered_again(csms: Csms, id: str, *, rule: str) -> None:
    """A second CALL with this id is answered, one way or the other. Silence fails the rule."""
    text = json.dumps([2, id, HARMLESS, {"key": [KEY, "ConnectionTimeOut"]}])
    asked = await csms.wire.writes(text, rule=rule)
    answer = await csms.wire.answer_to(id, since=asked)
    if answer is None:
        raise csms.wire.silence(f"an answer to {shown(text)}", asked, rule)
    csms.run.judge(rule)


async def may_answer(csms: Csms) -> Seen | None:
    """The answer to a harmless CALL; None: there is none in ``timeouts.message_s``."""
    id = new_id()
    asked = await csms.wire.writes(f'[2,"{id}","{HARMLESS}",{{"key":["{KEY}"]}}]')
    return await csms.wire.answer_to(id, since=asked)


async def is_refused_at_all(csms: Csms, asked: Seen, *, rule: str) -> None:
    """A CALLERROR answers the text, whatever its id and its code; anything else, and silence, is a warning."""
    answer = await csms.wire.hears(_is_answer, csms.run.sut.timeouts.quiet_s, since=asked)
    csms.wire.advises(
        rule,
        answer is not None and isinstance(answer.frame, CallError),
        expected="a CALLERROR",
        actual="no answer came" if answer is None else f"the answer is {shown(answer.frame.raw)}",
        seen=answer,
    )


def refuses(csms: Csms, answer: Seen, *, rule: str) -> None:
    """Judge that an answer is a CALLERROR, or has the status Rejected."""
    frame = answer.frame
    payload = frame.payload if isinstance(frame, CallResult) and isinstance(frame.payload, dict) else {}
    csms.wire.judges(
        rule,
        isinstance(frame, CallError) or payload.get("status") == "Rejected",
        expected="a CALLERROR, or the status Rejected",
        actual=f"the answer is {shown(frame.raw)}",
        seen=answer,
    )


def knows_key(csms: Csms, answer: Message, key: str, *, rule: str) -> None:
    """Judge that a GetConfiguration.conf tells a key, in whatever letter case."""
    told = [name.casefold() for name in required_keys.names(answer)]
    csms.wire.judges(
        rule,
        key.casefold() in told,
        expected=f"{key} with its value",
        actual=f"it tells {', '.join(told) or 'no key'}",
        seen=answer.seen,
    )


def is_exactly(csms: Csms, message: Message, member: str, value: str, *, rule: str) -> None:
    """Judge that a member is this text, character by character: what is compared elsewhere has no letter case."""
    csms.wire.judges(
        rule,
        message[member] == value,
        expected=f"{message.name} with {member} {value}",
        actual=f"{member} is {message[member]}",
        seen=message.seen,
    )


async def answers_in_pieces(csms: Csms, pieces: int, *, rule: str) -> None:
    """A CALL in so many fragments is answered with a CALLRESULT."""
    id = new_id()
    asked = await csms.wire.writes(f'[2,"{id}","{HARMLESS}",{{"key":["{KEY}"]}}]', rule=rule, pieces=pieces)
    answer = await csms.wire.answer_to(id, since=asked)
    if answer is None:
        raise csms.wire.silence(f"an answer to a CALL in {pieces} fragments", asked, rule)
    is_result(csms, answer, rule=rule)


async def answers_at_all(csms: Csms, action: str, payload: Mapping[str, Any] | str, *, rule: str) -> None:
    """A CALL that is unusual, and not wrong, is answered or refused; silence is a warning."""
    id = new_id()
    written = payload if isinstance(payload, str) else json.dumps(dict(payload))
    try:
        asked = await csms.wire.writes(f'[2,"{id}","{action}",{written}]', rule=rule)
        answer = await csms.wire.answer_to(id, since=asked)
        actual = "none came"
    except CaseFailure as failure:
        answer, actual = None, failure.actual
    csms.wire.advises(rule, answer is not None, expected=f"an answer to {action}", actual=actual)
