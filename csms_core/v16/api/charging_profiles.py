"""Charging profiles: built, checked, sent, and what each station has (OCPP 1.6 §3.13, §5.5, §5.7, §5.16).

What a client leaves out is filled in so that the profile is right by the standard: an id of the CSMS's choice, the
transaction that runs at the connector for a TxProfile, begin and end of an Absolute profile.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from csms_core.api import sending
from csms_core.api.deps import Csms
from csms_core.api.models import Body
from csms_core.store import clock
from csms_core.store.ids import LARGEST
from csms_core.v16.api.deps import operations
from csms_core.v16.api.models import IdTag
from csms_core.v16.store import charging_profiles
from csms_core.v16.store.charging_profiles import TX, Kept
from ocppj.times import moment, timestamp

router = APIRouter(prefix="/api/v1", tags=["charging profiles"])

Integer = Annotated[int, Field(ge=-LARGEST - 1, le=LARGEST)]
Connector = Annotated[int, Field(ge=0, le=LARGEST)]
Seconds = Annotated[int, Field(ge=1, le=LARGEST)]
Limit = Annotated[float, Field(ge=0, le=1e9)]
Purpose = Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]
Unit = Literal["A", "W"]

DAY = 86_400
"""Duration in seconds of an Absolute schedule that names none."""


class PeriodIn(Body):
    """From `startPeriod` (seconds into the schedule) on, at most `limit` ampere or watt."""

    startPeriod: Integer = 0
    limit: Limit
    numberPhases: Annotated[int, Field(ge=1, le=3)] | None = None


class ScheduleIn(Body):
    """A charging schedule; `duration` in seconds."""

    chargingRateUnit: Unit
    chargingSchedulePeriod: Annotated[list[PeriodIn], Field(min_length=1, max_length=1000)]
    duration: Seconds | None = None
    startSchedule: str | None = None
    minChargingRate: Limit | None = None


class ProfileIn(Body):
    """A charging profile without what the CSMS knows better; `chargingProfileKind` left out: Absolute."""

    chargingProfileId: Integer | None = None
    transactionId: Integer | None = None
    stackLevel: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    chargingProfileKind: Literal["Absolute", "Recurring", "Relative"] = "Absolute"
    recurrencyKind: Literal["Daily", "Weekly"] | None = None
    validFrom: str | None = None
    validTo: str | None = None
    chargingSchedule: ScheduleIn


class PlacedProfileIn(ProfileIn):
    """A charging profile for a connector; 0: the whole station."""

    connectorId: Connector
    chargingProfilePurpose: Purpose = "TxDefaultProfile"


class RemoteStartIn(Body):
    """A remote start; the profile becomes a TxProfile without transactionId (RMT-03)."""

    idTag: IdTag
    connectorId: Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    chargingProfile: ProfileIn | None = None


class ProfileOut(BaseModel):
    """A profile a station has; `profile` is as it was sent. `transactionId` null: of no transaction, or the transaction
    of a remote start has not begun (`waits_for_transaction`)."""

    station: str
    connectorId: int | None
    transactionId: int | None
    waits_for_transaction: bool
    accepted_at: str
    profile: dict[str, Any]


class StatusOut(BaseModel):
    """`status` of the station's answer."""

    status: str


class RemoteStartOut(StatusOut):
    """The station's answer, and the profile as it was sent."""

    chargingProfile: dict[str, Any] | None


@router.get("/stations/{identity:segment}/charging-profiles")
async def list_charging_profiles(csms: Csms, identity: str) -> list[ProfileOut]:
    """What the station has accepted and not lost since."""
    await sending.known(csms, identity)
    return [_out(kept) for kept in await csms.store.read(lambda c: charging_profiles.listing(c, identity))]


@router.post("/stations/{identity:segment}/charging-profiles", status_code=201, responses=sending.RESPONSES)
async def set_charging_profile(csms: Csms, identity: str, body: PlacedProfileIn) -> ProfileOut:
    """Set a profile. A station that says no makes it a 409."""
    await sending.known(csms, identity)
    async with operations(csms).turn(identity):  # the id is free until the station has answered
        profile = await csms.store.read(lambda connection: _placed(connection, identity, body))
        payload = {"connectorId": body.connectorId, "csChargingProfiles": profile}
        answer = await sending.send(operations(csms), identity, "SetChargingProfile", payload)
    if answer.get("status") != "Accepted":
        raise sending.refused(identity, "SetChargingProfile", answer.get("status"), "it has not taken the profile over")
    number = profile["chargingProfileId"]
    kept = await csms.store.look_up(lambda connection: charging_profiles.find(connection, identity, number))
    if kept is None:
        raise HTTPException(409, f"The charging profile {number} was replaced or cleared in the meantime.")
    return _out(kept)


@router.delete("/stations/{identity:segment}/charging-profiles/{chargingProfileId}", responses=sending.RESPONSES)
async def clear_charging_profile(csms: Csms, identity: str, chargingProfileId: Integer) -> StatusOut:
    """Clear one profile; Unknown: the station has none of that id."""
    answer = await sending.send(operations(csms), identity, "ClearChargingProfile", {"id": chargingProfileId})
    return StatusOut(status=str(answer.get("status")))


