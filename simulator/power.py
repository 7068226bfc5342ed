"""Power, reset and reboot (1.6 §5.14, §4.2; rules BOOT-01, RST-01, RST-02, STAT-05).

What survives is what a real station keeps: keys, availability, meter registers, the authorization cache and the queue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from simulator.boot import Registration
from simulator.clock import Timer
from simulator.core import Core, NotPossible
from simulator.link import Link
from simulator.sampling import Sampler
from simulator.sessions import Sessions

REBOOT_SECONDS = 2.0


class Power:
    """Switches the station on and off."""

    def __init__(
        self,
        core: Core,
        link: Link,
        registration: Registration,
        sessions: Sessions,
        sampler: Sampler,
        silent: Callable[[], bool],
    ) -> None:
        self.network = True
        self._core = core
        self._link = link
        self._registration = registration
        self._sessions = sessions
        self._sampler = sampler
        self._silent = silent
        self._reboot: Timer | None = None
        self._resetting = False

    @property
    def on(self) -> bool:
        """Whether the station runs."""
        return self._sessions.powered

    def switch_on(self) -> None:
        """Boot: the station comes up and connects."""
        self._cancel_reboot()
        self._resetting = False
        self._sessions.powered = True
        self._sessions.resume()
        self._sampler.power_on()
        if self.network:
            self._link.open()

    async def switch_off(self, reason: str, *, graceful: bool = False, abrupt: bool = False) -> None:
        """Go down. Transactions end with `reason`; `graceful` tells the CSMS before, else it learns after the boot.

        `abrupt` cuts the connection without a close frame.
        """
        if graceful:
            self._sessions.stop_all(reason)
            await self.delivered()
        self._cancel_reboot()
        self._sessions.powered = False
        self._registration.forget()
        await (self._link.cut() if abrupt else self._link.close(1001, "going down"))
        self._sessions.stop_all(reason)
        self._sessions.forget()
        self._sampler.power_off()

    async def delivered(self) -> None:
        """Wait until everything the station has to say is said, or cannot be said now."""
        await self._core.events.until(lambda: not self._registration.online or self._silent())

    def reset(self, kind: Literal["Hard", "Soft"]) -> str:
        """Accept a Reset; it is carried out after the answer has left."""
        if self._resetting or not self.on:
            return "Rejected"
        self._resetting = True
        return "Accepted"

    async def carry_out(self, kind: Literal["Hard", "Soft"]) -> None:
        """Do what `reset` has accepted: stop, go down, and come back (rules RST-01, RST-02)."""
        self._core.events.publish("reset", f"{kind} reset")
        await self.switch_off(f"{kind}Reset", graceful=kind == "Soft")
        self._reboot = self._core.clock.call_later(REBOOT_SECONDS, self.switch_on)

    async def lose_network(self) -> None:
        """The way to the CSMS breaks."""
        if not self.network:
            raise NotPossible("the network is already lost")
        self.network = False
        await self._link.cut()

    def restore_network(self) -> None:
        """The way to the CSMS is free again."""
        if self.network:
            raise NotPossible("the network is not lost")
        self.network = True
        if self.on:
            self._link.open()

    async def shut_down(self) -> None:
        """The end of the simulation: no message, no reboot."""
        self._cancel_reboot()
        self._sampler.power_off()
        self._registration.forget()
        await self._link.close(1000, "")
        self._sessions.powered = False

    def _cancel_reboot(self) -> None:
        if self._reboot is not None:
            self._reboot.cancel()
            self._reboot = None
