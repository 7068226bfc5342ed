"""Faults in what is made of a frame that came, whatever it says (OCPP-J 1.6 §4)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.model import Fault, Incoming
from csms_core.faults.reflexes import (
    When,
    answered,
    both,
    call,
    cut,
    malformed,
    overlooked,
    overtaken,
    reflex,
    refused,
    stray,
    taken_for,
)
from ocppj.frames import MAX_ID_LENGTH, Call, CallError, CallResult


def faults() -> Iterator[Fault]:
    """The faults of frames that arrive."""
    yield from _no_messages()
    yield from _ids()
    yield from _payloads()
    yield from _texts()
    yield from _answers()


def _no_messages() -> Iterator[Fault]:
    unknown = malformed("unknown-type")
    yield reflex(
        "unknown-type-answered", "A message of an unknown type gets a CALLERROR.", unknown, refused("ProtocolError")
    )
    yield reflex("unknown-type-ends-connection", "A message of an unknown type ends the connection.", unknown, cut)
    without_type = malformed("no-type", "not-array")
    yield reflex(
        "text-without-type-answered",
        "A text without a message type gets a CALLERROR.",
        without_type,
        refused("ProtocolError"),
    )
    yield reflex(
        "text-without-type-ends-connection", "A text without a message type ends the connection.", without_type, cut
    )
    unreadable = malformed("not-json", "not-array", "no-type", "id-type", "call-shape")
    yield reflex(
        "no-message-answered", "A text that is no message gets a CALLERROR.", unreadable, refused("GenericError")
    )
    yield reflex("no-message-ends-connection", "A text that is no message ends the connection.", unreadable, cut)
    short = malformed("call-shape")
    yield reflex(
        "short-call-ends-connection",
        "A CALL of three elements gets a CALLERROR, and then the connection is cut.",
        short,
        refused("FormationViolation", ends=True),
    )
    yield reflex("short-call-ignored", "A CALL of three elements gets no answer.", short, overlooked)
    yield reflex("numeric-id-answered", "A CALL with a number as id is answered.", malformed("id-type"), answered({}))


def _ids() -> Iterator[Fault]:
    def is_long(incoming: Incoming) -> bool:
        return incoming.frame.id is not None and len(incoming.frame.id) > MAX_ID_LENGTH

    def is_repeated(incoming: Incoming) -> bool:
        return isinstance(incoming.frame, Call) and incoming.frame.id in incoming.earlier

    def is_full(incoming: Incoming) -> bool:
        return isinstance(incoming.frame, Call) and len(incoming.frame.id) == MAX_ID_LENGTH

    def has(letters: str) -> When:
        return lambda incoming: (
            isinstance(incoming.frame, Call) and any(letter in incoming.frame.id for letter in letters)
        )

    yield reflex(
        "long-id-accepted", "A CALL whose id is too long gets a CALLRESULT.", both(call(), is_long), answered({})
    )
    yield reflex("repeated-id-ignored", "A CALL whose id was used before gets no answer.", is_repeated, overlooked)
    yield reflex(
        "repeated-id-ends-connection",
        "A CALL whose id was used before gets a CALLERROR, and then the connection is cut.",
        is_repeated,
        refused("ProtocolError", ends=True),
    )
    yield reflex(
        "long-id-ends-connection",
        "A CALL whose id is too long gets a CALLERROR, and then the connection is cut.",
        both(call(), is_long),
        refused("ProtocolError", ends=True),
    )
    yield reflex(
        "id-of-digits-ignored",
        "A CALL whose id has only digits gets no answer.",
        lambda incoming: isinstance(incoming.frame, Call) and incoming.frame.id.isdigit(),
        overlooked,
    )
    yield reflex("full-id-ignored", "A CALL whose id has 36 characters gets no answer.", is_full, overlooked)
    yield reflex("id-with-dots-ignored", "A CALL whose id has a dot in it gets no answer.", has("."), overlooked)
    yield reflex(
        "id-with-capitals-ignored",
        "A CALL whose id has a capital letter in it gets no answer.",
        has("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        overlooked,
    )


def _payloads() -> Iterator[Fault]:
    def payload(*kinds: type) -> When:
        return lambda incoming: isinstance(incoming.frame, Call) and isinstance(incoming.frame.payload, kinds)

    null, other = payload(type(None)), payload(list, str, int, float, bool)
    yield reflex(
        "null-payload-refused", "A CALL with null as payload gets a CALLERROR.", null, refused("ProtocolError")
    )
    yield reflex(
        "payload-of-other-type-ignored", "A CALL whose payload is no object gets no answer.", other, overlooked
    )
    yield reflex(
        "payload-of-other-type-accepted", "A CALL whose payload is no object gets a CALLRESULT.", other, answered({})
    )


def _texts() -> Iterator[Fault]:
    deep = malformed("unreadable")

    def escapes(what: str) -> When:
        return lambda incoming: what in incoming.frame.raw

    yield reflex("unreadable-ignored", "A CALL that is nested deeply gets no answer.", deep, overlooked)
    yield reflex(
        "unreadable-ends-connection",
        "A CALL that is nested deeply gets a CALLERROR, and then the connection is cut.",
        deep,
        refused("FormationViolation", ends=True),
    )
    yield reflex("nul-ignored", "A CALL with the character NUL in it gets no answer.", escapes("\\u0000"), overlooked)
    yield reflex("surrogate-ends-connection", "Half of a surrogate pair ends the connection.", escapes("\\ud8"), cut)


def _answers() -> Iterator[Fault]:
    def is_error(incoming: Incoming) -> bool:
        return isinstance(incoming.frame, CallError)

    def is_stray_result(incoming: Incoming) -> bool:
        return stray(incoming) and isinstance(incoming.frame, CallResult)

    def is_stray_error(incoming: Incoming) -> bool:
        return stray(incoming) and is_error(incoming)

    for name, kind, when in (("result", "CALLRESULT", is_stray_result), ("error", "CALLERROR", is_stray_error)):
        what = f"A {kind} that answers no CALL"
        yield reflex(f"stray-{name}-answered", f"{what} gets a CALLERROR.", when, refused("ProtocolError"))
        yield reflex(f"stray-{name}-ends-connection", f"{what} ends the connection.", when, cut)
    late = "An answer to a CALL that another CALL of the CSMS has followed"
    yield reflex("late-answer-answered", f"{late} gets a CALLERROR.", overtaken, refused("ProtocolError"))
    yield reflex("late-answer-ends-connection", f"{late} ends the connection.", overtaken, cut)
    yield reflex("error-answered", "A CALLERROR of the station gets one itself.", is_error, refused("GenericError"))
    yield reflex("error-ends-connection", "A CALLERROR of the station ends the connection.", is_error, cut)
    yield reflex(
        "call-ignored-while-own-waits",
        "A CALL gets no answer while one of the CSMS waits for its answer.",
        both(call(), lambda incoming: bool(incoming.waiting)),
        overlooked,
    )
    yield reflex(
        "action-in-any-case",
        "An action is known in any letter case.",
        both(call(), lambda incoming: isinstance(incoming.frame, Call) and incoming.frame.action == "heartbeat"),
        taken_for(lambda incoming: incoming.frame.raw.replace('"heartbeat"', '"Heartbeat"')),
    )