@router.delete("/stations/{identity:segment}/charging-profiles", responses=sending.RESPONSES)
async def clear_charging_profiles(
    csms: Csms,
    identity: str,
    connectorId: Connector | None = None,
    chargingProfilePurpose: Purpose | None = None,
    stackLevel: Annotated[int, Query(ge=0, le=LARGEST)] | None = None,
) -> StatusOut:
    """Clear the profiles to which all that is given applies; nothing given: all profiles (SC-13)."""
    criteria = {
        "connectorId": connectorId,
        "chargingProfilePurpose": chargingProfilePurpose,
        "stackLevel": stackLevel,
    }
    payload = {name: value for name, value in criteria.items() if value is not None}
    answer = await sending.send(operations(csms), identity, "ClearChargingProfile", payload)
    return StatusOut(status=str(answer.get("status")))


@router.get("/stations/{identity:segment}/composite-schedule", responses=sending.RESPONSES)
async def get_composite_schedule(
    csms: Csms, identity: str, connectorId: Connector, duration: Seconds = DAY, chargingRateUnit: Unit | None = None
) -> dict[str, Any]:
    """Ask the station for its composite schedule of the next `duration` seconds; the GetCompositeSchedule.conf."""
    payload: dict[str, Any] = {"connectorId": connectorId, "duration": duration}
    if chargingRateUnit is not None:
        payload["chargingRateUnit"] = chargingRateUnit
    return await sending.send(operations(csms), identity, "GetCompositeSchedule", payload)


@router.post("/stations/{identity:segment}/remote-start", responses=sending.RESPONSES)
async def remote_start(csms: Csms, identity: str, body: RemoteStartIn) -> RemoteStartOut:
    """Start a transaction, with a charging profile for it."""
    await sending.known(csms, identity)
    payload: dict[str, Any] = body.model_dump(include={"idTag", "connectorId"}, exclude_none=True)
    wanted = body.chargingProfile
    async with operations(csms).turn(identity):
        if wanted is not None:
            payload["chargingProfile"] = await csms.store.read(lambda c: _built(c, identity, wanted, TX))
        answer = await sending.send(operations(csms), identity, "RemoteStartTransaction", payload)
    return RemoteStartOut(status=str(answer.get("status")), chargingProfile=payload.get("chargingProfile"))


def _placed(connection: Connection, identity: str, body: PlacedProfileIn) -> dict[str, Any]:
    profile = _built(connection, identity, body, body.chargingProfilePurpose)
    if body.chargingProfilePurpose != TX or body.connectorId == 0:  # the latter is refused by the rules
        return profile
    running = charging_profiles.running_transactions(connection, identity, body.connectorId)
    if not running:
        raise HTTPException(
            409,
            f"No transaction runs at connector {body.connectorId} of '{identity}', so a TxProfile has none (SC-01).",
        )
    if body.transactionId is None:
        profile["transactionId"] = max(running)
    elif body.transactionId not in running:
        raise HTTPException(
            409,
            f"Transaction {body.transactionId} does not run at connector {body.connectorId} of '{identity}' (SC-01).",
        )
    return profile


def _built(connection: Connection, identity: str, body: ProfileIn, purpose: str) -> dict[str, Any]:
    profile: dict[str, Any] = body.model_dump(exclude_none=True, exclude={"connectorId"})
    profile["chargingProfilePurpose"] = purpose
    profile.setdefault("chargingProfileId", charging_profiles.free_id(connection, identity))
    schedule = profile["chargingSchedule"]
    moments = [(profile, "validFrom"), (profile, "validTo"), (schedule, "startSchedule")]
    for holder, name in moments:
        if name in holder:
            holder[name] = timestamp(_moment(name, holder[name]))
    now = clock.now()
    if body.chargingProfileKind != "Relative":
        schedule.setdefault("startSchedule", timestamp(now))
    if body.chargingProfileKind == "Absolute":
        schedule.setdefault("duration", DAY)
        start = moment(schedule["startSchedule"])
        profile.setdefault("validFrom", timestamp(min(start, now)))
        profile.setdefault("validTo", timestamp(_later(start, schedule["duration"])))
    return profile


def _later(start: datetime, seconds: int) -> datetime:
    try:
        return start + timedelta(seconds=seconds)
    except OverflowError:
        raise HTTPException(422, "startSchedule and duration lead beyond the year 9999.") from None


def _moment(name: str, text: str) -> datetime:
    try:
        return moment(text)
    except ValueError:
        raise HTTPException(422, f"{name}: '{text}' is no dateTime such as 2030-01-01T00:00:00Z") from None


def _out(kept: Kept) -> ProfileOut:
    return ProfileOut(
        station=kept.identity,
        connectorId=kept.connector_id,
        transactionId=kept.transaction_id,
        waits_for_transaction=kept.waits_for_transaction,
        accepted_at=kept.accepted_at,
        profile=kept.profile,
    )
