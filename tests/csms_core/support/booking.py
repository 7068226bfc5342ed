"""Bookings of messages without a CSMS: over a connection, as the writer makes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from csms_core.store import tags
from csms_core.store.line import Line
from csms_core.v16.id_tags import id_tag_info
from csms_core.v16.store import meter_values, starts, stops


def start(connection: Connection, identity: str, payload: dict[str, Any], at: datetime) -> tuple[int, dict[str, Any]]:
    """Book a StartTransaction; gives transactionId and idTagInfo."""
    info = id_tag_info(tags.find(connection, payload["idTag"]), at)
    return starts.book(Line.over(connection), [starts.Start(identity, payload, info, at)])[0]


def stop(connection: Connection, identity: str, payload: dict[str, Any], at: datetime) -> None:
    """Book a StopTransaction."""
    stops.book(Line.over(connection), [stops.Stop(identity, payload, at)])


def values(connection: Connection, identity: str, payload: dict[str, Any], at: datetime) -> None:
    """Book a MeterValues."""
    meter_values.book(Line.over(connection), [meter_values.MeterValues(identity, payload, at)])
