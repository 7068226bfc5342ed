"""Power, reset and reboot (1.6 §5.14, §4.2; rules BOOT-01, RST-01, RST-02, STAT-05).

What survives is what a real station keeps: keys, availability, meter registers, the authorization cache, the state of
the features, and the queue.
"""

from __future__ import annotations

from typing import Literal

from simulator.clock import Timer
from simulator.errors import NotPossible
from simulator.parts import Parts

REBOOT_SECONDS = 2.0


class Power:
    """Switches the station on and off."""

    __slots__ = ("_reboot", "_resetting", "network", "on", "parts")

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.on = False
        self.network = True
        self._reboot: Timer | None = None
        self._resetting = False

    @property
    def resetting(self) -> bool:
        """Whether the station goes down to come back by itself."""
        return self._resetting

    def switch_on(self) -> None:
        """Boot: the station comes up and connects."""
        self._cancel_reboot()
        self._resetting = False
        self.on = True
        self.parts.configuration.boot()
        self.parts.sessions.power_on()
        self.parts.sampler.power_on()
        self.parts.features.power_on()
        if self.network:
            self.parts.link.open()

    def online(self, after_boot: bool) -> None:
        """The CSMS has accepted the boot, or there is a connection again (rules BOOT-06, STAT-07)."""
        parts = self.parts
        parts.reporter.announce([parts.main, *parts.connectors.values()], everything=after_boot)
        parts.queue.hurry()
        parts.features.online(after_boot)

    async def switch_off(self, reason: str, *, graceful: bool = False, abrupt: bool = False) -> None:
        """Go down. Transactions end with `reason`; `graceful` tells the CSMS before, else it learns after the boot.

        `abrupt` cuts the connection without a close frame.
        """
        if graceful:
            self.parts.sessions.stop_all(reason)
            await self.delivered()
        self._cancel_reboot()
        self.on = False
        self.parts.registration.forget()
        if not (self.parts.facts.resumes and reason == "PowerLoss"):
            self.parts.sessions.stop_all(reason)
        self._rest()
        link = self.parts.link
        await (link.cut() if abrupt else link.close(1001, "going down"))

    def _rest(self) -> None:
        self.parts.sampler.power_off()
        self.parts.sessions.power_off()
        self.parts.features.power_off()

    async def delivered(self) -> None:
        """Wait until everything the station has to say is said, or cannot be said now."""
        await self.parts.events.until(lambda: not self.parts.registration.online or self._silent())

    def _silent(self) -> bool:
        """Nothing is on its way, and what waits in the queue waits for a repetition."""
        queue = self.parts.queue
        return self.parts.link.quiet and self.parts.reporter.quiet and (not queue or queue.stuck)

    def reset(self, kind: Literal["Hard", "Soft"]) -> str:
        """Accept a Reset; it is carried out after the answer has left."""
        if self._resetting or not self.on:
            return "Rejected"
        self._resetting = True
        return "Accepted"

    async def carry_out(self, kind: Literal["Hard", "Soft"]) -> None:
        """Do what `reset` has accepted: stop, go down, and come back (rules RST-01, RST-02)."""
        self.parts.events.publish("reset", f"{kind} reset")
        await self.reboot(f"{kind}Reset", graceful=kind == "Soft")

    async def reboot(self, reason: str, *, graceful: bool = True) -> None:
        """Go down and come back; transactions end with `reason`, for example Reboot after an installation."""
        self._resetting = True
        await self.switch_off(reason, graceful=graceful)
        self._reboot = self.parts.clock.call_later(REBOOT_SECONDS, self.switch_on)

    async def lose_network(self) -> None:
        """The way to the CSMS breaks."""
        if not self.network:
            raise NotPossible("the network is already lost")
        self.network = False
        await self.parts.link.cut()

    def restore_network(self) -> None:
        """The way to the CSMS is free again."""
        if self.network:
            raise NotPossible("the network is not lost")
        self.network = True
        if self.on:
            self.parts.link.open()

    async def shut_down(self) -> None:
        """The end of the simulation: no message, no reboot; what the store keeps is as after a loss of power."""
        self._cancel_reboot()
        self.on = False
        self.parts.registration.forget()
        self._rest()
        await self.parts.link.close(1000, "")

    def _cancel_reboot(self) -> None:
        if self._reboot is not None:
            self._reboot.cancel()
            self._reboot = None
