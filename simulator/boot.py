"""Registration and heartbeat (1.6 §4.2, §4.6; rules BOOT-01 to 07, BOOT-10).

`Registration` is also the way to the CSMS for everything else: nothing but BootNotification passes before the CSMS has
accepted, save what it triggers while the station is Pending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from simulator.clock import Timer
from simulator.dialing import BackOff
from simulator.errors import Offline, Unanswered
from simulator.link import Done
from simulator.parts import Parts

OWN_PAUSE = 60.0
"""Seconds between two BootNotifications when the CSMS names no interval."""

_UNANSWERED = BackOff(first=OWN_PAUSE, ceiling=1800.0, share=0.0)
_LONGEST_HEARTBEAT = 86_400  # seconds: at least one a day (rule CON-15)
_TIMER_SLACK = 0.001  # seconds a timer may fire early


class Registration:
    """Brings the station to Accepted after each boot, keeps the heartbeat, and sends for the features."""

    __slots__ = ("_booting", "_boots", "_failures", "_heartbeat", "_last_call", "_retry", "identity", "parts", "status")

    def __init__(self, parts: Parts, identity: Mapping[str, str]) -> None:
        """`identity` is the payload of BootNotification; its members may change before the next boot."""
        self.parts = parts
        self.identity = dict(identity)
        self.status: str | None = None
        self._retry: Timer | None = None
        self._heartbeat: Timer | None = None
        self._last_call = 0.0
        self._booting = False
        self._boots = 0
        self._failures = 0

    @property
    def online(self) -> bool:
        """Connected and accepted."""
        return self.status == "Accepted" and self.parts.link.line is not None

    def send(self, action: str, payload: dict[str, Any], done: Done | None = None, *, triggered: bool = False) -> None:
        """Send a CALL in its turn. `done` is given the payload of the answer, or an `Offline` or `Unanswered`.

        `triggered`: the CSMS has asked for it, so that it passes while the station is Pending, too (rule BOOT-04).
        """
        if self.status == "Accepted" or (triggered and self.status == "Pending"):
            self.parts.link.send(action, payload, done)
        elif done is not None:
            done(Offline("the CSMS has not accepted the station"))

    async def ask(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a CALL and wait for the payload of its answer. Raises `Offline` or `Unanswered`."""
        answered: asyncio.Future[dict[str, Any] | Offline | Unanswered] = asyncio.get_running_loop().create_future()

        def done(answer: dict[str, Any] | Offline | Unanswered) -> None:
            if not answered.done():
                answered.set_result(answer)

        self.send(action, payload, done)
        answer = await answered
        if isinstance(answer, Exception):
            raise answer
        return answer

    def tell(self, action: str, payload: dict[str, Any], *, triggered: bool = False) -> None:
        """Send a CALL whose answer says nothing; what goes wrong is published as a problem."""
        self.send(action, payload, self._complain, triggered=triggered)

    def _complain(self, answer: dict[str, Any] | Offline | Unanswered) -> None:
        if isinstance(answer, Unanswered):
            self.parts.events.publish("problem", str(answer))

    # --- registration -------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """The station goes down: it has to boot again."""
        self.status = None
        self._boots += 1
        self._failures = 0
        self._cancel_retry()
        self._disarm()

    def connected(self) -> None:
        """There is a connection: boot, or go on where the last one ended."""
        if self.status == "Accepted":  # no boot, so no BootNotification (rule CON-09)
            self._arm()
            self.parts.power.online(after_boot=False)
        elif self._retry is None:  # a waiting time that still runs is respected (rules BOOT-02, BOOT-03)
            self.boot()

    def disconnected(self) -> None:
        """The connection is gone."""
        self._disarm()

    def boot(self) -> None:
        """Send BootNotification now."""
        self._cancel_retry()
        if not self._booting and self.parts.link.up:
            self._booting = True
            boots = self._boots
            self.parts.link.send("BootNotification", dict(self.identity), lambda answer: self._answered(answer, boots))

    def _answered(self, answer: dict[str, Any] | Offline | Unanswered, boots: int) -> None:
        self._booting = False
        if boots != self._boots:  # the station went down while the answer was on its way
            if self.parts.link.up and self.status is None:
                self.boot()
        elif isinstance(answer, Unanswered):
            pause = _UNANSWERED.pause(self._failures, 0.0)
            self._failures += 1
            self._again(pause)
            self.parts.events.publish("problem", f"{answer}; next BootNotification in {pause:g} s")
        elif not isinstance(answer, Offline):  # then the next connection boots
            self.parts.timekeeper.told(answer["currentTime"])
            self._registered(answer["status"], int(answer["interval"]))

    def _registered(self, status: str, interval: int) -> None:
        self.status = status
        self._failures = 0
        if status == "Accepted":
            if interval > 0:
                self.parts.configuration.set("HeartbeatInterval", str(min(interval, _LONGEST_HEARTBEAT)))
            self._arm()
            self.parts.events.publish("boot", "accepted by the CSMS", status=status)
            self.parts.power.online(after_boot=True)
        else:
            pause = float(interval) if interval > 0 else OWN_PAUSE
            self._again(pause)
            text = f"{status} by the CSMS, next BootNotification in {pause:g} s"
            self.parts.events.publish("boot", text, status=status)

    def _again(self, pause: float) -> None:
        self._cancel_retry()
        self._retry = self.parts.clock.call_later(pause, self.boot)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    # --- heartbeat ----------------------------------------------------------------------------------------------------

    def touched(self) -> None:
        """A CALL leaves; it takes the place of a heartbeat (rule BOOT-07)."""
        self._last_call = self.parts.clock.monotonic()

    def configured(self, key: str) -> None:
        """A configuration key has a new value."""
        if key == "HeartbeatInterval":
            self._arm()

    def _arm(self) -> None:
        """One timer that looks when it fires whether a CALL has left meanwhile: cheaper than a new one with each."""
        self._disarm()
        if self.online:
            wait = self._last_call + self.parts.configuration.number("HeartbeatInterval") - self.parts.clock.monotonic()
            self._heartbeat = self.parts.clock.call_later(max(wait, 0.0), self._due)

    def _disarm(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            self._heartbeat = None

    def _due(self) -> None:
        interval = self.parts.configuration.number("HeartbeatInterval")
        if self._last_call + interval - self.parts.clock.monotonic() <= _TIMER_SLACK:
            self.touched()
            self.beat()
        self._arm()

    def beat(self, *, triggered: bool = False) -> None:
        """Send Heartbeat."""
        self.send("Heartbeat", {}, self._beaten, triggered=triggered)

    def _beaten(self, answer: dict[str, Any] | Offline | Unanswered) -> None:
        self._complain(answer)
        if not isinstance(answer, Exception):
            self.parts.timekeeper.told(answer["currentTime"])
