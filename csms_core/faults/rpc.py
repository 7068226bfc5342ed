"""Faults of the frame around the payload (OCPP-J 1.6 §4)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import any_answer, any_call, fault, replace, silence, twice, written
from csms_core.faults.model import Fault, Outgoing
from ocppj import frames


def faults() -> Iterator[Fault]:
    """The faults of the frame."""
    yield fault("answers-missing", "No CALL gets an answer.", any_answer, silence)
    yield fault("answers-twice", "Every answer is sent two times.", any_answer, twice)
    yield fault("answer-id-upper-case", "The id of an answer is written in upper case.", any_answer, written(_upper_id))
    yield fault("answer-id-foreign", "The id of an answer belongs to no CALL.", any_answer, written(_foreign_id))
    yield fault("answer-four-elements", "A CALLRESULT repeats the action, as a CALL does.", any_answer, written(_four))
    yield fault("answer-payload-null", "The payload of every answer is null.", any_answer, replace(None))
    yield fault("answer-not-json", "An answer is cut off in the middle.", any_answer, written(_cut_off))
    yield fault(
        "error-code-unknown", "Every answer is a CALLERROR with a code that does not exist.", any_answer, written(_code)
    )
    yield fault("calls-not-sent", "No operation leaves the CSMS.", any_call, silence)
    yield fault("call-id-too-long", "The id of a CALL has more than 36 characters.", any_call, written(_long_id))
    yield fault(
        "call-action-lower-case", "The action of a CALL is written in lower case.", any_call, written(_lower_action)
    )


def _upper_id(message: Outgoing) -> str:
    return frames.result(message.id.upper(), message.payload).raw


def _foreign_id(message: Outgoing) -> str:
    return frames.result(f"{message.id[:30]}-other", message.payload).raw


def _four(message: Outgoing) -> str:
    return frames.encode([frames.type_of_result, message.id, message.action, message.payload])


def _cut_off(message: Outgoing) -> str:
    return frames.result(message.id, message.payload).raw[:-2]


def _code(message: Outgoing) -> str:
    return frames.error(message.id, "SomethingWentWrong").raw


def _long_id(message: Outgoing) -> str:
    return frames.call(message.id.ljust(37, "x"), message.action, message.payload).raw


def _lower_action(message: Outgoing) -> str:
    return frames.call(message.id, message.action.lower(), message.payload).raw
