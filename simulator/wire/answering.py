"""How a CALL of the CSMS is answered, alike in every version: at once, and what follows once the answer has left."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import cast

from ocppj.errors import ConnectionClosed, OcppError
from ocppj.frames import Call
from ocppj.session.session import Seen
from simulator.kernel.base import Base
from simulator.wire.dialing import Line
from simulator.wire.operations import Answer, Then

log = logging.getLogger(__name__)


async def reply(base: Base, operate: Callable[[Call], Answer], seen: Seen, line: Line) -> None:
    """Answer one CALL whose payload is valid. `operate` raises `OcppError` for a CALLERROR."""
    call = cast("Call", seen.frame)
    answer = None
    hold = base.clock.hold()
    try:
        answer = operate(call)
        await line.reply(call, answer.payload)
    except OcppError as error:
        await line.refuse(call.id, error.code, error.description, error.details)
        base.events.publish("csms", f"{call.action}: {error.code}")
    except ConnectionClosed:
        log.debug("the CSMS left before %s was answered", call.action)
    except Exception:
        log.exception("%s could not be processed", call.action)
        await line.refuse(call.id, "InternalError", f"{call.action} could not be processed")
    else:
        outcome = answer.payload.get("status", "answered")
        base.events.publish("csms", f"{call.action}: {outcome}", action=call.action, status=outcome)
    finally:
        if answer is not None and answer.then is not None:
            _follow(base, answer.then)
        hold.release()


def _follow(base: Base, then: Then) -> None:
    work = then()
    if work is not None:
        base.tasks.spawn(_finished(work))


async def _finished(work: Awaitable[None]) -> None:
    await work
