"""Faults of a station that is not accepted yet, or has been (OCPP 1.6 §4.2; errata 3.35)."""

from __future__ import annotations

from collections.abc import Iterator

from ocppj.frames import Call
from ocppj.peers.aio import Peer
from ocppj.session.session import Seen
from simulator.faults.model import Fault
from simulator.faults.words import override
from simulator.v16.core.registration import Registration
from simulator.v16.faults.rules.messages import Broken
from simulator.wire.registration import OWN_PAUSE

_HASTY = 0.2  # seconds


def faults() -> Iterator[Fault]:
    """The faults of this section."""
    yield override(
        "boot-floods",
        f"Where the CSMS names no interval, BootNotification is repeated every {_HASTY} s.",
        Registration,
        _Floods,
    )
    yield override(
        "heartbeat-before-acceptance",
        "A Heartbeat is sent when a BootNotification was not accepted.",
        Registration,
        _BeatsAtOnce,
    )
    yield override("answers-while-rejected", "A station that is Rejected answers what the CSMS asks.", Peer, _Talkative)


class _Floods(Registration):
    __slots__ = ()

    def _again(self, pause: float) -> None:
        super()._again(_HASTY if pause == OWN_PAUSE else pause)


class _BeatsAtOnce(Registration):
    __slots__ = ()

    def _registered(self, status: str, interval: int) -> None:
        super()._registered(status, interval)
        if status != "Accepted":
            self.link.send("Heartbeat", {})


class _Talkative(Broken):
    async def _serve(self, seen: Seen) -> None:
        registration = self.wiring.base.registration  # type: ignore[attr-defined]  # of whichever version
        if isinstance(seen.frame, Call) and registration.status == "Rejected":
            await self.refuse(seen.frame.id, "SecurityError", "the station is Rejected")
        else:
            await super()._serve(seen)
