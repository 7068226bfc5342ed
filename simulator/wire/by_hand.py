"""What a station says by hand: any text, over the connection that it has, judged and recorded like any other frame."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic_ns

from ocppj import frames
from ocppj.errors import ConnectionClosed
from ocppj.evidence.outside import shown
from ocppj.frames import Call, Frame, Malformed
from ocppj.session.session import Seen
from simulator.kernel.errors import NotPossible
from simulator.wire.dialing import CallLine, RequestLine
from simulator.wire.disturbance import sendable
from simulator.wire.link import Link

_LONGEST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a text that was sent by hand: the text that answered it, or in a sentence why there is none."""

    answer: str | None = None
    why: str | None = None


_NOTHING_ASKED = Said(why="it is no CALL, so nothing answers it")
_ENDED = Said(why="the connection ended before an answer came")


async def send(link: Link, text: str) -> Said:
    """Send a text as it is, and wait for what answers it if it is a CALL, as long as for any other CALL.

    Raises `NotPossible` without a connection, `ValueError` for what is no text.
    """
    line, frame = link.line, frames.parse(sendable(text))
    if line is None:
        raise NotPossible("there is no connection")
    over: asyncio.Future[Said] = asyncio.get_running_loop().create_future()

    def see(seen: Seen) -> None:
        answers = seen.sender == "csms" and seen.request is not None and seen.request.sender == "station"
        if answers and seen.frame.id == frame.id and not over.done():
            over.set_result(Said(seen.frame.raw))

    link.watchers.append(see)
    try:
        await line.send(frame)
        link.base.events.publish("csms", f"sent by hand: {shown(text, longest=_LONGEST_TOLD)}")
        return await _over(link, line, frame, over) if _asks(frame) else _NOTHING_ASKED
    except ConnectionClosed as error:
        raise NotPossible(str(error)) from None
    finally:
        link.watchers.remove(see)


def _asks(frame: Frame) -> bool:
    """Whether a CSMS may answer it: a CALL, or what was meant as one and has an id to answer."""
    if isinstance(frame, Malformed):
        return frame.type == frames.type_of_call and frame.id is not None and frame.id_is_text
    return isinstance(frame, Call)


async def _over(link: Link, line: CallLine | RequestLine, frame: Frame, over: asyncio.Future[Said]) -> Said:
    """Wait until it is answered, the time for that is over, or the connection is."""
    patience = link.patience()

    def give_up() -> None:
        if not over.done():
            over.set_result(Said(why=f"no answer within {patience:g} s"))
            _give_up(line, frame)

    timer = link.base.clock.call_later(patience, give_up)
    gone = asyncio.ensure_future(link.base.events.until(lambda: link.line is not line))
    try:
        await asyncio.wait((over, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
        gone.cancel()
    return over.result() if over.done() else _ENDED


def _give_up(line: CallLine | RequestLine, frame: Frame) -> None:
    """Nobody waits any longer, so that the next CALL of the station is not one too many."""
    if isinstance(line, RequestLine):
        line.give_up(frame)
    else:
        line.session.time_out(str(frame.id), monotonic_ns())
