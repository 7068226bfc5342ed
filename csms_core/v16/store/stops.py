"""Ends of transactions, each booked once however often it is sent (OCPP 1.6 §3.7, §4.10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, null, select, update

from csms_core.store import clock, codec
from csms_core.store.database.prepared import PreparedRows
from csms_core.store.line import Line
from csms_core.v16.store import charging_profiles, meter_values, notes
from csms_core.v16.store.tables import transactions, unmatched_stops
from ocppj.times import timestamp

_OF_IDS = PreparedRows(
    lambda database, rows: select(
        transactions.c.transaction_id,
        transactions.c.identity,
        transactions.c.connector_id,
        transactions.c.meter_stop,
        transactions.c.stopped_at,
        transactions.c.ended_by,
    ).where(transactions.c.transaction_id.in_([row["transaction_id"] for row in rows])),
    ("transaction_id",),
)
_ENDED = ("meter_stop", "stopped_at", "stop_reason", "stop_id_tag", "stop_received_at")
_END = PreparedRows(
    lambda database, rows: (
        update(transactions)
        .where(transactions.c.transaction_id == rows[0]["ended_id"])
        .values({name: rows[0][name] for name in _ENDED} | {"ended_by": null(), "evidence": null()})
    ),
    (*_ENDED, "ended_id"),
)


class Stop(NamedTuple):
    """A StopTransaction of a station, received at a moment."""

    identity: str
    payload: dict[str, Any]
    at: datetime


class _Ended(NamedTuple):
    """What a stop says, as it is kept."""

    meter_stop: int
    stopped_at: str
    reason: str
    id_tag: str | None
    received_at: str
    transaction_id: int


def book(line: Line, stops: Sequence[Stop]) -> list[None]:
    """Book the stops.

    A transaction is ended once; what repeats the stop changes nothing, what contradicts it or names a transaction
    that is not of this station is kept aside for a person to look at. None of that is the station's to know: it
    always gets its answer.
    """
    rows = [_row(stop) for stop in stops]
    known = _known(line, [row.transaction_id for row in rows])
    remembered = notes.of(line)
    ended: list[_Ended] = []
    owners: list[tuple[str, int]] = []
    values: list[meter_values.KeptRow] = []
    for stop, row in zip(stops, rows, strict=True):
        identity, connector_id, meter_stop, stopped_at = known.get(row.transaction_id, _NEVER)
        if identity != stop.identity:
            connector_id, meter_stop, stopped_at = _NEVER[1:]
        if stopped_at is None:
            ended.append(row)
            remembered.is_over(row.transaction_id, stop.identity)
            owners.append((stop.identity, row.transaction_id))
        elif (meter_stop, stopped_at) == (row.meter_stop, row.stopped_at) or not _keep_aside(line, stop, row):
            continue
        if data := stop.payload.get("transactionData"):
            values += meter_values.rows_of(
                "StopTransaction", stop.identity, connector_id, row.transaction_id, data, row.received_at
            )
    if ended:
        _END.run_each(line, ended)
        charging_profiles.book_stops(line, owners)
    meter_values.keep(line, values)
    return [None] * len(stops)


_Booked = tuple[str | None, int | None, int | None, str | None]
"""Station, connector, meterStop and end of a transaction."""

_NEVER: _Booked = (None, None, None, "never")
"""Stands for a transaction that does not exist: it cannot be ended, and nothing repeats its stop."""


def _known(line: Line, transaction_ids: Sequence[int]) -> dict[int, _Booked]:
    running = notes.of(line).running
    known: dict[int, _Booked] = {}
    unsure = []
    for transaction_id in transaction_ids:
        place = running.get(transaction_id)
        if place is None:
            unsure.append((transaction_id,))
        else:
            known[transaction_id] = (*place, None, None)
    for transaction_id, identity, connector_id, meter_stop, stopped_at, ended_by in _OF_IDS.all(line, unsure):
        # an end that was only evident (`ends`) is none beside the one that the station tells
        end = (None, None) if ended_by is not None else (meter_stop, stopped_at)
        known[transaction_id] = (identity, connector_id, *end)
    return known


def _row(stop: Stop) -> _Ended:
    payload = stop.payload
    return _Ended(
        codec.number(payload["meterStop"]),
        clock.normal(payload["timestamp"]),
        payload.get("reason", "Local"),
        payload.get("idTag"),
        timestamp(stop.at),
        codec.number(payload["transactionId"]),
    )


def _keep_aside(line: Line, stop: Stop, ended: _Ended) -> bool:
    """Keep a stop that ends nothing; False when it has been kept before."""
    data = meter_values.said(stop.payload.get("transactionData", []))
    content = {**stop.payload, "timestamp": ended.stopped_at, "transactionData": data}
    row: dict[str, Any] = {"identity": stop.identity, "fingerprint": codec.fingerprint(content)}
    same = and_(*(unmatched_stops.c[name] == value for name, value in row.items()))
    if line.connection.execute(select(unmatched_stops.c.id).where(same)).first() is not None:
        return False
    row |= {
        "transaction_id": ended.transaction_id,
        "meter_stop": ended.meter_stop,
        "stopped_at": ended.stopped_at,
        "payload": codec.to_text(stop.payload),
        "received_at": ended.received_at,
    }
    line.connection.execute(unmatched_stops.insert(), row)
    return True
