"""Faults of the WebSocket below the messages (RFC 6455), from the next connection of a station on.

Whoever asks which faults there are waits for no library of WebSockets: it is imported where a fault is at work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from csms_core.faults.model import Fault

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.frames import Frame
    from websockets.protocol import Event


def faults() -> Iterator[Fault]:
    """The faults of the socket."""
    yield Fault("pings-unanswered", "A ping gets no pong.", socket=_pongs(lambda pong: None))
    yield Fault(
        "pongs-empty", "A pong repeats nothing of its ping.", socket=_pongs(lambda pong: replace(pong, data=b""))
    )
    yield Fault("fragments-ignored", "A message in several fragments gets no answer.", socket=_fragments(1))
    yield Fault("many-fragments-ignored", "A message in more than ten fragments gets no answer.", socket=_fragments(10))
    yield Fault(
        "compression-ends-connection",
        "A station that offers compression is let in and cut off.",
        socket=_cuts_who_compresses,
    )
    yield Fault(
        "second-connection-ends",
        "A second connection of a station is let in and cut off.",
        socket=_cuts_the_second,
    )


def _pongs(edit: Callable[[Frame], Frame | None]) -> Callable[[ServerConnection], None]:
    def breaks(connection: ServerConnection) -> None:
        from websockets.frames import Opcode

        right = connection.protocol.send_frame

        def send(frame: Frame) -> None:
            sent = edit(frame) if frame.opcode is Opcode.PONG else frame
            if sent is not None:
                right(sent)

        connection.protocol.send_frame = send  # type: ignore[method-assign]

    return breaks


def _fragments(most: int) -> Callable[[ServerConnection], None]:
    """Lose each message of more fragments than ``most``."""

    def breaks(connection: ServerConnection) -> None:
        from websockets.frames import Frame, Opcode

        right = connection.process_event
        held: list[Event] = []

        def process(event: Event) -> None:
            if not isinstance(event, Frame) or event.opcode not in (Opcode.TEXT, Opcode.CONT):
                right(event)
                return
            held.append(event)
            if event.fin:
                message, held[:] = list(held), []
                for part in message if len(message) <= most else ():
                    right(part)

        connection.process_event = process  # type: ignore[method-assign]

    return breaks


def _cuts_who_compresses(connection: ServerConnection) -> None:
    request = connection.request
    if request is not None and "Sec-WebSocket-Extensions" in request.headers:
        connection.transport.abort()


def _cuts_the_second(connection: ServerConnection) -> None:
    identity = getattr(connection, "identity", None)
    others = (other for other in connection.server.connections if other is not connection)
    if any(getattr(other, "identity", None) == identity for other in others):
        connection.transport.abort()
