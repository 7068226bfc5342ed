"""Transactions, as they were booked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from sqlalchemy import Connection

from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import ErrorOut
from csms_core.store import clock
from csms_core.v16.api.models import EndIn, TransactionOut, TransactionWithValues
from csms_core.v16.store import ends, transactions

router = APIRouter(prefix="/api/v1", tags=["transactions"])


@router.get("/transactions")
async def list_transactions(
    csms: Csms, station: str | None = None, running: bool | None = None, offset: Offset = 0, limit: Limit = 1000
) -> list[TransactionOut]:
    """Transactions, newest first; of one station, running or ended ones only."""

    def ask(connection: Connection) -> list[transactions.Transaction]:
        return transactions.listing(connection, identity=station, running=running, offset=offset, limit=limit)

    return [TransactionOut.model_validate(_members(booked)) for booked in await csms.store.read(ask)]


@router.get("/transactions/{transaction_id}", responses={404: {"model": ErrorOut}})
async def get_transaction(csms: Csms, transaction_id: int) -> TransactionWithValues:
    """One transaction with its meter values."""

    def ask(connection: Connection) -> tuple[transactions.Transaction, list[dict[str, Any]]] | None:
        booked = transactions.find(connection, transaction_id)
        return None if booked is None else (booked, transactions.values_of(connection, booked))

    found = await csms.store.read(ask)
    if found is None:
        raise HTTPException(404, f"There is no transaction {transaction_id}.")
    booked, values = found
    return TransactionWithValues.model_validate({**_members(booked), "meterValue": values})


@router.post("/transactions/{transaction_id}/end", responses={404: {"model": ErrorOut}, 409: {"model": ErrorOut}})
async def end_transaction(csms: Csms, transaction_id: int, body: EndIn | None = None) -> TransactionWithValues:
    """End a transaction in the books by hand, because its StopTransaction is lost. The station is told nothing:
    RemoteStopTransaction ends one that runs there."""
    end, at = body or EndIn(), clock.now()
    done = await csms.store.write(lambda c: ends.by_hand(c, transaction_id, at, end.meterStop, end.why))
    found = await get_transaction(csms, transaction_id)
    if done is None:
        raise HTTPException(409, f"The transaction {transaction_id} has ended already.")
    csms.hub.ended(done)
    return found


def _members(booked: transactions.Transaction) -> dict[str, Any]:
    return {
        "transactionId": booked.transaction_id,
        "station": booked.identity,
        "connectorId": booked.connector_id,
        "idTag": booked.id_tag,
        "idTagInfo": booked.id_tag_info,
        "meterStart": booked.meter_start,
        "started_at": booked.started_at,
        "reservationId": booked.reservation_id,
        "running": booked.running,
        "meterStop": booked.meter_stop,
        "stopped_at": booked.stopped_at,
        "reason": booked.stop_reason,
        "stop_idTag": booked.stop_id_tag,
        "ended_by": None if booked.running else booked.ended_by or "StopTransaction",
        "evidence": booked.evidence,
        "doubt": booked.doubt,
    }
