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
from typing import TYPE_CHECKING

from ocppj.errors import ConnectFailed
from ocppj.evidence.trace import Trace
from ocppj.session.session import Memory, Seen
from ocppj.v16 import PROTOCOL
from simulator.hardware.make import Facts, facts_of
from simulator.kernel.clock import Clock, SystemClock
from simulator.kernel.errors import NotPossible
from simulator.kernel.snapshot import LimitAhead, State
from simulator.kernel.store import NOWHERE, Store
from simulator.kernel.timekeeping import IGNORED, CsmsClock
from simulator.pki.provision import NOTHING
from simulator.station.facade import Facade
from simulator.v16.assembly import Assembly
from simulator.v16.connectors.connector import Connector
from simulator.v16.core.configuration import Configuration, Key
from simulator.v16.feature import Feature, Features, blueprint
from simulator.v16.parts import Parts
from simulator.v16.profiles.core import CoreProfile
from simulator.v16.profiles.data_transfer import DataTransfer
from simulator.v16.profiles.diagnostics import Diagnostics
from simulator.v16.profiles.firmware import FirmwareUpdates
from simulator.v16.profiles.local_list import LocalList
from simulator.v16.profiles.logs import Logs
from simulator.v16.profiles.reservation import Reservations
from simulator.v16.profiles.security import (
    Certificates,
    ChargePointCertificate,
    ExtendedTrigger,
    Provision,
    SecurityEvents,
    SecurityProfiles,
)
from simulator.v16.profiles.security.profiles import PASSWORD
from simulator.v16.profiles.smart_charging import SmartCharging
from simulator.v16.profiles.triggers import CoreTriggers, RemoteTrigger
from simulator.v16.state import state_of
from simulator.v16.world import World
from simulator.wire.dialing import BackOff, Connect, Dial

if TYPE_CHECKING:
    from simulator.kernel.verbs import Verb

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


class Station(Facade[Connector], World):
    """One simulated charge point. Use it with `async with`, or `start` and `stop` it."""

    def __init__(
        self,
        url: str,
        *,
        id: str,
        connectors: int | None = None,
        vendor: str = "plugproof",
        model: str = "Simulator",
        serial_number: str | None = None,
        firmware_version: str | None = None,
        identity: Mapping[str, str] | None = None,
        configuration: Mapping[str, str] | None = None,
        extra_keys: Iterable[Key] = (),
        features: tuple[type[Feature], ...] | None = None,
        facts: Facts | None = None,
        fixed_cable: bool | None = None,
        power: float | None = None,
        phases: int | None = None,
        main_meter: bool | None = None,
        resumes: bool | None = None,
        reboot: float | None = None,
        installation: float | None = None,
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

        How it is built: `connectors` to `installation`, `power` in watt, times in seconds; they are explained in
        `simulator.hardware.make.Facts`, which may be given whole instead, as `facts`. `features` are its profiles
        (None: all of `simulator.v16.station.FEATURES`).

        What it has: `vendor` to `firmware_version` and `identity`, further members, are told in BootNotification (1.6
        §6.3); `configuration` are first values of configuration keys, `extra_keys` keys of this make beside those of
        its features; `auth_key` is the raw key of HTTP Basic authentication, `auth_user` its user name where that is
        not the identity, `provision` what else the factory puts in for the security profiles; `store` keeps what
        survives the process: a file of its own, or a part of one that a fleet shares.

        How it speaks: `retry` keeps trying when the first connection fails, after pauses as `back_off` says;
        `call_timeout` in seconds replaces MessageTimeout; `remember` is how many CALLs of each side are known again;
        `headers` are those of the opening handshake; `connect` makes the connections (`simulator.wire.dialing`);
        `ssl` is the TLS context of wss.

        Its time and chance: `clock`, by default that of the system; `csms_clock` says what becomes of the time that the
        CSMS tells (`simulator.kernel.timekeeping`); `seed` makes what it draws the same each time.

        Who looks on: `trace` records every frame, `observer` is shown each as the session judged it.

        Raises `UnknownKey` and `BadValue` for `configuration`, `StoreError` for `store`, `ValueError` for the rest.
        """
        facts = facts_of(
            facts,
            connectors=connectors,
            fixed_cable=fixed_cable,
            power=power,
            phases=phases,
            main_meter=main_meter,
            resumes=resumes,
            reboot=reboot,
            installation=installation,
        )
        shared = blueprint(FEATURES if features is None else features, facts, tuple(extra_keys))
        user = id if auth_user is None else auth_user
        dial = Dial(
            url, id, PROTOCOL, ssl, headers, None if auth_key is None else (user, auth_key), trace, observer, connect
        )
        dial.call_timeout, dial.memory, dial.user = call_timeout, Memory(remember), auth_user
        boot = {"chargePointVendor": vendor, "chargePointModel": model, **(identity or {})}
        if serial_number is not None:
            boot["chargePointSerialNumber"] = serial_number
        if firmware_version is not None:
            boot["firmwareVersion"] = firmware_version

        self._retry = retry
        self._assembly = Assembly(
            shared,
            dial,
            boot,
            clock=clock or SystemClock(),
            store=self._store(store, id),
            configuration=configuration,
            provision=provision,
            csms_clock=csms_clock,
            back_off=back_off,
            seed=seed,
        )
        super().__init__(self._assembly.parts, self._assembly.features)

    # --- what can be seen ---------------------------------------------------------------------------------------------

    @property
    def parts(self) -> Parts:
        """What it is made of, for those who want to see or change how it works inside."""
        return self._parts

    @property
    def configuration(self) -> Configuration:
        """Its configuration keys."""
        return self._parts.configuration

    @property
    def features(self) -> Features:
        """Its features, by their kind: `station.features[Reservations]`."""
        return self._features

    @property
    def status(self) -> str:
        """The status of connectorId 0."""
        return self._parts.main.status

    @property
    def connectors(self) -> tuple[Connector, ...]:
        """All connectors, by number."""
        return tuple(self._parts.connectors.values())

    def state(self) -> State:
        """All that can be seen of it now, as plain data."""
        return state_of(self._parts, self._features)

    def ahead(self, connector: int, seconds: int) -> tuple[LimitAhead, ...]:
        """What smart charging allows a connector from now on; nothing for a station without it.

        Raises `ValueError`: there is no such connector.
        """
        self.connector(connector)
        try:
            smart = self._features[SmartCharging]
        except LookupError:
            return ()
        return smart.ahead(connector, seconds)

    def secrets(self) -> list[str]:
        """Its passwords, to take them out of what is shown."""
        given, configuration = self._parts.link.dial.basic_auth, self._parts.configuration
        known = [] if given is None else [given[1].decode(errors="replace")]
        return [*known, configuration[PASSWORD]] if PASSWORD in configuration else known

    # --- what a fleet does with it ------------------------------------------------------------------------------------

    def update_firmware(self, version: str, takes: float = 0.0) -> None:
        """Behave as after an UpdateFirmware, without one and without a file (`FirmwareUpdates.bring`).

        Raises `NotPossible`, also for a station without that profile.
        """
        self._feature(FirmwareUpdates, "firmware updates").bring(version, takes)

    @staticmethod
    def verbs() -> Mapping[str, Verb]:
        """Its verbs as data, for those who call them by name."""
        from simulator.v16.verbs import VERBS  # by pydantic, which a fleet does without

        return VERBS


__all__ = ["FEATURES", "ConnectFailed", "NotPossible", "Station"]
