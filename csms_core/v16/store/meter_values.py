"""Meter values: what MeterValues and the transactionData of StopTransaction said, each message once (OCPP 1.6 §4.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from csms_core.store import clock, codec
from csms_core.store.database import dialect
from csms_core.store.database.prepared import PreparedRows
from csms_core.store.line import Line
from csms_core.v16.store.tables import meter_values
from ocppj.times import timestamp

Content = list[tuple[str, Any]]
"""Moment in its normal spelling and sampledValue of each meterValue."""

KeptRow = tuple[str, int | None, int | None, str, str, str, str]

_INSERT = PreparedRows(
    lambda database, rows: (
        dialect.insert(database, meter_values)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["measured_at", "identity", "fingerprint"])
    ),
    ("identity", "connector_id", "transaction_id", "measured_at", "sampled_value", "received_at", "fingerprint"),
)


class MeterValues(NamedTuple):
    """A MeterValues of a station, received at a moment."""

    identity: str
    payload: dict[str, Any]
    at: datetime


def book(line: Line, messages: Sequence[MeterValues]) -> list[None]:
    """Keep what they say, whatever transaction they name; one that says the same again is a repetition."""
    keep(
        line,
        (
            row
            for identity, payload, at in messages
            for row in rows_of(
                "MeterValues",
                identity,
                codec.number(payload["connectorId"]),
                codec.number(payload.get("transactionId")),
                payload["meterValue"],
                timestamp(at),
            )
        ),
    )
    return [None] * len(messages)


def keep(line: Line, rows: Iterable[KeptRow]) -> None:
    """Keep the rows that are not kept yet."""
    _INSERT.run(line, list(rows))


def rows_of(
    action: str,
    identity: str,
    connector_id: int | None,
    transaction_id: int | None,
    values: list[dict[str, Any]],
    received: str,
) -> list[KeptRow]:
    """The rows of one message. Its fingerprint is that of all it says, so that a part of it is no repetition."""
    content = said(values)
    texts = [(measured_at, codec.canonical(sampled_value)) for measured_at, sampled_value in content]
    fingerprint = codec.fingerprint(action, connector_id, transaction_id, texts)
    return [
        (
            identity,
            connector_id,
            transaction_id,
            measured_at,
            bytes(sampled_value).decode(),
            received,
            f"{fingerprint}.{place}",
        )
        for place, (measured_at, sampled_value) in enumerate(texts)
    ]


def said(values: list[dict[str, Any]]) -> Content:
    """What a list of meterValue says, so that equal moments compare."""
    return [(clock.normal(value["timestamp"]), value["sampledValue"]) for value in values]
