"""Transactions: starts, stops and meter values, each booked once however often it is sent (OCPP 1.6 §3.7, §4.7, §4.8,
§4.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from csms_core import clock
from csms_core.store import charging_profiles, codec, dialect, reservations, tags
from csms_core.store.prepared import Prepared
from csms_core.store.tables import meter_values, transactions, unmatched_stops

_START = ("identity", "connector_id", "folded_tag", "meter_start", "started_at")
_SAME_START = Prepared(
    select(transactions.c.transaction_id, transactions.c.id_tag_info).where(
        *(transactions.c[name] == bindparam(name) for name in _START)
    )
)
_INSERT = Prepared(
    transactions.insert().returning(transactions.c.transaction_id),
    (*_START, "id_tag", "reservation_id", "id_tag_info", "start_received_at"),
)
_ONE_VALUE = ("identity", "measured_at", "fingerprint")
_OF_STATION = Prepared(
    select(transactions.c.connector_id, transactions.c.meter_stop, transactions.c.stopped_at).where(
        transactions.c.transaction_id == bindparam("transaction_id"), transactions.c.identity == bindparam("identity")
    )
)
_ENDED = ("meter_stop", "stopped_at", "stop_reason", "stop_id_tag", "stop_received_at")
_STOP = Prepared(
    update(transactions)
    .where(transactions.c.transaction_id == bindparam("ended_id"))
    .values({name: bindparam(name) for name in _ENDED})
)


@dataclass(frozen=True, slots=True)
class Transaction:
    """A booked transaction. Registers in Wh, times in UTC; the stop members are None while it runs."""

    transaction_id: int
    identity: str
    connector_id: int
    id_tag: str
    id_tag_info: dict[str, Any]
    meter_start: int
    started_at: str
    reservation_id: int | None
    meter_stop: int | None
    stopped_at: str | None
    stop_reason: str | None
    stop_id_tag: str | None

    @property
    def running(self) -> bool:
        """Whether no StopTransaction has been booked yet."""
        return self.stopped_at is None


def find(connection: Connection, transaction_id: int) -> Transaction | None:
    """The transaction, None when there is none of that id."""
    row = connection.execute(
        select(transactions).where(transactions.c.transaction_id == codec.number(transaction_id))
    ).first()
    return None if row is None else _transaction(row)


def listing(
    connection: Connection,
    *,
    identity: str | None = None,
    running: bool | None = None,
    offset: int = 0,
    limit: int = 1000,
) -> list[Transaction]:
    """Transactions, newest first, of one station or all, running ones, ended ones or all."""
    ask = select(transactions).order_by(transactions.c.transaction_id.desc()).offset(offset).limit(limit)
    if identity is not None:
        ask = ask.where(transactions.c.identity == identity)
    if running is not None:
        ask = ask.where(transactions.c.stopped_at.is_(None) if running else transactions.c.stopped_at.is_not(None))
    return [_transaction(row) for row in connection.execute(ask)]


def book_start(
    connection: Connection, identity: str, payload: dict[str, Any], at: datetime, *, concurrent: bool
) -> tuple[int, dict[str, Any]]:
    """Book a StartTransaction; returns transactionId and idTagInfo.

    A repetition (same station, connector, tag, time and register) gets the answer of the first, and is not booked
    again. The tag is judged as of `at`. Unless `concurrent`, an accepted tag that charges elsewhere gets
    ConcurrentTx.
    """
    start = {
        "identity": identity,
        "connector_id": codec.number(payload["connectorId"]),
        "folded_tag": tags.fold(payload["idTag"]),
        "meter_start": codec.number(payload["meterStart"]),
        "started_at": clock.normal(payload["timestamp"]),
    }
    booked = _SAME_START.first(connection, start)
    if booked is not None:
        return booked[0], codec.from_text(booked[1])

    info = tags.id_tag_info(tags.find(connection, payload["idTag"]), at)
    if info["status"] == "Accepted" and not concurrent and _runs_elsewhere(connection, start):
        info["status"] = "ConcurrentTx"
    row = {
        **start,
        "id_tag": payload["idTag"],
        "reservation_id": codec.number(payload.get("reservationId")),
        "id_tag_info": codec.to_text(info),
        "start_received_at": clock.wire(at),
    }
    inserted = _INSERT.first(connection, row)
    assert inserted is not None  # an INSERT without a condition always gives its row
    transaction_id: int = inserted[0]
    if row["reservation_id"] is not None:
        reservations.book_use(connection, identity, row["reservation_id"], transaction_id, at)
    charging_profiles.book_start(connection, identity, row["connector_id"], row["folded_tag"], transaction_id)
    return transaction_id, info


def book_stop(connection: Connection, identity: str, payload: dict[str, Any], at: datetime) -> dict[str, Any] | None:
    """Book a StopTransaction; returns the idTagInfo of its idTag, None when it names none.

    A transaction is ended once; what repeats the stop changes nothing, what contradicts it or names a transaction
    that is not of this station is kept aside for a person to look at. None of that is the station's to know: it
    always gets its answer.
    """
    received = clock.wire(at)
    transaction_id = codec.number(payload["transactionId"])
    meter_stop = codec.number(payload["meterStop"])
    stopped_at = clock.normal(payload["timestamp"])
    booked = _OF_STATION.first(connection, {"transaction_id": transaction_id, "identity": identity})
    connector_id, its_meter_stop, its_stopped_at = booked or (None, None, None)
    repeated = False
    if booked is not None and its_stopped_at is None:
        ended = {
            "ended_id": transaction_id,
            "meter_stop": meter_stop,
            "stopped_at": stopped_at,
            "stop_reason": payload.get("reason", "Local"),
            "stop_id_tag": payload.get("idTag"),
            "stop_received_at": received,
        }
        _STOP.run(connection, ended)
        charging_profiles.book_stop(connection, identity, transaction_id)
    elif booked is None or (its_meter_stop, its_stopped_at) != (meter_stop, stopped_at):
        repeated = not _keep_aside(connection, identity, payload, received)
    else:
        repeated = True
    if not repeated:
        values = payload.get("transactionData", [])
        _keep_values(connection, "StopTransaction", identity, connector_id, transaction_id, values, received)
    if "idTag" not in payload:
        return None
    return tags.id_tag_info(tags.find(connection, payload["idTag"]), at)


def book_meter_values(connection: Connection, identity: str, payload: dict[str, Any], at: datetime) -> None:
    """Keep what a MeterValues said, whatever transaction it names; one that says the same again is a repetition."""
    _keep_values(
        connection,
        "MeterValues",
        identity,
        codec.number(payload["connectorId"]),
        codec.number(payload.get("transactionId")),
        payload["meterValue"],
        clock.wire(at),
    )


def values_of(connection: Connection, booked: Transaction, *, limit: int = 10_000) -> list[dict[str, Any]]:
    """Meter values of a transaction in the order of arrival, as on the wire."""
    ask = select(meter_values).where(
        meter_values.c.transaction_id == booked.transaction_id, meter_values.c.identity == booked.identity
    )
    return [
        {"timestamp": row.measured_at, "sampledValue": codec.from_text(row.sampled_value)}
        for row in connection.execute(ask.order_by(meter_values.c.id).limit(limit))
    ]


def _runs_elsewhere(connection: Connection, start: dict[str, Any]) -> bool:
    elsewhere = or_(transactions.c.identity != start["identity"], transactions.c.connector_id != start["connector_id"])
    ask = select(transactions.c.transaction_id).where(
        transactions.c.folded_tag == start["folded_tag"], transactions.c.stopped_at.is_(None), elsewhere
    )
    return connection.execute(ask.limit(1)).first() is not None


def _keep_aside(connection: Connection, identity: str, payload: dict[str, Any], received: str) -> bool:
    """Keep a stop that ends nothing; False when it has been kept before."""
    content = {**payload, "timestamp": clock.normal(payload["timestamp"])}
    content["transactionData"] = _content(payload.get("transactionData", []))
    row: dict[str, Any] = {"identity": identity, "fingerprint": codec.fingerprint(content)}
    same = and_(*(unmatched_stops.c[name] == value for name, value in row.items()))
    if connection.execute(select(unmatched_stops.c.id).where(same)).first() is not None:
        return False
    row |= {
        "transaction_id": codec.number(payload["transactionId"]),
        "meter_stop": codec.number(payload["meterStop"]),
        "stopped_at": clock.normal(payload["timestamp"]),
        "payload": codec.to_text(payload),
        "received_at": received,
    }
    connection.execute(unmatched_stops.insert(), row)
    return True


def _content(values: list[dict[str, Any]]) -> list[Any]:
    return [(clock.normal(value["timestamp"]), value["sampledValue"]) for value in values]


def _keep_values(
    connection: Connection,
    action: str,
    identity: str,
    connector_id: int | None,
    transaction_id: int | None,
    values: list[dict[str, Any]],
    received: str,
) -> None:
    if not values:
        return
    content = _content(values)
    fingerprint = codec.fingerprint(action, connector_id, transaction_id, content)
    rows = [
        {
            "identity": identity,
            "connector_id": connector_id,
            "transaction_id": transaction_id,
            "measured_at": measured_at,
            "sampled_value": codec.to_text(sampled_value),
            "received_at": received,
            "fingerprint": f"{fingerprint}.{place}",
        }
        for place, (measured_at, sampled_value) in enumerate(content)
    ]
    dialect.insert_new(connection, meter_values, rows, _ONE_VALUE)


def _transaction(row: Row[Any]) -> Transaction:
    return Transaction(
        row.transaction_id,
        row.identity,
        row.connector_id,
        row.id_tag,
        codec.from_text(row.id_tag_info),
        row.meter_start,
        row.started_at,
        row.reservation_id,
        row.meter_stop,
        row.stopped_at,
        row.stop_reason,
        row.stop_id_tag,
    )
