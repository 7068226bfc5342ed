"""The scriptable charge point: a facade with the physical verbs and the observable state (OCPP 1.6).

    async with Station("ws://127.0.0.1:9000/ocpp", id="CP1", connectors=2) as station:
        await station.plug_in(1)
        await station.present("TAG-1")
        await station.until(lambda s: s.connector(1).status == "Charging")

How it behaves is in the modules of the features; this one only puts them together.
"""

from __future__ import annotations

import ssl as ssl_module
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ocppj.errors import ConnectFailed
from ocppj.rules import Finding
from ocppj.session import Memory, Seen
from ocppj.trace import Trace
from simulator.authorization import Authorizer
from simulator.boot import Registration
from simulator.cards import Reader
from simulator.clock import Clock, SystemClock
from simulator.configuration import Configuration, Key
from simulator.connectors import Connector
from simulator.core_profile import CoreProfile
from simulator.data_transfer import DataTransfer
from simulator.diagnostics import Diagnostics
from simulator.dialing import BackOff, Connect, Dial
from simulator.errors import NotPossible
from simulator.events import Events
from simulator.feature import Feature, Features, blueprint
from simulator.firmware import FirmwareUpdates
from simulator.journal import Journal
from simulator.keepalive import KeepAlive
from simulator.link import Link
from simulator.local_list import LocalList
from simulator.logs import Logs
from simulator.main_controller import MainController
from simulator.parts import Facts, Parts
from simulator.power import Power
from simulator.reports import StatusReporter
from simulator.reservation import Reservations
from simulator.sampling import Sampler
from simulator.security import (
    Certificates,
    ChargePointCertificate,
    ExtendedTrigger,
    Provision,
    SecurityEvents,
    SecurityProfiles,
)
from simulator.security.provision import NOTHING
from simulator.security.vault import Vault
from simulator.sessions import Sessions
from simulator.smart_charging import SmartCharging
from simulator.store import NOWHERE, SqliteFile, Store
from simulator.tasks import Tasks
from simulator.timekeeping import IGNORED, CsmsClock, Timekeeper
from simulator.transactions import TransactionQueue
from simulator.triggers import CoreTriggers, RemoteTrigger
from simulator.world import World

MAX_FINDINGS = 1000

FEATURES: tuple[type[Feature], ...] = (
    CoreProfile,
    CoreTriggers,
    DataTransfer,
    LocalList,
    RemoteTrigger,
    Reservations,
    SmartCharging,
    FirmwareUpdates,
    Diagnostics,
    SecurityProfiles,
    SecurityEvents,
    Certificates,
    ChargePointCertificate,
    Logs,
    ExtendedTrigger,
)
"""What a station has unless it is told otherwise; a new profile is added here."""


