"""Registration and heartbeat (1.6 §4.2, §4.6; rules BOOT-01 to 07).

`Registration` is also the `Uplink` of the other features: nothing but BootNotification passes before the CSMS
has accepted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from simulator.clock import Timer
from simulator.core import Core, Offline, Unanswered
from simulator.link import Link, new_future

OWN_PAUSE = 60.0
"""Seconds between two BootNotifications when the CSMS names no interval, or does not answer."""


class Registration:
    """Brings the station to Accepted after each boot and keeps the heartbeat."""

    def __init__(self, core: Core, link: Link, identity: Mapping[str, str]) -> None:
        """`identity` is the payload of BootNotification."""
        self.status: str | None = None
        self.on_online: Callable[[bool], None] = lambda _after_boot: None
        self._core = core
        self._link = link
        self._identity = dict(identity)
        self._retry: Timer | None = None
        self._heartbeat: Timer | None = None
        self._booting = False
        self._boots = 0
        link.on_call = self._arm_heartbeat
        core.configuration.listen(self._configured)

    @property
    def online(self) -> bool:
        """Connected and accepted."""
        return self._link.up and self.status == "Accepted"

    def submit(self, action: str, payload: dict[str, Any]) -> asyncio.Future[dict[str, Any]]:
        """As in `Uplink`."""
        if self.online:
            return self._link.submit(action, payload)
        future = new_future()
        future.set_exception(Offline("the CSMS has not accepted the station, or cannot be reached"))
        return future

    def forget(self) -> None:
        """The station goes down: it has to boot again."""
        self.status = None
        self._boots += 1
        self._cancel(self._retry, self._heartbeat)
        self._retry = self._heartbeat = None

    def connected(self) -> None:
        """There is a connection: boot, or go on where the last one ended."""
        if self.status == "Accepted":  # no boot, so no BootNotification (rule CON-09)
            self._arm_heartbeat()
            self.on_online(False)
        elif self._retry is None:  # a waiting time that still runs is respected (rules BOOT-02, BOOT-03)
            self._core.tasks.spawn(self._boot())

    def disconnected(self) -> None:
        """The connection is gone."""
        self._cancel(self._heartbeat)
        self._heartbeat = None

    def _retry_now(self) -> None:
        self._retry = None
        if self._link.up:
            self._core.tasks.spawn(self._boot())

    async def _boot(self) -> None:
        if self._booting:
            return
        self._booting = True
        boot = self._boots
        try:
            answer = await self._link.submit("BootNotification", self._identity)
        except Offline:
            return  # the next connection boots
        except Unanswered as error:
            self._again(OWN_PAUSE)
            self._core.events.publish("problem", f"{error}; next BootNotification in {OWN_PAUSE:g} s")
            return
        finally:
            self._booting = False
        if boot != self._boots:
            return  # the station went down while the answer was on its way
        self.status = answer["status"]
        interval = int(answer["interval"])
        if self.status == "Accepted":
            if interval > 0:
                self._core.configuration.set("HeartbeatInterval", str(interval))
            self._arm_heartbeat()
            self._core.events.publish("boot", "accepted by the CSMS", status=self.status)
            self.on_online(True)
        else:
            pause = float(interval) if interval > 0 else OWN_PAUSE
            self._again(pause)
            self._core.events.publish(
                "boot", f"{self.status} by the CSMS, next BootNotification in {pause:g} s", status=self.status
            )

    def _again(self, pause: float) -> None:
        self._cancel(self._retry)
        self._retry = self._core.clock.call_later(pause, self._retry_now)

    def _arm_heartbeat(self) -> None:
        """Any CALL takes the place of a heartbeat, so the interval starts anew with each (rule BOOT-07)."""
        self._cancel(self._heartbeat)
        self._heartbeat = None
        if self.online:
            interval = self._core.configuration.number("HeartbeatInterval")
            self._heartbeat = self._core.clock.call_later(interval, self._beat)

    def _configured(self, key: str) -> None:
        if key == "HeartbeatInterval":
            self._arm_heartbeat()

    def _beat(self) -> None:
        self._heartbeat = None
        self._core.tasks.spawn(self._send_heartbeat())

    async def _send_heartbeat(self) -> None:
        try:
            await self.submit("Heartbeat", {})
        except Offline:
            pass
        except Unanswered as error:
            self._core.events.publish("problem", str(error))

    @staticmethod
    def _cancel(*timers: Timer | None) -> None:
        for timer in timers:
            if timer is not None:
                timer.cancel()
