"""Bodies of the API. OCPP names are as on the wire, everything else is snake_case."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from csms_core import clock

_PRINTABLE = re.compile(r"[ -~]+")


def _printable(value: str) -> str:
    if _PRINTABLE.fullmatch(value) is None:
        raise ValueError("an idTag holds printable ASCII characters only")
    return value


Identity = Annotated[str, StringConstraints(min_length=1, max_length=255)]
IdTag = Annotated[str, StringConstraints(min_length=1, max_length=20), AfterValidator(_printable)]
Registration = Literal["Accepted", "Pending", "Rejected"]


class Body(BaseModel):
    """What a client sends: members nobody knows and values of another type are refused, so that a slip is noticed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ErrorOut(BaseModel):
    """Every error: one sentence."""

    detail: str


class Health(BaseModel):
    """The CSMS is up."""

    status: Literal["ok"] = "ok"
    url: str
    tls_url: str | None
    stations_online: int


class Readiness(BaseModel):
    """The CSMS can serve."""

    status: Literal["ready"] = "ready"


class StationIn(Body):
    """Settings of a station. `registration`: answer to its next boot, `interval`: seconds; null: as configured for
    all."""

    registration: Registration | None = None
    interval: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class NamedStationIn(StationIn):
    """A station among others."""

    identity: Identity


class StationOut(BaseModel):
    """A station. `registered_as` is what its last boot was answered with, `boot` what that BootNotification said.

    `connected_at`, `last_seen` and `security_profile` are those of its connection, null when it is not connected. What
    `connectors` tell is then what was told last.
    """

    identity: str
    online: bool
    registration: Registration | None
    interval: int | None
    registered_as: Registration | None
    booted_at: str | None
    boot: dict[str, Any] | None
    connected_at: str | None
    security_profile: int | None
    last_seen: str | None
    connectors: list[dict[str, Any]]


class NoticeOut(BaseModel):
    """A report of a station: firmware, diagnostics, security event, accepted DataTransfer."""

    action: str
    payload: dict[str, Any]
    received_at: str


class TagIn(Body):
    """What a tag is worth. After `expiryDate` an Accepted tag is Expired."""

    status: Literal["Accepted", "Blocked", "Expired", "Invalid"] = "Accepted"
    parentIdTag: IdTag | None = None
    expiryDate: Annotated[str, Field(json_schema_extra={"format": "date-time"})] | None = None

    @field_validator("expiryDate")
    @classmethod
    def _names_a_moment(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return clock.wire(clock.parse(value))
        except ValueError:
            raise ValueError(f"'{value}' is no dateTime such as 2030-01-01T00:00:00Z") from None


class NamedTagIn(TagIn):
    """A tag among others."""

    idTag: IdTag


class TagOut(BaseModel):
    """A tag."""

    idTag: str
    status: str
    parentIdTag: str | None
    expiryDate: str | None


class TransactionOut(BaseModel):
    """A transaction; registers in Wh. The stop members are null while it runs.

    `ended_by` says what showed its end: `StopTransaction`, or a later `StartTransaction` or `StatusNotification` of its
    connector, or the `operator`; `evidence` is the sentence about any but the first. A StopTransaction that comes late
    is booked all the same. `doubt` says why a transaction that seems to run may not.
    """

    transactionId: int
    station: str
    connectorId: int
    idTag: str
    idTagInfo: dict[str, Any]
    meterStart: int
    started_at: str
    reservationId: int | None
    running: bool
    meterStop: int | None
    stopped_at: str | None
    reason: str | None
    stop_idTag: str | None
    ended_by: Literal["StopTransaction", "StartTransaction", "StatusNotification", "operator"] | None
    evidence: str | None
    doubt: str | None


class EndIn(Body):
    """An end by hand. `why` is kept with it; `meterStop` in Wh, when it is known."""

    why: Annotated[str, StringConstraints(min_length=1, max_length=500)] = "An operator ended it."
    meterStop: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class TransactionWithValues(TransactionOut):
    """A transaction and its meter values as on the wire."""

    meterValue: list[dict[str, Any]]


class FaultIn(Body):
    """Switch a fault for one station, or for all (null)."""

    enabled: bool
    station: Identity | None = None


class FaultOut(BaseModel):
    """A deliberate defect, and for whom it is on."""

    name: str
    sentence: str
    everywhere: bool
    stations: list[str]


class Started(BaseModel):
    """The operation is in the station's queue."""

    station: str
    action: str
    state: Literal["queued"] = "queued"
