"""Bodies of the API that are about OCPP 2.0.1. OCPP names are as on the wire, everything else is snake_case."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, StringConstraints

from csms_core.api.models import Body

Json = dict[str, Any]


class Transaction201Out(BaseModel):
    """A transaction, as its events tell it in the order of their seqNo; energy in Wh.

    `events`: how many have come, `seqNo` is the highest. `has_started`: its Started event has come. `energy_start` and
    `energy_last` are what the register told first and last, null: it has not been told. `ended_by` is `operator` when
    no Ended event has come; `evidence` is why.
    """

    transactionId: str
    station: str
    evseId: int | None
    connectorId: int | None
    idToken: Json | None
    idTokenInfo: Json | None
    stop_idToken: Json | None
    remoteStartId: int | None
    reservationId: int | None
    chargingState: str | None
    triggerReason: str
    timeSpentCharging: int | None
    events: int
    seqNo: int
    has_started: bool
    started_at: str
    running: bool
    stopped_at: str | None
    stoppedReason: str | None
    energy_start: float | None
    energy_last: float | None
    ended_by: Literal["TransactionEvent", "operator"] | None
    evidence: str | None


class EventOut(BaseModel):
    """A TransactionEvent as it came."""

    seqNo: int
    payload: Json
    received_at: str


class Transaction201WithEvents(Transaction201Out):
    """A transaction and its events by their seqNo. `missing_seqNo`: those between the first and the last that have not
    come, a thousand at the most."""

    transaction_events: list[EventOut]
    missing_seqNo: list[int]


class End201In(Body):
    """An end by hand. `why` is kept with it."""

    why: Annotated[str, StringConstraints(min_length=1, max_length=500)] = "An operator ended it."


class VariableOut(BaseModel):
    """A variable as in a report. Passwords are not kept, so they have no value."""

    component: Json
    variable: Json
    variableAttribute: list[Json]
    variableCharacteristics: Json | None
    received_at: str


class ReportOut(BaseModel):
    """A report of the device model. `status`: the answer to GetBaseReport; `complete`: its last part has come."""

    requestId: int
    reportBase: str | None
    status: str | None
    complete: bool
    seqNo: int | None
    requested_at: str | None
    generatedAt: str | None
    received_at: str | None


class MeterValueOut(BaseModel):
    """A meterValue that belongs to no transaction. `evseId` 0: of the main meter."""

    evseId: int
    timestamp: str
    sampledValue: list[Json]
    received_at: str
