"""An OCPP-J peer whose transport hands over each message as it comes: the end of a server with many connections.

A CALL that needs no waiting is answered before the next message is looked at: without a queue, without a task, without
waking anybody. One that waits goes on when what it waits for is there; what comes in the meantime queues up, so that
CALLs are still handled one after the other, in the order they came. As ``Peer`` otherwise.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from time import monotonic_ns
from typing import Any, Protocol

import websockets.exceptions

from ocppj import frames
from ocppj.errors import ConnectionClosed, OcppError
from ocppj.frames import Call, CallError, Frame
from ocppj.payload import as_payload
from ocppj.peers.aio_base import AsyncPeer, Transport
from ocppj.peers.base import DEFAULT_CALL_TIMEOUT, MAX_WAITING, Observer, is_for_worker
from ocppj.session.refusal import refusal
from ocppj.session.session import Seen, Session

log = logging.getLogger(__name__)

IN_A_ROW = 4
"""CALLs that waited for their turn and are handled before the other connections get theirs."""

REST = 0.002
REST_A_CHARACTER = 2e-7
"""Seconds a connection is not read after a message that broke its schema, or is none, and more for a long one. To find
out what is wrong with it takes a hundred times as long as to answer a right one, and the others wait for it."""

Steps = Coroutine[Any, Any, dict[str, Any]]
Handler = Callable[[Call], Steps]
"""As that of ``Peer``. It runs without a task of its own: it may await futures and coroutines, but use nothing that
asks for the current task, which is ``asyncio.timeout`` and what is built on it."""


class Feeder(Transport, Protocol):
    """A transport that hands over each message as it comes, instead of being asked for it."""

    async def deliver(self, receiver: Callable[[str | bytes], bool], /) -> ConnectionClosed:
        """Give each message to ``receiver`` until the connection ends; after False no more before ``resume``."""

    def resume(self) -> None:
        """The receiver takes messages again."""

    def rest(self, seconds: float, /) -> None:
        """Read nothing from this connection for a while."""

    def send_now(self, message: str, /) -> bool:
        """Write a text if that can be done without waiting; False: nothing was written, ``send`` is to be awaited."""


class FedPeer(AsyncPeer):
    """One end of one OCPP-J connection; ``await peer.run()`` drives it."""

    def __init__(
        self,
        session: Session,
        transport: Feeder,
        handler: Handler,
        *,
        observer: Observer | None = None,
        call_timeout: float = DEFAULT_CALL_TIMEOUT,
        on_refused: Callable[[Seen, CallError], None] | None = None,
    ) -> None:
        """``on_refused`` is told of CALLs no handler gets to see: the frame and its CALLERROR."""
        super().__init__(session, transport, observer, call_timeout)
        self._feeder = transport
        self._handler = handler
        self._on_refused = on_refused
        self._inbox: deque[Seen] | None = None  # CALLs that wait for their turn, while there are any
        self._call: Call | None = None  # the last one that was handled
        self._steps: Steps | None = None  # what handles it, and waits
        self._awaited: asyncio.Future[Any] | None = None  # for this
        self._sending: asyncio.Task[None] | None = None  # an answer the transport would not take at once
        self._is_held = False  # the transport waits for `resume`

    async def run(self) -> None:
        """Take what the transport delivers until the connection ends."""
        try:
            self.lost(await self._feeder.deliver(self._take))
        finally:
            self.lost(ConnectionClosed(1006, "", by_remote=False))
            self._inbox = None
            del self._handler, self._on_refused  # they may belong to who holds this peer
            if self._awaited is not None:
                self._awaited.cancel()
            if self._sending is not None:
                self._sending.cancel()

    @property
    def has_room(self) -> bool:
        """Whether the transport may bring another message."""
        return not self._is_held

    def _take(self, message: str | bytes) -> bool:
        """A message was read; False: no more is to come before ``resume``."""
        seen = self._received(message, monotonic_ns())
        frame = seen.frame
        if not seen.valid:
            self._feeder.rest(REST + len(frame.raw) * REST_A_CHARACTER)
        if type(frame) is not Call and not is_for_worker(frame):
            self._take_answer(frame)
        elif self._steps is None and self._sending is None and not self._inbox:
            self._serve(seen)
        else:
            if self._inbox is None:
                self._inbox = deque()
            self._inbox.append(seen)
            self._is_held = len(self._inbox) >= MAX_WAITING
        return not self._is_held

    def _serve(self, seen: Seen) -> None:
        """Handle a CALL, as far as that goes without waiting."""
        frame = seen.frame
        refused = refusal(seen, self.session.protocol, self.session.local)
        if refused is not None:
            if self._on_refused is not None:
                self._on_refused(seen, refused)
            self._answer(refused)
        elif type(frame) is Call:
            self._call = frame
            try:
                self._steps = self._handler(frame)
            except Exception as error:
                self._answer(_refused(frame, error))
            else:
                self._step()

    def _step(self) -> None:
        """Go on with the handler until it waits again, the way a task does (``asyncio.Future.__await__``)."""
        call, steps = self._call, self._steps
        assert call is not None
        assert steps is not None
        try:
            awaited = steps.send(None)
        except StopIteration as done:
            self._steps = None
            self._answer(_result(call, done.value))
        except asyncio.CancelledError:
            self._steps = None  # the connection has ended
        except Exception as error:
            self._steps = None
            self._answer(_refused(call, error))
        else:
            if awaited is None:  # it only gives way
                asyncio.get_running_loop().call_soon(self._woken)
            else:
                awaited._asyncio_future_blocking = False
                awaited.add_done_callback(self._woken)
            self._awaited = awaited

    def _woken(self, _: Any = None) -> None:
        self._awaited = None
        self._step()
        self._go_on()

    def _go_on(self) -> None:
        """Take up the CALLs that had to wait for their turn."""
        left = IN_A_ROW
        while self._inbox and self._steps is None and self._sending is None:
            if not left:
                asyncio.get_running_loop().call_soon(self._go_on)
                return
            left -= 1
            self._serve(self._inbox.popleft())
        if not self._inbox:
            self._inbox = None
            if self._is_held:
                self._is_held = False
                self._feeder.resume()

    def _answer(self, frame: Frame) -> None:
        if self._closed.done():
            return  # nobody is left to answer
        try:
            self._sent(frame)
            if not self._feeder.send_now(frame.raw):
                self._sending = asyncio.create_task(self._send_later(frame.raw))
        except Exception:
            log.exception("a CALL could not be answered")

    async def _send_later(self, text: str) -> None:
        try:
            await self._transport.send(text)
        except websockets.exceptions.ConnectionClosed:
            pass  # nobody is left to answer
        except Exception:
            log.exception("a CALL could not be answered")
        self._sending = None
        self._go_on()


def _result(call: Call, payload: Any) -> Frame:
    try:
        return frames.result(call.id, as_payload(payload))
    except Exception as error:
        return _refused(call, error)


def _refused(call: Call, error: Exception) -> Frame:
    if isinstance(error, OcppError):
        return frames.error(call.id, error.code, error.description, error.details)
    log.error("the handler of %s failed", call.action, exc_info=error)
    return frames.error(call.id, "InternalError", f"{call.action} could not be processed")