class Station(World):
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
        extra_keys: Iterable[Key] = (),
        features: tuple[type[Feature], ...] = FEATURES,
        facts: Facts | None = None,
        fixed_cable: bool = False,
        power: float = 11_000.0,
        phases: int = 3,
        main_meter: bool = False,
        resumes: bool = False,
        store: Store | str | Path = NOWHERE,
        clock: Clock | None = None,
        retry: bool = False,
        back_off: BackOff | None = None,
        seed: int | None = None,
        call_timeout: float | None = None,
        remember: int = 256,
        ssl: ssl_module.SSLContext | None = None,
        auth_key: bytes | None = None,
        auth_user: str | None = None,
        provision: Provision = NOTHING,
        headers: Mapping[str, str] | None = None,
        trace: Trace | None = None,
        observer: Callable[[Seen], None] | None = None,
        connect: Connect | None = None,
        csms_clock: CsmsClock = IGNORED,
    ) -> None:
        """A station `id` for the endpoint `url` (the id is appended to it).

        `power` is what each connector delivers, in watt; `main_meter` and `resumes` are explained in `parts.Facts`,
        which may be given whole instead, as `facts`. `configuration` are first values of configuration keys,
        `extra_keys` keys of this make beside those of its `features`; `identity` further members of BootNotification;
        `store` keeps what survives the process: a file of its own, or a part of one that a fleet shares. `call_timeout`
        in seconds replaces MessageTimeout; `auth_key` is the raw key of HTTP Basic authentication, `auth_user` its user
        name where that is not the identity, `provision` what else the factory puts in for the security profiles;
        `remember` is how many CALLs of each side are known again.
        `retry` keeps trying when the first connection fails. `connect` makes the connections, see `dialing.Connect`;
        `csms_clock` says what becomes of the time that the CSMS tells, see `timekeeping.CsmsClock`.
        Raises `UnknownKey` and `BadValue` for `configuration`, `StoreError` for `store`, `ValueError` for the rest.
        """
        facts = facts or Facts(connectors, fixed_cable, power, phases, main_meter, resumes)
        shared = blueprint(features, facts, tuple(extra_keys))
        user = id if auth_user is None else auth_user
        dial = Dial(url, id, ssl, headers, None if auth_key is None else (user, auth_key), trace, observer, connect)
        dial.call_timeout, dial.memory, dial.user = call_timeout, Memory(remember), auth_user
        boot = {"chargePointVendor": vendor, "chargePointModel": model, **(identity or {})}
        if serial_number is not None:
            boot["chargePointSerialNumber"] = serial_number
        if firmware_version is not None:
            boot["firmwareVersion"] = firmware_version

        parts = Parts()
        super().__init__(parts)
        self._retry = retry
        parts.facts = facts
        parts.clock = clock or SystemClock()
        parts.events = Events(parts.clock)
        parts.tasks = Tasks(parts.clock)
        self._file: SqliteFile | None = None
        if isinstance(store, str | Path):
            self._file = SqliteFile(store)
            store = self._file.of(id)
        parts.store = store
        parts.configuration = Configuration(shared.keys, configuration, store)
        parts.vault = Vault(store, provision)
        parts.link = Link(parts, dial, back_off=back_off, seed=seed)
        parts.registration = Registration(parts, boot)
        parts.timekeeper = Timekeeper(parts, csms_clock)
        parts.journal = Journal(parts)
        parts.keep_alive = KeepAlive(parts)
        parts.reporter = StatusReporter(parts)
        parts.queue = TransactionQueue(parts)
        parts.power = Power(parts)
        parts.connectors = {number: Connector(number, parts) for number in range(1, facts.connectors + 1)}
        parts.main = MainController(parts)
        parts.authorizer = Authorizer(parts)
        parts.sampler = Sampler(parts)
        parts.sessions = Sessions(parts)
        parts.reader = Reader(parts)
        parts.features = Features(shared, parts)
        parts.configuration.on_change = self._configured
        if store.keeps:
            parts.features.restore()
            parts.sessions.restore()

    def _configured(self, key: str) -> None:
        parts = self._parts
        parts.registration.configured(key)
        parts.keep_alive.configured(key)
        parts.sampler.configured(key)
        parts.features.configured(key)
        shown = parts.configuration.get([key])["configurationKey"][0].get("value", "changed")  # a secret is not told
        parts.events.publish("configuration", f"{key} is {shown}", key=key)

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
        self._parts.power.switch_on()
        link, registration = self._parts.link, self._parts.registration
        await self.events.until(
            lambda: registration.status is not None or (link.last_failure is not None and not self._retry)
        )
        if registration.status is None and link.last_failure is not None:
            raise link.last_failure

    async def stop(self) -> None:
        """Take the station away: the connection is closed, nothing is said about running transactions."""
        await self._parts.power.shut_down()
        await self._parts.tasks.close()
        self.events.close()
        if self._file is not None:
            self._file.close()

    def observe(self, observer: Callable[[Seen], None]) -> None:
        """Show every frame of later connections to `observer` as well, as the session judged it."""
        dial = self._parts.link.dial
        before = dial.observer

        def both(seen: Seen) -> None:
            if before is not None:
                before(seen)
            observer(seen)

        dial.observer = both

    # --- what can be seen ---------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Its identity in the address of the CSMS."""
        return self._parts.link.dial.identity

    @property
    def url(self) -> str:
        """The endpoint of the CSMS."""
        return self._parts.link.dial.url

    @property
    def parts(self) -> Parts:
        """What it is made of, for those who want to see or change how it works inside."""
        return self._parts

    @property
    def clock(self) -> Clock:
        """The time as the station knows it."""
        return self._parts.clock

    @property
    def csms_ahead(self) -> float | None:
        """Seconds by which the clock of the CSMS was ahead when it last told its time, None before that."""
        return self._parts.timekeeper.ahead

    @property
    def events(self) -> Events:
        """What happens, as a stream."""
        return self._parts.events

    @property
    def configuration(self) -> Configuration:
        """Its configuration keys."""
        return self._parts.configuration

    @property
    def features(self) -> Features:
        """Its features, by their kind: `station.features[Reservations]`."""
        return self._parts.features

    @property
    def trace(self) -> Trace | None:
        """Where its frames are recorded, if anywhere."""
        return self._parts.link.dial.trace

    @property
    def registration(self) -> str | None:
        """The status of the last BootNotification.conf since the boot."""
        return self._parts.registration.status

    @property
    def online(self) -> bool:
        """Connected and accepted by the CSMS."""
        return self._parts.registration.online

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._parts.link.up

    @property
    def powered(self) -> bool:
        """Whether the station runs."""
        return self._parts.power.on

    @property
    def status(self) -> str:
        """The status of connectorId 0."""
        return self._parts.main.status

    @property
    def connectors(self) -> tuple[Connector, ...]:
        """All connectors, by number."""
        return tuple(self._parts.connectors.values())

    @property
    def queued(self) -> int:
        """Transaction messages that wait for delivery."""
        return len(self._parts.queue)

    @property
    def findings(self) -> list[Finding]:
        """The protocol rules broken on any connection so far, by either party (bounded)."""
        link = self._parts.link
        current = [] if link.line is None else link.line.findings
        return [*(link.findings or ()), *current][-MAX_FINDINGS:]

    async def until(self, condition: Callable[[Station], object], *, within: float | None = None) -> None:
        """Wait until `condition(station)` is true, looking after each event; `within` is in real seconds.

        Raises `NotReached`.
        """
        await self.events.until(lambda: condition(self), within=within)

    async def delivered(self) -> None:
        """Wait until everything the station has to say is said, or cannot be said now."""
        await self._parts.power.delivered()


__all__ = ["FEATURES", "ConnectFailed", "NotPossible", "Station"]
