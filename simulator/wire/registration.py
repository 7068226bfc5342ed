"""Registration and heartbeat, alike in every version (1.6 §4.2, §4.6; 2.0.1 B01 to B04, G02; rules BOOT-01 to 07).

`Registration` is also the way to the CSMS for everything else: nothing but BootNotification passes before the CSMS has
accepted, save what it asks for while the station is Pending. A version says what its BootNotification holds and where
it keeps the interval of the heartbeat.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from simulator.kernel.base import Base
from simulator.kernel.clock import Timer
from simulator.kernel.errors import Offline, Unanswered
from simulator.wire.dialing import BackOff
from simulator.wire.link import Done, Link

OWN_PAUSE = 60.0
"""Seconds between two BootNotifications when the CSMS names no interval."""

_UNANSWERED = BackOff(first=OWN_PAUSE, ceiling=1800.0, share=0.0)
_LONGEST_HEARTBEAT = 86_400  # seconds: at least one a day (rule CON-15)
_TIMER_SLACK = 0.001  # seconds a timer may fire early


class Registration(ABC):
    """Brings the station to Accepted after each boot, keeps the heartbeat, and sends for the features."""

    __slots__ = (
        "_booting",
        "_boots",
        "_failures",
        "_heartbeat",
        "_on_accepted",
        "_on_time",
        "_retry",
        "_was_due",
        "base",
        "identity",
        "link",
        "status",
    )

    def __init__(
        self,
        base: Base,
        link: Link,
        identity: Mapping[str, str],
        *,
        on_accepted: Callable[[bool], None],
        on_time: Callable[[str], None],
    ) -> None:
        """`identity` is what the station says of itself; its members may change before the next boot.

        `on_accepted` is called when the station is online; True: after a boot, False: after an outage. `on_time` is
        called with each currentTime of the CSMS.
        """
        self.base = base
        self.link = link
        self._on_accepted = on_accepted
        self._on_time = on_time
        self.identity = dict(identity)
        self.status: str | None = None
        self._retry: Timer | None = None
        self._heartbeat: Timer | None = None
        self._was_due = 0.0  # when the last heartbeat was due, in monotonic seconds
        self._booting = False
        self._boots = 0
        self._failures = 0

    # --- what a version says ------------------------------------------------------------------------------------------

    @abstractmethod
    def notification(self, *, triggered: bool) -> dict[str, Any]:
        """The payload of BootNotification; `triggered`: the CSMS has asked for it."""

    @property
    @abstractmethod
    def interval(self) -> int:
        """Seconds between two heartbeats."""

    @interval.setter
    @abstractmethod
    def interval(self, seconds: int) -> None: ...

    # --- the way to the CSMS ------------------------------------------------------------------------------------------

    @property
    def online(self) -> bool:
        """Connected and accepted."""
        return self.status == "Accepted" and self.link.line is not None

    def send(
        self,
        action: str,
        payload: dict[str, Any],
        done: Done | None = None,
        *,
        triggered: bool = False,
        due: float | None = None,
    ) -> None:
        """Send a CALL in its turn. `done` is given the payload of the answer, or an `Offline` or `Unanswered`.

        `triggered`: the CSMS has asked for it, so that it passes while the station is Pending, too (rule BOOT-04).
        `due`: when it should have left, if not now (`Link.send`).
        """
        if self.status == "Accepted" or (triggered and self.status == "Pending"):
            self.link.send(action, payload, done, due=due)
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
            self.base.events.publish("problem", str(answer))

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
            self._on_accepted(False)
        elif self._retry is None:  # a waiting time that still runs is respected (rules BOOT-02, BOOT-03)
            self.boot()

    def disconnected(self) -> None:
        """The connection is gone."""
        self._disarm()

    def boot(self, *, triggered: bool = False) -> None:
        """Send BootNotification now; `triggered`: the CSMS has asked for it."""
        self._cancel_retry()
        if not self._booting and self.link.up:
            self._booting = True
            boots = self._boots
            payload = self.notification(triggered=triggered)
            self.link.send("BootNotification", payload, lambda answer: self._answered(answer, boots))

    def _answered(self, answer: dict[str, Any] | Offline | Unanswered, boots: int) -> None:
        self._booting = False
        if boots != self._boots:  # the station went down while the answer was on its way
            if self.link.up and self.status is None:
                self.boot()
        elif isinstance(answer, Unanswered):
            pause = _UNANSWERED.pause(self._failures, 0.0)
            self._failures += 1
            self._again(pause)
            self.base.events.publish("problem", f"{answer}; next BootNotification in {pause:g} s")
        elif not isinstance(answer, Offline):  # then the next connection boots
            self._on_time(answer["currentTime"])
            self._registered(answer["status"], int(answer["interval"]))

    def _registered(self, status: str, interval: int) -> None:
        self.status = status
        self._failures = 0
        if status == "Accepted":
            if interval > 0:
                self.interval = min(interval, _LONGEST_HEARTBEAT)
            self._arm()
            self.base.events.publish("boot", "accepted by the CSMS", status=status)
            self._on_accepted(True)
        else:
            pause = float(interval) if interval > 0 else OWN_PAUSE
            self._again(pause)
            text = f"{status} by the CSMS, next BootNotification in {pause:g} s"
            self.base.events.publish("boot", text, status=status)

    def _again(self, pause: float) -> None:
        self._cancel_retry()
        self._retry = self.base.clock.call_later(pause, self.boot)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    # --- heartbeat ----------------------------------------------------------------------------------------------------

    def _wait(self) -> float:
        """Seconds until the next one is due; any CALL takes the place of a heartbeat (rule BOOT-07)."""
        last = max(self.link.left, self._was_due)
        return last + self.interval - self.base.clock.monotonic()

    def interval_changed(self) -> None:
        """The time between two heartbeats is another one."""
        self._arm()

    def _arm(self) -> None:
        """One timer that looks when it fires whether a CALL has left meanwhile: cheaper than a new one with each."""
        self._disarm()
        if self.online:
            self._heartbeat = self.base.clock.call_later(max(self._wait(), 0.0), self._due)

    def _disarm(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            self._heartbeat = None

    def _due(self) -> None:
        if self._wait() <= _TIMER_SLACK:
            self._was_due = self.base.clock.monotonic()
            self.beat()
        self._arm()

    def beat(self, *, triggered: bool = False) -> None:
        """Send Heartbeat."""
        self.send("Heartbeat", {}, self._beaten, triggered=triggered)

    def _beaten(self, answer: dict[str, Any] | Offline | Unanswered) -> None:
        self._complain(answer)
        if not isinstance(answer, Exception):
            self._on_time(answer["currentTime"])
