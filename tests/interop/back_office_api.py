"""What operators of the back office use: a few resources of its own, and every call of the library by its name."""

from asyncio import Lock
from collections import defaultdict
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException
from ocpp.exceptions import OCPPError
from ocpp.v16 import call
from ocpp.v16.enums import CancelReservationStatus, ReservationStatus, UpdateStatus, UpdateType
from pydantic import BaseModel
from websockets.exceptions import ConnectionClosed

from tests.interop.back_office import BackOffice


class Reservation(BaseModel):
    """What an operator reserves; `expiry_date` is RFC 3339."""

    connector_id: int
    id_tag: str
    expiry_date: str
    parent_id_tag: str | None = None


def make_api(office: BackOffice) -> FastAPI:
    """The HTTP API; every request that sends something is answered with what the station answered."""
    api = FastAPI(title="back office")
    updating: defaultdict[str, Lock] = defaultdict(Lock)

    async def send(station: str, payload: Any) -> dict[str, Any]:
        remote = office.connected.get(station)
        if remote is None:
            raise HTTPException(404, f"{station} is not connected")
        try:
            answer = await remote.call(payload, suppress=False)
        except OCPPError as error:
            raise HTTPException(502, f"{station}: {error}") from None
        except (TimeoutError, ConnectionClosed):
            raise HTTPException(504, f"{station} did not answer") from None
        return asdict(answer)

    @api.post("/stations/{station}/reset")
    async def reset(station: str, type: str) -> dict[str, Any]:
        return await send(station, call.Reset(type=type))

    @api.put("/stations/{station}/configuration/{key}")
    async def configure(station: str, key: str, value: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
        return await send(station, call.ChangeConfiguration(key=key, value=value))

    @api.delete("/transactions/{transaction_id}")
    async def stop(transaction_id: int) -> dict[str, Any]:
        transaction = office.transactions.get(transaction_id)
        if transaction is None or transaction.stopped is not None:
            raise HTTPException(404, f"there is no running transaction {transaction_id}")
        return await send(transaction.station, call.RemoteStopTransaction(transaction_id=transaction_id))

    @api.post("/stations/{station}/reservations")
    async def reserve(station: str, reservation: Reservation) -> dict[str, Any]:
        """The id of a reservation is given by the back office."""
        id = office.reserve(station)
        answer = await send(station, call.ReserveNow(reservation_id=id, **reservation.model_dump()))
        if answer["status"] != ReservationStatus.accepted:
            office.reservations.pop(id, None)
        return {"reservation_id": id, **answer}

    @api.delete("/reservations/{id}")
    async def cancel(id: int) -> dict[str, Any]:
        station = office.reservations.get(id)
        if station is None:
            raise HTTPException(404, f"there is no reservation {id}")
        answer = await send(station, call.CancelReservation(reservation_id=id))
        if answer["status"] == CancelReservationStatus.accepted:
            office.reservations.pop(id, None)
        return answer

    @api.put("/stations/{station}/local-list")
    async def put_list(
        station: str, entries: list[dict[str, Any]], update: UpdateType = UpdateType.full
    ) -> dict[str, Any]:
        """The version of a list is counted by the back office, so that there is one update of a list at a time."""
        async with updating[station]:
            version = office.list_versions.get(station, 0) + 1
            answer = await send(station, call.SendLocalList(version, update, entries))
            if answer["status"] == UpdateStatus.accepted:
                office.list_versions[station] = version
            return answer

    @api.post("/stations/{station}/calls/{action}")
    async def perform(station: str, action: str, members: dict[str, Any]) -> dict[str, Any]:
        """Any other call: its members as the library names them."""
        try:
            payload = getattr(call, action)(**members)
        except (AttributeError, TypeError) as error:
            raise HTTPException(422, str(error)) from None
        return await send(station, payload)

    return api
