"""Transactions of stations of OCPP 2.0.1, as they were booked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Any, Final

from fastapi import APIRouter, HTTPException
from sqlalchemy import Connection

from csms_core.api.deps import Csms, Limit, Offset
from csms_core.api.models import ErrorOut
from csms_core.store import clock
from csms_core.v201.api.models import End201In, EventOut, Transaction201Out, Transaction201WithEvents
from csms_core.v201.api.paths import ROOT
from csms_core.v201.store import transactions
from csms_core.v201.store.transactions import Event, Transaction

log = logging.getLogger(__name__)

router = APIRouter(prefix=ROOT, tags=["transactions"])

MOST_MISSING: Final = 1000

_ONE = "/stations/{identity:segment}/transactions/{transaction_id:segment}"


@router.get("/transactions")
async def list_transactions(
    csms: Csms, station: str | None = None, running: bool | None = None, offset: Offset = 0, limit: Limit = 1000
) -> list[Transaction201Out]:
    """Transactions, newest first; of one station, running or ended ones only."""

    def ask(connection: Connection) -> list[Transaction]:
        return transactions.listing(connection, identity=station, running=running, offset=offset, limit=limit)

    return [Transaction201Out.model_validate(_members(booked)) for booked in await csms.store.read(ask)]


@router.get(_ONE, responses={404: {"model": ErrorOut}})
async def get_transaction(csms: Csms, identity: str, transaction_id: str) -> Transaction201WithEvents:
    """One transaction with its events."""

    def ask(connection: Connection) -> tuple[Transaction, list[Event]] | None:
        booked = transactions.find(connection, identity, transaction_id)
        return None if booked is None else (booked, transactions.events_of(connection, identity, transaction_id))

    found = await csms.store.read(ask)
    if found is None:
        raise HTTPException(404, f"The station '{identity}' has told of no transaction '{transaction_id}'.")
    booked, events = found
    told = [EventOut(seqNo=one.seq_no, payload=one.payload, received_at=one.received_at) for one in events]
    members = {**_members(booked), "transaction_events": told, "missing_seqNo": missing([one.seq_no for one in events])}
    return Transaction201WithEvents.model_validate(members)


@router.post(f"{_ONE}/end", responses={404: {"model": ErrorOut}, 409: {"model": ErrorOut}})
async def end_transaction(
    csms: Csms, identity: str, transaction_id: str, body: End201In | None = None
) -> Transaction201WithEvents:
    """End a transaction in the books by hand, because its Ended event is lost. The station is told nothing:
    RequestStopTransaction ends one that runs there."""
    why, at = (body or End201In()).why, clock.now()
    done = await csms.store.write(lambda c: transactions.close(c, identity, transaction_id, at, why))
    found = await get_transaction(csms, identity, transaction_id)
    if not done:
        raise HTTPException(409, f"The transaction '{transaction_id}' has ended already.")
    log.warning("transaction %s of %s was ended by hand: %s", transaction_id, identity, why)
    csms.hub.feed.ended(identity, f"transaction {transaction_id}: {why} (operator)")
    return found


def missing(seq_nos: Sequence[int]) -> list[int]:
    """The numbers between the first and the last that are not there; `seq_nos` are in order."""
    gaps = (number for before, after in pairwise(seq_nos) for number in range(before + 1, after))
    return list(islice(gaps, MOST_MISSING))


def _members(booked: Transaction) -> dict[str, Any]:
    facts = booked.facts
    ended_by = "TransactionEvent" if facts.ended_at is not None else None if booked.running else "operator"
    return {
        "transactionId": booked.transaction_id,
        "station": booked.identity,
        "evseId": facts.evse_id,
        "connectorId": facts.connector_id,
        "idToken": facts.id_token,
        "idTokenInfo": facts.id_token_info,
        "stop_idToken": facts.stop_token,
        "remoteStartId": facts.remote_start_id,
        "reservationId": facts.reservation_id,
        "chargingState": facts.charging_state,
        "triggerReason": facts.trigger_reason,
        "timeSpentCharging": facts.time_spent_charging,
        "events": facts.events,
        "seqNo": booked.last_seq_no,
        "has_started": facts.has_started,
        "started_at": facts.first_at,
        "running": booked.running,
        "stopped_at": facts.ended_at or booked.closed_at,
        "stoppedReason": facts.stopped_reason,
        "energy_start": facts.energy_first,
        "energy_last": facts.energy_last,
        "ended_by": ended_by,
        "evidence": booked.closed_because if ended_by == "operator" else None,
    }
