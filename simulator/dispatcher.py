"""Answers the CALLs of the CSMS with the operations of the features; what nobody offers is NotSupported (rule ERR-03).

An operation answers at once; what follows from it is done after the answer has left (`Answer.then`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import TYPE_CHECKING, cast

from ocppj.errors import ConnectionClosed, OcppError
from ocppj.frames import Call
from ocppj.session import Seen
from simulator.feature import Answer, Then, status
from simulator.parts import Parts

if TYPE_CHECKING:
    from simulator.dialing import Line

log = logging.getLogger(__name__)

_WITHOUT_PROFILE = {"ReserveNow": status("Rejected")}
"""1.6 §5.13 has an answer of its own for a station that takes no reservations (rule RES-01)."""


async def handle(parts: Parts, seen: Seen, line: Line) -> None:
    """Answer one CALL whose payload is valid. A rejected station is silent (1.6 §4.2, rule BOOT-03)."""
    call = cast("Call", seen.frame)
    if parts.registration.status == "Rejected":
        parts.events.publish("csms", f"{call.action} is ignored while the station is Rejected")
        return
    answer = None
    hold = parts.clock.hold()
    try:
        answer = _answer(parts, call)
        await line.reply(call, answer.payload)
    except OcppError as error:
        await line.refuse(call.id, error.code, error.description, error.details)
        parts.events.publish("csms", f"{call.action}: {error.code}")
    except ConnectionClosed:
        log.debug("the CSMS left before %s was answered", call.action)
    except Exception:
        log.exception("%s could not be processed", call.action)
        await line.refuse(call.id, "InternalError", f"{call.action} could not be processed")
    else:
        outcome = answer.payload.get("status", "answered")
        parts.events.publish("csms", f"{call.action}: {outcome}", action=call.action, status=outcome)
    finally:
        if answer is not None and answer.then is not None:
            _follow(parts, answer.then)
        hold.release()


def _answer(parts: Parts, call: Call) -> Answer:
    operation = parts.features.operation(call.action)
    if operation is None and call.action in _WITHOUT_PROFILE:
        return _WITHOUT_PROFILE[call.action]
    if operation is None:
        raise OcppError("NotSupported", f"{call.action} is not supported by this station")
    return operation({} if call.payload is None else call.payload)


def _follow(parts: Parts, then: Then) -> None:
    work = then()
    if work is not None:
        parts.tasks.spawn(_finished(work))


async def _finished(work: Awaitable[None]) -> None:
    await work
