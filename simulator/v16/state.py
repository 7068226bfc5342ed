"""What can be seen of a station of OCPP 1.6 at one moment (`kernel.snapshot`)."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.kernel.snapshot import ConnectorState, ReservationState, State, TransactionState, Unsent
from simulator.station import state
from simulator.v16.connectors.connector import Connector, Reservation
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.feature import Features
from simulator.v16.parts import Parts
from simulator.v16.profiles.smart_charging import SmartCharging
from simulator.v16.transactions.queue import Queued

_PROFILE = "SecurityProfile"


def state_of(parts: Parts, features: Features) -> State:
    """The state of a station now."""
    configuration = parts.configuration
    return state.state_of(
        parts,
        features,
        parts.queue,
        security_profile=configuration.number(_PROFILE) if _PROFILE in configuration else 0,
        status=parts.main.status,
        connectors=(_connector(features, one) for one in parts.connectors.values()),
        unsent=_unsent,
    )


def _unsent(one: Queued) -> Unsent:
    known = one.transaction.transactionId
    return Unsent(one.action, one.transaction.connector, known, _when(one.payload), one.attempts)


def _when(payload: Mapping[str, object]) -> str:
    """When a queued message was made; meter values say it in their first value."""
    values = payload.get("meterValue")
    if isinstance(values, list) and values:
        payload = values[0]
    return str(payload.get("timestamp", ""))


def _connector(features: Features, connector: Connector) -> ConnectorState:
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
        limited_by=_limited_by(features, connector),
        meter=connector.meter.register,
    )


def _reservation(one: Reservation | None) -> ReservationState | None:
    return None if one is None else ReservationState(one.reservationId, one.idTag, one.expiryDate)


def _transaction(connector: Connector, one: Transaction | None) -> TransactionState | None:
    if one is None:
        return None
    energy = max(0, connector.meter.register - one.meter_start)
    return TransactionState(one.transactionId, one.idTag, one.started, energy, one.reservationId, one.suspended)


def _limited_by(features: Features, connector: Connector) -> tuple[str, ...]:
    if connector.limit is None:
        return ()
    profiles = features[SmartCharging].in_force(connector)
    return tuple(f"{one.chargingProfilePurpose} {one.chargingProfileId}" for one in profiles)
