"""Reservations: ReserveNow and CancelReservation as a resource (OCPP 1.6 §5.1, §5.13)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field, field_validator
from sqlalchemy import Connection

from csms_core.api import sending
from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import Body
from csms_core.store import clock, tags
from csms_core.store.ids import LARGEST
from csms_core.v16.api.deps import operations
from csms_core.v16.api.models import IdTag
from csms_core.v16.id_tags import parent_of
from csms_core.v16.store import reservations
from csms_core.v16.store.reservations import Reservation, State
from ocppj.times import moment, timestamp

router = APIRouter(prefix="/api/v1", tags=["reservations"])


class ReservationIn(Body):
    """What to reserve for whom, until when. `connectorId` 0: any connector. `parentIdTag` left out: that of the tag."""

    connectorId: Annotated[int, Field(ge=0, le=LARGEST)]
    idTag: IdTag
    expiryDate: str
    parentIdTag: IdTag | None = None

    @field_validator("expiryDate")
    @classmethod
    def _names_a_moment(cls, value: str) -> str:
        try:
            return timestamp(moment(value))
        except ValueError:
            raise ValueError(f"'{value}' is no dateTime such as 2030-01-01T00:00:00Z") from None


class ReservationOut(BaseModel):
    """A reservation. `state`: requested, reserved, refused, unanswered, cancelled, used (by `transactionId`), ended
    (the connector was lost, or the station does not know it) or expired; `status` is that of ReserveNow.conf."""

    station: str
    reservationId: int
    connectorId: int
    idTag: str
    parentIdTag: str | None
    expiryDate: str
    state: State
    status: str | None
    transactionId: int | None
    requested_at: str
    changed_at: str


@router.get("/reservations")
async def list_reservations(
    csms: Csms, station: str | None = None, offset: Offset = 0, limit: Limit = 1000
) -> list[ReservationOut]:
    """Reservations, the newest first; of one station only."""

    def ask(connection: Connection) -> list[Reservation]:
        return reservations.listing(connection, identity=station, offset=offset, limit=limit)

    return [_out(reservation) for reservation in await csms.store.read(ask)]


@router.get("/stations/{identity:segment}/reservations")
async def list_reservations_of(
    csms: Csms, identity: str, offset: Offset = 0, limit: Limit = 1000
) -> list[ReservationOut]:
    """Reservations of a station, the newest first."""
    await sending.known(csms, identity)
    return await list_reservations(csms, identity, offset, limit)


@router.get("/stations/{identity:segment}/reservations/{reservationId}", responses={404: sending.RESPONSES[404]})
async def get_reservation(csms: Csms, identity: str, reservationId: int) -> ReservationOut:
    """One reservation."""
    return _out(await _find(csms, identity, reservationId))


@router.post("/stations/{identity:segment}/reservations", status_code=201, responses=sending.RESPONSES)
async def create_reservation(csms: Csms, identity: str, body: ReservationIn) -> ReservationOut:
    """Reserve a connector with an id the CSMS chooses. A station that says no makes it a 409, and it stays listed."""
    await sending.known(csms, identity)
    payload = body.model_dump(exclude_none=True)

    def book(connection: Connection) -> Reservation:
        tag = tags.find(connection, body.idTag)
        parent = None if tag is None else parent_of(tag)
        if body.parentIdTag is None and parent is not None:
            payload["parentIdTag"] = parent
        return reservations.request(connection, identity, payload, clock.now())

    requested = await csms.store.write(book)
    number = requested.reservation_id
    try:
        answer = await sending.send(operations(csms), identity, "ReserveNow", {**payload, "reservationId": number})
    except HTTPException:
        await csms.store.write(lambda connection: reservations.give_up(connection, identity, number))
        raise
    if answer.get("status") != "Accepted":
        raise sending.refused(identity, "ReserveNow", answer.get("status"), f"reservation {number} was not made")
    return _out(await _find(csms, identity, number))


@router.delete("/stations/{identity:segment}/reservations/{reservationId}", responses=sending.RESPONSES)
async def cancel_reservation(csms: Csms, identity: str, reservationId: int) -> ReservationOut:
    """Cancel a reservation at the station; it stays listed. A station that does not know it makes this a 409."""
    await _find(csms, identity, reservationId)
    answer = await sending.send(operations(csms), identity, "CancelReservation", {"reservationId": reservationId})
    if answer.get("status") != "Accepted":
        outcome = f"it holds no reservation {reservationId}"
        raise sending.refused(identity, "CancelReservation", answer.get("status"), outcome)
    return _out(await _find(csms, identity, reservationId))


async def _find(csms: Any, identity: str, reservation_id: int) -> Reservation:
    found: Reservation | None = await csms.store.read(
        lambda connection: reservations.find(connection, identity, reservation_id)
    )
    if found is None:
        raise HTTPException(404, f"There is no reservation {reservation_id} of the station '{identity}'.")
    return found


def _out(reservation: Reservation) -> ReservationOut:
    shown = reservation.as_of(clock.now())
    return ReservationOut(
        station=shown.identity,
        reservationId=shown.reservation_id,
        connectorId=shown.connector_id,
        idTag=shown.id_tag,
        parentIdTag=shown.parent_id_tag,
        expiryDate=shown.expiry_date,
        state=shown.state,
        status=shown.status,
        transactionId=shown.transaction_id,
        requested_at=shown.requested_at,
        changed_at=shown.changed_at,
    )
