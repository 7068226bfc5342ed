"""What can be seen of a station at one moment, as plain data for a screen or an API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class TransactionState:
    """A running transaction. `transactionId` is that of the wire, in 1.6 null until the CSMS has given one; `energy` is
    in Wh since its start.

    `suspended`: the station holds the energy back.
    """

    transactionId: int | str | None
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
class LimitAhead:
    """From `after` seconds from now on, a connector may draw `limit` watt, until the next one of these."""

    after: int
    limit: float


@dataclass(frozen=True, slots=True)
class Unsent:
    """A transaction message that waits for its delivery."""

    action: str
    connectorId: int
    transactionId: int | str | None
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
