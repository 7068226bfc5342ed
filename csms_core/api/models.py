"""Bodies of the API. OCPP names are as on the wire, everything else is snake_case."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identity = Annotated[str, StringConstraints(min_length=1, max_length=255)]
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
    """A station. `ocpp` is the version it speaks, or spoke when it booted last. `registered_as` is what its last boot
    was answered with, `boot` what that BootNotification said.

    `connected_at`, `last_seen` and `security_profile` are those of its connection, null when it is not connected. What
    `connectors` tell is then what was told last.
    """

    identity: str
    online: bool
    ocpp: str | None
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
