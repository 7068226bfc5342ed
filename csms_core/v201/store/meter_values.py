"""Meter values that belong to no transaction: what MeterValues said, each message once (J01)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from csms_core.store import clock, codec
from csms_core.store.database import dialect
from csms_core.store.database.prepared import PreparedRows
from csms_core.store.line import Line
from csms_core.v201.store.tables import meter_values
from ocppj.times import timestamp

_INSERT = PreparedRows(
    lambda database, rows: (
        dialect.insert(database, meter_values)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["measured_at", "identity", "fingerprint"])
    ),
    ("identity", "evse_id", "measured_at", "sampled_value", "received_at", "fingerprint"),
)


class MeterValues(NamedTuple):
    """A MeterValues of a station, received at a moment."""

    identity: str
    payload: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A meterValue of an EVSE; 0: of the main meter."""

    evse_id: int
    measured_at: str
    sampled_value: list[dict[str, Any]]
    received_at: str


def book(line: Line, messages: Sequence[MeterValues]) -> list[None]:
    """Keep what they say; one that says the same again is a repetition."""
    _INSERT.run(line, [row for message in messages for row in _rows(message)])
    return [None] * len(messages)


def listing(connection: Connection, identity: str, *, offset: int = 0, limit: int = 1000) -> list[Kept]:
    """What a station told, newest first."""
    ask = select(meter_values).where(meter_values.c.identity == identity).order_by(meter_values.c.id.desc())
    return [
        Kept(row.evse_id, row.measured_at, codec.from_text(row.sampled_value), row.received_at)
        for row in connection.execute(ask.offset(offset).limit(limit))
    ]


def _rows(message: MeterValues) -> Iterator[tuple[Any, ...]]:
    """Its rows. The fingerprint is that of all it says, so that a part of it is no repetition."""
    evse, received = codec.number(message.payload["evseId"]), timestamp(message.at)
    said = [(clock.normal(each["timestamp"]), each["sampledValue"]) for each in message.payload["meterValue"]]
    fingerprint = codec.fingerprint(evse, said)
    for place, (measured_at, sampled) in enumerate(said):
        yield message.identity, evse, measured_at, codec.to_text(sampled), received, f"{fingerprint}.{place}"
