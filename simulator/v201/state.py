"""What can be seen of a station of OCPP 2.0.1 at one moment (`kernel.snapshot`); a connector is that of an EVSE."""

from __future__ import annotations

from simulator.kernel.snapshot import ConnectorState, State, TransactionState, Unsent
from simulator.station import state
from simulator.v201.device_model.standard import SECURITY_PROFILE
from simulator.v201.evses.evse import Evse
from simulator.v201.feature import Features
from simulator.v201.parts import Parts
from simulator.v201.transactions.queue import ACTION, Queued


def state_of(parts: Parts, features: Features, status: str) -> State:
    """The state of a station now; `status` is that of the station as a whole."""
    return state.state_of(
        parts,
        features,
        parts.queue,
        security_profile=int(parts.device_model[SECURITY_PROFILE] or 0),
        status=status,
        connectors=map(_connector, parts.evses.values()),
        unsent=_unsent,
    )


def _unsent(one: Queued) -> Unsent:
    return Unsent(ACTION, one.evse, one.transactionId, str(one.payload["timestamp"]), one.attempts)


def _connector(evse: Evse) -> ConnectorState:
    return ConnectorState(
        connectorId=evse.id,
        status=evse.status,
        errorCode=evse.faults[-1] if evse.faults else "NoError",
        cable="none" if not evse.cable else "both" if evse.vehicle else "station",
        locked=evse.locked,
        lock_jammed=evse.jammed,
        in_service=evse.usable,
        authorized=None if evse.admission is None else evse.admission.token.idToken,
        reservation=None,
        transaction=_transaction(evse),
        ev_paused=evse.ev_paused,
        power=evse.meter.power,
        offered=evse.outlet.power,
        limit=None,
        limited_by=(),
        meter=evse.meter.register,
    )


def _transaction(evse: Evse) -> TransactionState | None:
    one = evse.transaction
    if one is None:
        return None
    energy = max(0, evse.meter.register - one.meter_start)
    tag = "" if one.token is None else one.token.idToken
    return TransactionState(one.transactionId, tag, one.started, energy, None, evse.suspended)
