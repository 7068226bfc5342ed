"""The scriptable charge point: a facade with the physical verbs and the observable state (OCPP 1.6, Core profile).

    async with Station("ws://127.0.0.1:9000/ocpp", id="CP1", connectors=2) as station:
        await station.plug_in(1)
        await station.present("TAG-1")
        await station.until(lambda s: s.connector(1).status == "Charging")

How it behaves is in the modules of the features; this one only puts them together.
"""

from __future__ import annotations

import ssl as ssl_module
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from ocppj import peer as ocppj_peer
from ocppj.frames import Call
from ocppj.peer import ConnectFailed, Peer
from ocppj.rules import Finding
from ocppj.session import Memory, Seen
from ocppj.trace import Trace
from simulator.authorization import Authorizer
from simulator.boot import Registration
from simulator.clock import Clock, SystemClock
from simulator.configuration import Configuration, core_keys
from simulator.connectors import Connector, MainController, StatusReporter
from simulator.core import Core, NotPossible
from simulator.events import Events
from simulator.keepalive import KeepAlive
from simulator.link import BackOff, Link
from simulator.power import Power
from simulator.remote import Dispatcher, RemoteControl
from simulator.sampling import Sampler
from simulator.sessions import Sessions, Side
from simulator.tasks import Tasks
from simulator.transactions import TransactionQueue

MAX_FINDINGS = 1000
ERROR_CODES = frozenset(
    {
        "ConnectorLockFailure",
        "EVCommunicationError",
        "GroundFailure",
        "HighTemperature",
        "InternalError",
        "LocalListConflict",
        "OtherError",
        "OverCurrentFailure",
        "OverVoltage",
        "PowerMeterFailure",
        "PowerSwitchFailure",
        "ReaderFailure",
        "ResetFailure",
        "UnderVoltage",
        "WeakSignal",
    }
)
"""errorCode of StatusNotification without NoError (1.6 §7.6)."""


