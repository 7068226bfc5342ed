"""A transaction as data: what the station knows of it, and keeps (1.6 §3.7, §4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec


class Transaction(msgspec.Struct, eq=False, omit_defaults=True):
    """One transaction, from the moment energy may flow. Meter values in Wh; `number` is the station's own."""

    number: int
    connector: int
    idTag: str
    started: datetime
    meter_start: int
    parentIdTag: str | None = None
    transactionId: int | None = None
    reservationId: int | None = None
    suspended: bool = False  # the station holds the energy back (rule TX-10)
    energy_end: int | None = None  # register at which MaxEnergyOnInvalidId is used up
    stop_at_end: bool = False  # then the transaction is stopped, otherwise only its energy
    stopped: bool = False
    reason: str | None = None
    profile: Mapping[str, Any] | None = None  # chargingProfile of the RemoteStartTransaction it came from
    next_sample: float = 0.0  # monotonic seconds
    data: list[dict[str, Any]] | None = None  # for transactionData; kept in records of its own
