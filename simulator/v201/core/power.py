"""Power, reset and reboot (P2 B01, B11, B12).

What survives is what a real station keeps: variables, availability, meter registers, the authorization cache, the state
of the features, and the queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from simulator.kernel.clock import Timer
from simulator.station import power
from simulator.station.power import PowerHooks
from simulator.v201.core.context import Context
from simulator.v201.evses.evse import Evse
from simulator.v201.evses.reports import StatusReporter
from simulator.v201.transactions.queue import TransactionQueue
from simulator.v201.transactions.sessions import Sessions


class Power(power.Power):
    """That of every station, with transactions that end, and Reset of the station or of an EVSE."""

    __slots__ = ("_evse_resets", "_scheduled", "_waiting", "evses", "sessions")

    context: Context
    queue: TransactionQueue
    reporter: StatusReporter

    def __init__(
        self,
        context: Context,
        evses: Mapping[int, Evse],
        reporter: StatusReporter,
        queue: TransactionQueue,
        sessions: Sessions,
        hooks: PowerHooks,
    ) -> None:
        super().__init__(context, reporter, queue, hooks)
        self.evses = evses
        self.sessions = sessions
        self._scheduled = False  # a reset of the whole station waits for its transactions
        self._waiting: set[int] = set()  # EVSEs whose reset waits for theirs
        self._evse_resets: dict[int, Timer] = {}

    # --- on and off ---------------------------------------------------------------------------------------------------

    def switch_on(self, reason: str = "PowerUp") -> None:
        """Boot: the station comes up and connects; `reason` is that of BootNotification."""
        self.context.registration.reason = reason
        super().switch_on()

    def _come_up(self) -> None:
        self.context.device_model.boot()
        self.sessions.power_on()

    def online(self, after_boot: bool) -> None:
        """The CSMS has accepted the boot, or there is a connection again (B01.FR.05, B04, E04)."""
        self.reporter.announce(self.evses.values(), after_boot=after_boot)
        self.queue.hurry()
        self.hooks.online(after_boot)

    async def switch_off(self, trigger: str, reason: str, *, graceful: bool = False, abrupt: bool = False) -> None:
        """Go down. Transactions end with these; `graceful` tells the CSMS before, else it learns after the boot.

        `abrupt` cuts the connection without a close frame.
        """
        if graceful:
            self.sessions.end_all(trigger, reason)
            await self.delivered()
        self._cancel_resets()
        if not (self.context.facts.resumes and reason == "PowerLoss"):
            self.context.registration.forget()  # what ends now is told later, so its events are offline
            self.sessions.end_all(trigger, reason)
        self._down()
        self._rest()
        await self._leave(abrupt)

    def _rest(self) -> None:
        self.sessions.power_off()
        self.hooks.power_off()

    # --- reset --------------------------------------------------------------------------------------------------------

    def reset(self, on_idle: bool) -> str:
        """The status of a Reset of the whole station; what is Accepted is done by `reset_now` (B11, B12)."""
        if self.context.supplied.resetting or not self.context.supplied.on:
            return "Rejected"
        if on_idle and any(map(_busy, self.evses.values())):
            return "Scheduled"
        self.context.supplied.resetting = True
        return "Accepted"

    def wait_for_idle(self) -> None:
        """The reset waits for the last transaction; meanwhile nobody begins another one (B12.FR.03)."""
        self._scheduled = True
        for evse in self.evses.values():
            evse.resetting = True
            evse.update()

    async def reset_now(self, reason: str = "RemoteReset") -> None:
        """Go down and come back with this reason; what runs ends, and the CSMS is told so before (B12.FR.04)."""
        self.context.supplied.resetting = True
        self.context.events.publish("reset", f"reset ({reason})")
        await self.switch_off("ResetCommand", "ImmediateReset", graceful=True)
        self._reboot = self.context.clock.call_later(self.context.facts.reboot, partial(self.switch_on, reason))

    def reset_evse(self, evse: Evse, on_idle: bool) -> str:
        """The status of a Reset of an EVSE; what is Accepted is done by `reset_evse_now` (B11.FR.06, B12.FR.06)."""
        if self.context.supplied.resetting or not self.context.supplied.on or evse.resetting:
            return "Rejected"
        return "Scheduled" if on_idle and _busy(evse) else "Accepted"

    def evse_waits_for_idle(self, evse: Evse) -> None:
        """The reset of an EVSE waits for its transaction."""
        self._waiting.add(evse.id)
        evse.resetting = True

    def reset_evse_now(self, evse: Evse) -> None:
        """End what runs there; the EVSE is out of service until it is up again."""
        self._waiting.discard(evse.id)
        evse.resetting = True
        if _busy(evse):
            self.sessions.end(evse, "ResetCommand", "ImmediateReset")
        evse.update()
        self.context.events.publish("reset", f"connector {evse.id}: reset of its EVSE", evse.id)
        self._evse_resets[evse.id] = self.context.clock.call_later(
            self.context.facts.reboot, partial(self._evse_is_up, evse)
        )

    def _evse_is_up(self, evse: Evse) -> None:
        self._evse_resets.pop(evse.id, None)
        evse.resetting = False
        self.sessions.changed(evse)

    def ended(self, evse: Evse) -> None:
        """A transaction is over: a reset may have waited for it (B12.FR.02)."""
        if not self.context.supplied.on or self.context.supplied.resetting:
            return
        if self._scheduled:
            if not any(map(_busy, self.evses.values())):
                self.context.supplied.resetting = True
                self.context.tasks.spawn(self.reset_now("ScheduledReset"))
        elif evse.id in self._waiting:
            self.reset_evse_now(evse)

    def _cancel_resets(self) -> None:
        self._scheduled = False
        self._waiting.clear()
        super()._cancel_resets()
        for timer in self._evse_resets.values():
            timer.cancel()
        self._evse_resets.clear()
        for evse in self.evses.values():
            evse.resetting = False


def _busy(evse: Evse) -> bool:
    return evse.transaction is not None or evse.admission is not None