class Station:
    """One simulated charge point. Use it with `async with`, or `start` and `stop` it."""

    def __init__(
        self,
        url: str,
        *,
        id: str,
        connectors: int = 1,
        vendor: str = "plugproof",
        model: str = "Simulator",
        serial_number: str | None = None,
        firmware_version: str | None = None,
        identity: Mapping[str, str] | None = None,
        configuration: Mapping[str, str] | None = None,
        fixed_cable: bool = False,
        power: float = 11_000.0,
        phases: int = 3,
        clock: Clock | None = None,
        retry: bool = False,
        back_off: BackOff | None = None,
        seed: int | None = None,
        call_timeout: float = 30.0,
        ssl: ssl_module.SSLContext | None = None,
        auth_key: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        trace: Trace | None = None,
        observer: Callable[[Seen], None] | None = None,
        connect: Callable[..., Awaitable[Peer]] | None = None,
    ) -> None:
        """A station `id` for the endpoint `url` (the id is appended to it).

        `power` is what each connector delivers, in watt; `call_timeout` in seconds; `configuration` are first values
        of configuration keys; `identity` further members of BootNotification; `auth_key` the raw key of HTTP Basic
        authentication. `retry` keeps trying when the first connection fails. `connect` replaces `ocppj.peer.connect`.
        Raises `UnknownKey` and `BadValue` for `configuration`, `ValueError` for the rest.
        """
        if connectors < 1:
            raise ValueError(f"a station has at least one connector, not {connectors}")
        if phases not in (1, 2, 3):
            raise ValueError(f"phases is 1, 2 or 3, not {phases}")
        self.id = id
        self.url = url
        self.clock: Clock = clock or SystemClock()
        self.events = Events(self.clock.now)
        self.configuration = Configuration(core_keys(connectors), configuration)
        self.trace = trace
        self._retry = retry
        self._dial_options: dict[str, Any] = {
            "ssl": ssl,
            "headers": headers,
            "basic_auth": None if auth_key is None else (id, auth_key),
            "call_timeout": call_timeout,
            "trace": trace,
            "observer": observer,
        }
        self._connect = connect or ocppj_peer.connect
        self._memory = Memory(remember=256)
        self._findings: deque[Finding] = deque(maxlen=MAX_FINDINGS)
        self._peers: list[Peer] = []
        self._tasks = Tasks(self.clock)

        core = Core(self.clock, self.configuration, self.events, self._tasks)
        boot = {"chargePointVendor": vendor, "chargePointModel": model, **(identity or {})}
        if serial_number is not None:
            boot["chargePointSerialNumber"] = serial_number
        if firmware_version is not None:
            boot["firmwareVersion"] = firmware_version
        self._link = Link(self._dial, self.clock, self.events, self._tasks, back_off=back_off, seed=seed)
        self._registration = Registration(core, self._link, boot)
        self._keep_alive = KeepAlive(core, self._link)
        self._link.on_up = self._connected
        self._link.on_down = self._disconnected
        self._reporter = StatusReporter(core, self._registration)
        self._queue = TransactionQueue(core, self._registration)
        self._connectors = {
            number: Connector(number, core, self._reporter, fixed_cable=fixed_cable, power=power, phases=phases)
            for number in range(1, connectors + 1)
        }
        self._main = MainController(core, self._reporter, self._connectors)
        self._authorizer = Authorizer(core, self._registration)
        self._sampler = Sampler(core, self._registration, self._queue, self._connectors)
        self._sessions = Sessions(core, self._authorizer, self._queue, self._sampler, self._connectors, self._main)
        self._power = Power(
            core,
            self._link,
            self._registration,
            self._sessions,
            self._sampler,
            self._silent,
        )
        self._dispatcher = Dispatcher(core, lambda: self._registration.status)
        self._dispatcher.offer(
            RemoteControl(
                core,
                self._sessions,
                self._authorizer,
                self._power,
                self._connectors,
                self._main,
                lambda: self._registration.status == "Accepted",
            ).operations()
        )
        self._registration.on_online = self._online

    # --- life ---------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Station:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Switch the station on and wait for the first answer to BootNotification, whatever it says.

        Raises `ConnectFailed` when the first attempt to connect fails, unless the station was made with `retry`.
        """
        self._power.switch_on()
        link, registration = self._link, self._registration
        await self.events.until(
            lambda: registration.status is not None or (link.last_failure is not None and not self._retry)
        )
        if registration.status is None and link.last_failure is not None:
            raise link.last_failure

    async def stop(self) -> None:
        """Take the station away: the connection is closed, nothing is said about running transactions."""
        await self._power.shut_down()
        await self._tasks.close()
        self.events.close()

    # --- what can be seen ---------------------------------------------------------------------------------------------

    @property
    def registration(self) -> str | None:
        """The status of the last BootNotification.conf since the boot."""
        return self._registration.status

    @property
    def online(self) -> bool:
        """Connected and accepted by the CSMS."""
        return self._registration.online

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._link.up

    @property
    def powered(self) -> bool:
        """Whether the station runs."""
        return self._power.on

    @property
    def status(self) -> str:
        """The status of connectorId 0."""
        return self._main.status

    @property
    def connectors(self) -> tuple[Connector, ...]:
        """All connectors, by number."""
        return tuple(self._connectors.values())

    @property
    def queued(self) -> int:
        """Transaction messages that wait for delivery."""
        return len(self._queue)

    @property
    def findings(self) -> list[Finding]:
        """The protocol rules broken on any connection so far, by either party (bounded)."""
        current = [finding for peer in self._peers for finding in peer.findings]
        return [*self._findings, *current][-MAX_FINDINGS:]

    def connector(self, number: int) -> Connector:
        """One connector. Raises `ValueError` for a number the station does not have."""
        connector = self._connectors.get(number)
        if connector is None:
            raise ValueError(f"station {self.id} has connectors 1 to {len(self._connectors)}, not {number}")
        return connector

    async def until(self, condition: Callable[[Station], object], *, within: float | None = None) -> None:
        """Wait until `condition(station)` is true, looking after each event; `within` is in real seconds.

        Raises `NotReached`.
        """
        await self.events.until(lambda: condition(self), within=within)

    async def delivered(self) -> None:
        """Wait until everything the station has to say is said, or cannot be said now."""
        await self._power.delivered()

    # --- the driver and the world -------------------------------------------------------------------------------------

    async def plug_in(self, connector: int) -> None:
        """Put the cable in, at the vehicle and at the station. Raises `NotPossible` when there is one."""
        self._sessions.plug_in(self.connector(connector))

    async def unplug(self, connector: int, side: Side = "both") -> None:
        """Take the cable out. A plug that is locked stays in; raises `NotPossible` when only it was meant."""
        self._sessions.unplug(self.connector(connector), side)

    async def present(self, tag: str, connector: int | None = None) -> None:
        """Hold a card to the reader; returns when the station has decided.

        Without `connector` the station has one reader for all and finds out which one is meant.
        """
        if connector is not None:
            self.connector(connector)
        hold = self.clock.hold()
        try:
            await self._sessions.present(tag, connector)
        finally:
            hold.release()

    async def pause_ev(self, connector: int) -> None:
        """The vehicle takes no energy for now: SuspendedEV."""
        self._ev_pauses(connector, True)

    async def resume_ev(self, connector: int) -> None:
        """The vehicle takes energy again."""
        self._ev_pauses(connector, False)

    def _ev_pauses(self, number: int, paused: bool) -> None:
        connector = self.connector(number)
        if connector.transaction is None:
            raise NotPossible(f"connector {number} has no transaction to pause or resume")
        connector.ev_paused = paused
        connector.update()

    async def raise_fault(self, connector: int, error_code: str, info: str | None = None) -> None:
        """Let something break; 0 is the whole station. A fault ends the transaction it hits (reason Other)."""
        if error_code not in ERROR_CODES:
            raise ValueError(f"{error_code!r} is no errorCode; it is one of {', '.join(sorted(ERROR_CODES))}")
        usable = ("Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing")
        if error_code == "EVCommunicationError" and (connector == 0 or self.connector(connector).status not in usable):
            raise NotPossible("EVCommunicationError needs a connector that is " + ", ".join(usable))  # rule STAT-09
        for affected in self._affected(connector):
            affected.faults[error_code] = info
            if affected.faulted:
                self._sessions.interrupt(affected, "Other")
            affected.update()
        if connector == 0:
            self._main.faults[error_code] = info
            self._main.update()

    async def clear_fault(self, connector: int) -> None:
        """Repair everything that is broken at this connector; 0 is the whole station."""
        if connector == 0:
            self._main.faults.clear()
            self._main.update()
        for affected in self._affected(connector):
            affected.faults.clear()
            affected.update()

    def _affected(self, connector: int) -> tuple[Connector, ...]:
        return self.connectors if connector == 0 else (self.connector(connector),)

    async def jam_lock(self, connector: int, jammed: bool = True) -> None:
        """Make the lock of the socket stick, so that UnlockConnector fails."""
        self.connector(connector).lock_jammed = jammed

    async def cut_power(self, *, graceful: bool = False) -> None:
        """Take the power away. `graceful`: a buffer lets the station stop its transactions and tell the CSMS first."""
        if not self.powered:
            raise NotPossible("the station has no power already")
        await self._power.switch_off("PowerLoss", graceful=graceful, abrupt=True)

    async def restore_power(self) -> None:
        """Give the power back: the station boots."""
        if self.powered:
            raise NotPossible("the station has power already")
        self._power.switch_on()

    async def lose_network(self) -> None:
        """Break the way to the CSMS."""
        await self._power.lose_network()

    async def restore_network(self) -> None:
        """Repair the way to the CSMS; the station connects at once."""
        self._power.restore_network()

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _dial(self) -> Peer:
        async def on_call(seen: Seen) -> None:
            await self._dispatcher.handle(cast("Call", seen.frame), peer)

        peer = await self._connect(self.url, self.id, on_call=on_call, memory=self._memory, **self._dial_options)
        for earlier in self._peers:
            self._findings.extend(earlier.findings)
        self._peers = [peer]
        return peer

    def _connected(self) -> None:
        self._keep_alive.arm()
        self._registration.connected()

    def _disconnected(self) -> None:
        self._keep_alive.disarm()
        self._registration.disconnected()

    def _silent(self) -> bool:
        """Nothing is on its way, and what waits in the queue waits for a repetition."""
        return self._link.quiet and self._reporter.quiet and (not self._queue or self._queue.stuck)

    def _online(self, after_boot: bool) -> None:
        self._reporter.announce([self._main, *self.connectors], everything=after_boot)
        self._queue.hurry()


__all__ = ["ConnectFailed", "NotPossible", "Station"]
