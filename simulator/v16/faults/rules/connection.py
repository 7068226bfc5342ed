"""Faults of how a station connects, comes back and keeps its connection alive (OCPP-J 1.6 §3, §5.3, §5.4, §7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode

from simulator.faults.model import Fault, Message, Payload
from simulator.faults.words import answered, operation, override
from simulator.v16.core.configuration import Configuration
from simulator.v16.core.registration import Registration
from simulator.v16.faults.words import key_read_as
from simulator.wire.dialing import Dial
from simulator.wire.link import Link

_PING = "WebSocketPingInterval"
_SHRINKING = (4.0, 2.0, 1.0, 0.5)
_LOOKS = 1.0
"""Seconds after which a station that has given up looks whether it still has."""
_KEYS = {_PING: "900", "TransactionMessageAttempts": "3", "TransactionMessageRetryInterval": "60"}


def faults() -> Iterator[Fault]:
    """The faults of these sections."""
    yield Fault(
        "identity-in-lower-case", "The identity at the end of the address is written in lower case.", dials=_lowered
    )
    yield Fault("identity-space-as-plus", "A space in the identity is a plus sign in the address.", dials=_with_plus)
    yield Fault(
        "identity-not-encoded",
        "Behind the path of the address there is a part that should be percent-encoded and is not.",
        dials=_bare,
    )
    yield override("reconnect-never", "A station that was not let in does not come again.", Link, _GivesUp)
    yield override(
        "reconnect-faster", "Each pause between two attempts to connect is shorter than the one before.", Link, _Hurries
    )
    yield override(
        "boots-on-reconnect",
        "BootNotification is sent although only the connection was lost.",
        Registration,
        _BootsAgain,
    )
    yield override(
        "pongs-empty", "A WebSocket ping is answered by a pong without its octets.", ClientProtocol, _EmptyPongs
    )
    yield override("fragments-lost", "A message in several fragments is lost.", ClientProtocol, _WholeOnly)
    yield override(
        "pings-rare",
        "WebSocketPingInterval counts four times.",
        Configuration,
        key_read_as(_PING, lambda seconds: 4 * seconds),
    )
    yield override(
        "pings-always",
        "With a WebSocketPingInterval of 0 there is a ping each second.",
        Configuration,
        key_read_as(_PING, lambda seconds: seconds or 1),
    )
    yield operation(
        "ping-interval-beyond-attempts",
        "WebSocketPingInterval is longer than a transaction message is repeated.",
        "GetConfiguration",
        answered(_beyond_attempts),
    )


def _lowered(dial: Dial) -> Dial:
    return replace(dial, identity=dial.identity.lower())


def _with_plus(dial: Dial) -> Dial:
    return replace(dial, identity=dial.identity.replace(" ", "+"))


def _bare(dial: Dial) -> Dial:
    return replace(dial, url=f"{dial.url}/<bare>")


def _beyond_attempts(_: Message, payload: Payload) -> Payload:
    for entry in payload.get("configurationKey", ()):
        entry["value"] = _KEYS.get(entry["key"], entry.get("value"))
    return payload


class _GivesUp(Link):
    __slots__ = ()

    def _pause(self) -> float:
        if self.last_failure is None:
            return super()._pause()
        self._later()
        return _LOOKS

    def _try(self) -> None:
        if self.last_failure is None:
            super()._try()
        else:
            self._later()

    def _later(self) -> None:
        self._retry = self.base.clock.call_later(_LOOKS, lambda: self._try())  # as it is by then, with the fault or not


class _Hurries(Link):
    __slots__ = ()

    def _pause(self) -> float:
        pause = _SHRINKING[min(self._failures, len(_SHRINKING) - 1)]
        self._failures += 1
        self._retry = self.base.clock.call_later(pause, self._try)
        return pause


class _BootsAgain(Registration):
    __slots__ = ()

    def connected(self) -> None:
        self.status = None
        super().connected()


class _EmptyPongs(ClientProtocol):
    def send_frame(self, frame: Frame) -> None:
        super().send_frame(Frame(Opcode.PONG, b"") if frame.opcode is Opcode.PONG else frame)


class _WholeOnly(ClientProtocol):
    def recv_frame(self, frame: Frame) -> None:
        if frame.opcode is not Opcode.CONT and (frame.fin or frame.opcode is not Opcode.TEXT):
            super().recv_frame(frame)
