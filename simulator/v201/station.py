"""The scriptable charging station of OCPP 2.0.1: a facade with the physical verbs and the observable state.

    async with Station("ws://127.0.0.1:9000/ocpp", id="CP1", connectors=2) as station:
        await station.plug_in(1)
        await station.present("TAG-1")
        await station.until(lambda s: s.connector(1).charging_state == "Charging")

How it behaves is in the modules beside it; this one only puts them together.
"""

from __future__ import annotations

import ssl as ssl_module
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ocppj.errors import ConnectFailed
from ocppj.evidence.trace import Trace
from ocppj.session.session import Memory, Seen
from ocppj.v201 import PROTOCOL
from simulator.hardware.make import Facts, facts_of
from simulator.kernel.clock import Clock, SystemClock
from simulator.kernel.errors import NotPossible
from simulator.kernel.snapshot import LimitAhead, State
from simulator.kernel.store import NOWHERE, Store
from simulator.kernel.timekeeping import IGNORED, CsmsClock
from simulator.pki.provision import NOTHING, Provision
from simulator.station.facade import Facade
from simulator.v201.assembly import Assembly
from simulator.v201.blocks.authorization import Authorization
from simulator.v201.blocks.availability import Availability
from simulator.v201.blocks.data_transfer import DataTransfer
from simulator.v201.blocks.meter_values import MeterValues
from simulator.v201.blocks.provisioning import Provisioning
from simulator.v201.blocks.remote_control import RemoteControl
from simulator.v201.blocks.security import SecurityEvents, SecurityProfiles
from simulator.v201.device_model.model import DeviceModel
from simulator.v201.device_model.standard import PASSWORD
from simulator.v201.evses.evse import Evse
from simulator.v201.feature import Feature, Features
from simulator.v201.parts import Parts
from simulator.v201.state import state_of
from simulator.v201.world import World
from simulator.wire.dialing import Connect, Dial, Pauses

if TYPE_CHECKING:
    from simulator.kernel.verbs import Verb

FEATURES: tuple[type[Feature], ...] = (
    SecurityProfiles,
    SecurityEvents,
    Provisioning,
    Authorization,
    RemoteControl,
    Availability,
    MeterValues,
    DataTransfer,
)
"""What a station has unless it is told otherwise, in the order of the blocks; a new block is added here."""


class Station(Facade[Evse], World):
    """One simulated charge point. Use it with `async with`, or `start` and `stop` it."""

    _assembly: Assembly

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
        back_off: Pauses | None = None,
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
        """A station `id` for the endpoint `url` (the id is appended to it), with `connectors` EVSEs of one each.

        How it is built: `connectors` to `installation`, `power` in watt, times in seconds; they are explained in
        `simulator.hardware.make.Facts`, which may be given whole instead, as `facts`. `features` are its functional
        blocks (None: all of `simulator.v201.station.FEATURES`).

        What it has: `vendor` to `firmware_version` and `identity`, further members of chargingStation, are told in
        BootNotification (B01); `configuration` are first values of variables by their name, such as
        `TxCtrlr.TxStopPoint`; `auth_key` is the raw password of HTTP Basic authentication, `auth_user` its user name
        where that is not the identity, `provision` what else the factory puts in for the security profiles; `store`
        keeps what survives the process: a file of its own, or a part of one that others share.

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
        user = id if auth_user is None else auth_user
        dial = Dial(
            url, id, PROTOCOL, ssl, headers, None if auth_key is None else (user, auth_key), trace, observer, connect
        )
        dial.call_timeout, dial.memory, dial.user = call_timeout, Memory(remember), auth_user
        boot = {"model": model, "vendorName": vendor, **(identity or {})}
        if serial_number is not None:
            boot["serialNumber"] = serial_number
        if firmware_version is not None:
            boot["firmwareVersion"] = firmware_version

        self._retry = retry
        self._assembly = Assembly(
            FEATURES if features is None else features,
            facts,
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
    def device_model(self) -> DeviceModel:
        """Its variables."""
        return self._parts.device_model

    @property
    def features(self) -> Features:
        """Its features, by their kind: `station.features[Provisioning]`."""
        return self._features

    @property
    def status(self) -> str:
        """Whether the station as a whole is in service: Available or Unavailable."""
        return self._assembly.availability()

    @property
    def connectors(self) -> tuple[Evse, ...]:
        """All EVSEs with their connector, by number."""
        return tuple(self._parts.evses.values())

    def state(self) -> State:
        """All that can be seen of it now, as plain data."""
        return state_of(self._parts, self._features, self.status)

    def ahead(self, connector: int, seconds: int) -> tuple[LimitAhead, ...]:
        """What smart charging allows an EVSE from now on: nothing is told, as this station has none.

        Raises `ValueError`: there is no such EVSE.
        """
        self.connector(connector)
        return ()

    def secrets(self) -> list[str]:
        """Its passwords, to take them out of what is shown."""
        given, password = self._parts.link.dial.basic_auth, self._parts.device_model[PASSWORD]
        known = [] if given is None else [given[1].decode(errors="replace")]
        return [*known, password] if password else known

    @staticmethod
    def verbs() -> Mapping[str, Verb]:
        """Its verbs as data, for those who call them by name."""
        from simulator.v201.verbs import VERBS  # by pydantic, which a fleet does without

        return VERBS


__all__ = ["FEATURES", "ConnectFailed", "NotPossible", "Station"]
