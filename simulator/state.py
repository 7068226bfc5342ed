"""What can be seen of a station at one moment, as plain data for a screen or an API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from ocppj.masking import mask
from simulator.configuration import UnknownKey
from simulator.connectors import Connector, Reservation
from simulator.security import SecurityEvents
from simulator.smart_charging import SmartCharging
from simulator.station import Station
from simulator.transactions import Message, Transaction

SHOWN = 20
"""Messages of the queue that are named; the others are only counted."""


@dataclass(frozen=True, slots=True)
class TransactionState:
    """A running transaction. `transactionId` is null until the CSMS has given one, `energy` is in Wh since its start.

    `suspended`: the station holds the energy back.
    """

    transactionId: int | None
    idTag: str
    started: datetime
    energy: int
    reservationId: int | None
    suspended: bool


@dataclass(frozen=True, slots=True)
class ReservationState:
    """The reservation that keeps a connector free."""

    reservationId: int
    idTag: str
    expiryDate: datetime


@dataclass(frozen=True, slots=True)
class ConnectorState:
    """A connector. `power` and `limit` in watt (null: no limit), `meter` in Wh; `limited_by` names charging profiles.

    `cable`: where it is plugged. `authorized`: the idTag that may start and has not yet.
    """

    connectorId: int
    status: str
    errorCode: str
    cable: Literal["none", "station", "both"]
    locked: bool
    lock_jammed: bool
    in_service: bool
    authorized: str | None
    reservation: ReservationState | None
    transaction: TransactionState | None
    ev_paused: bool
    power: float
    offered: float
    limit: float | None
    limited_by: tuple[str, ...]
    meter: int


@dataclass(frozen=True, slots=True)
class Unsent:
    """A transaction message that waits for its delivery."""

    action: str
    connectorId: int
    transactionId: int | None
    timestamp: str
    attempts: int


@dataclass(frozen=True, slots=True)
class State:
    """A station. `status` is that of connectorId 0; `connection` says how far it has come.

    `queued` transaction messages wait, the first of them in `queue`, and `security_events` beside them. `clock` is the
    time as the station knows it, `csms_ahead` by how many seconds the CSMS was ahead of it when it last told its time
    (null before that); `violations` counts the rules of the protocol broken by either party.
    """

    id: str
    url: str
    identity: Mapping[str, str]
    clock: datetime
    csms_ahead: float | None
    powered: bool
    network: bool
    connection: Literal["off", "no network", "not connected", "connected", "online"]
    registration: str | None
    security_profile: int
    status: str
    connectors: tuple[ConnectorState, ...]
    queued: int
    queue: tuple[Unsent, ...]
    security_events: int
    violations: int


def state_of(station: Station) -> State:
    """The state of a station now."""
    parts = station.parts
    try:
        security_profile = station.configuration.number("SecurityProfile")
    except UnknownKey:
        security_profile = 0
    return State(
        id=station.id,
        url=mask(parts.link.dial.url),
        identity=dict(parts.registration.identity),
        clock=parts.clock.now(),
        csms_ahead=station.csms_ahead,
        powered=station.powered,
        network=parts.power.network,
        connection=_connection(station),
        registration=station.registration,
        security_profile=security_profile,
        status=station.status,
        connectors=tuple(_connector(station, one) for one in station.connectors),
        queued=station.queued,
        queue=tuple(map(_unsent, islice(parts.queue, SHOWN))),
        security_events=_security_events(station),
        violations=len(station.findings),
    )


def _connection(station: Station) -> Literal["off", "no network", "not connected", "connected", "online"]:
    if not station.powered:
        return "off"
    if not station.parts.power.network:
        return "no network"
    if not station.connected:
        return "not connected"
    return "online" if station.online else "connected"


def _security_events(station: Station) -> int:
    try:
        return station.features[SecurityEvents].waiting
    except LookupError:
        return 0


def _unsent(one: Message) -> Unsent:
    known = one.transaction.transactionId
    return Unsent(one.action, one.transaction.connector, known, _when(one.payload), one.attempts)


def _when(payload: Mapping[str, object]) -> str:
    """When a queued message was made; meter values say it in their first value."""
    values = payload.get("meterValue")
    if isinstance(values, list) and values:
        payload = values[0]
    return str(payload.get("timestamp", ""))


def _connector(station: Station, connector: Connector) -> ConnectorState:
    return ConnectorState(
        connectorId=connector.id,
        status=connector.status,
        errorCode=connector.report.errorCode,
        cable="none" if not connector.cable else "both" if connector.vehicle else "station",
        locked=connector.locked,
        lock_jammed=connector.lock_jammed,
        in_service=connector.usable,
        authorized=None if connector.authorized is None else connector.authorized.idTag,
        reservation=_reservation(connector.reservation),
        transaction=_transaction(connector, connector.transaction),
        ev_paused=connector.ev_paused,
        power=connector.power,
        offered=connector.offered,
        limit=connector.limit,
        limited_by=_limited_by(station, connector),
        meter=connector.meter.register,
    )


def _reservation(one: Reservation | None) -> ReservationState | None:
    return None if one is None else ReservationState(one.reservationId, one.idTag, one.expiryDate)


def _transaction(connector: Connector, one: Transaction | None) -> TransactionState | None:
    if one is None:
        return None
    energy = max(0, connector.meter.register - one.meter_start)
    return TransactionState(one.transactionId, one.idTag, one.started, energy, one.reservationId, one.suspended)


def _limited_by(station: Station, connector: Connector) -> tuple[str, ...]:
    if connector.limit is None:
        return ()
    profiles = station.features[SmartCharging].in_force(connector)
    return tuple(f"{one.chargingProfilePurpose} {one.chargingProfileId}" for one in profiles)
