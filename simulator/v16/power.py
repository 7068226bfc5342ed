"""Power, reset and reboot (1.6 §5.14, §4.2; rules BOOT-01, RST-01, RST-02, STAT-05).

What survives is what a real station keeps: keys, availability, meter registers, the authorization cache, the state of
the features, and the queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from simulator.station import power
from simulator.station.power import PowerHooks
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.main_controller import MainController
from simulator.v16.connectors.reports import StatusReporter
from simulator.v16.core.context import Context
from simulator.v16.transactions.queue import TransactionQueue
from simulator.v16.transactions.sampling import Sampler
from simulator.v16.transactions.sessions import Sessions


class Power(power.Power):
    """That of every station, with transactions that stop, and Reset."""

    __slots__ = ("connectors", "main", "sampler", "sessions")

    context: Context
    queue: TransactionQueue
    reporter: StatusReporter

    def __init__(
        self,
        context: Context,
        connectors: Mapping[int, Connector],
        main: MainController,
        reporter: StatusReporter,
        queue: TransactionQueue,
        sampler: Sampler,
        sessions: Sessions,
        hooks: PowerHooks,
    ) -> None:
        super().__init__(context, reporter, queue, hooks)
        self.connectors = connectors
        self.main = main
        self.sampler = sampler
        self.sessions = sessions

    def _come_up(self) -> None:
        self.context.configuration.boot()
        self.sessions.power_on()
        self.sampler.power_on()

    def online(self, after_boot: bool) -> None:
        """The CSMS has accepted the boot, or there is a connection again (rules BOOT-06, STAT-07)."""
        self.reporter.announce([self.main, *self.connectors.values()], everything=after_boot)
        self.queue.hurry()
        self.hooks.online(after_boot)

    async def switch_off(self, reason: str, *, graceful: bool = False, abrupt: bool = False) -> None:
        """Go down. Transactions end with `reason`; `graceful` tells the CSMS before, else it learns after the boot.

        `abrupt` cuts the connection without a close frame.
        """
        if graceful:
            self.sessions.stop_all(reason)
            await self.delivered()
        self._cancel_resets()
        self._down()
        if not (self.context.facts.resumes and reason == "PowerLoss"):
            self.sessions.stop_all(reason)
        self._rest()
        await self._leave(abrupt)

    def _rest(self) -> None:
        self.sampler.power_off()
        self.sessions.power_off()
        self.hooks.power_off()

    def reset(self, kind: Literal["Hard", "Soft"]) -> str:
        """Accept a Reset; it is carried out after the answer has left."""
        if self.context.supplied.resetting or not self.context.supplied.on:
            return "Rejected"
        self.context.supplied.resetting = True
        return "Accepted"

    async def carry_out(self, kind: Literal["Hard", "Soft"]) -> None:
        """Do what `reset` has accepted: stop, go down, and come back (rules RST-01, RST-02)."""
        self.context.events.publish("reset", f"{kind} reset")
        await self.reboot(f"{kind}Reset", graceful=kind == "Soft")

    async def reboot(self, reason: str, *, graceful: bool = True) -> None:
        """Go down and come back; transactions end with `reason`, for example Reboot after an installation."""
        self.context.supplied.resetting = True
        await self.switch_off(reason, graceful=graceful)
        self._reboot = self.context.clock.call_later(self.context.facts.reboot, self.switch_on)
