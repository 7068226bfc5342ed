"""What the power and the network of every station do; how it comes up, goes down and is reset says its version."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sized
from typing import Protocol

from simulator.kernel.clock import Timer
from simulator.kernel.errors import NotPossible
from simulator.station.context import Context


class PowerHooks(Protocol):
    """Who hears that the station comes and goes."""

    def power_on(self) -> None:
        """The station has come up; it is not connected yet."""
        ...

    def power_off(self) -> None:
        """The station has gone down."""
        ...

    def online(self, after_boot: bool) -> None:
        """The CSMS has accepted the boot, or there is a connection again."""
        ...


class Reporter(Protocol):
    """What tells the statuses of connectors."""

    @property
    def quiet(self) -> bool:
        """Nothing of it is on its way."""
        ...


class Queue(Sized, Protocol):
    """Messages about transactions, until they are answered."""

    @property
    def stuck(self) -> bool:
        """Messages wait and none is on its way."""
        ...


class Power(ABC):
    """Switches the station on and off."""

    __slots__ = ("_reboot", "context", "hooks", "queue", "reporter")

    context: Context
    queue: Queue
    reporter: Reporter

    def __init__(self, context: Context, reporter: Reporter, queue: Queue, hooks: PowerHooks) -> None:
        self.context = context
        self.reporter = reporter
        self.queue = queue
        self.hooks = hooks
        self._reboot: Timer | None = None

    def switch_on(self) -> None:
        """Boot: the station comes up and connects."""
        self._cancel_resets()
        self.context.supplied.resetting = False
        self.context.supplied.on = True
        self._come_up()
        self.hooks.power_on()
        if self.context.supplied.network:
            self.context.link.open()

    @abstractmethod
    def _come_up(self) -> None:
        """What runs begins, as the power is there."""

    @abstractmethod
    def _rest(self) -> None:
        """What runs stops, as the power is gone."""

    def _cancel_resets(self) -> None:
        """The station does not come back by itself."""
        if self._reboot is not None:
            self._reboot.cancel()
            self._reboot = None

    def _down(self) -> None:
        self.context.supplied.on = False
        self.context.registration.forget()

    async def _leave(self, abrupt: bool) -> None:
        """The connection ends; `abrupt`: without a close frame."""
        link = self.context.link
        await (link.cut() if abrupt else link.close(1001, "going down"))

    async def delivered(self) -> None:
        """Wait until everything the station has to say is said, or cannot be said now."""
        await self.context.events.until(lambda: not self.context.registration.online or self._silent())

    def _silent(self) -> bool:
        """Nothing is on its way, and what waits in the queue waits for a repetition."""
        queue = self.queue
        return self.context.link.quiet and self.reporter.quiet and (not queue or queue.stuck)

    async def lose_network(self) -> None:
        """The way to the CSMS breaks."""
        if not self.context.supplied.network:
            raise NotPossible("the network is already lost")
        self.context.supplied.network = False
        await self.context.link.cut()

    def restore_network(self) -> None:
        """The way to the CSMS is free again."""
        if self.context.supplied.network:
            raise NotPossible("the network is not lost")
        self.context.supplied.network = True
        if self.context.supplied.on:
            self.context.link.open()

    async def shut_down(self) -> None:
        """The end of the simulation: no message, no reboot; what the store keeps is as after a loss of power."""
        self._cancel_resets()
        self._down()
        self._rest()
        await self.context.link.close(1000, "")
