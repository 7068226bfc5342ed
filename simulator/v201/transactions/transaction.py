"""A transaction as data: what the station knows of it, and keeps (P2 §2.48 TransactionType, E01, E06)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from simulator.v201.authorization.id_token import IdToken


class Admission(msgspec.Struct, frozen=True):
    """Somebody may charge; `remote_start` is the remoteStartId when the CSMS has said so (F01, F02)."""

    token: IdToken
    group: str | None = None
    remote_start: int | None = None


class Transaction(msgspec.Struct, eq=False):
    """One transaction. Meter values in Wh, times in seconds."""

    transactionId: str
    started: datetime
    meter_start: int
    seq: int = 0  # seqNo of its next event
    token: IdToken | None = None  # of whoever charges, or has charged
    told_token: bool = False  # idToken is told once (E03.FR.01)
    told_connector: bool = False  # evse is told once, with the first event after the cable (E02.FR.01)
    told_remote_start: bool = False
    state: str | None = None  # chargingState that was told last
    charged: float = 0.0  # timeSpentCharging
    charging_since: float | None = None  # monotonic
    data: list[dict[str, Any]] = []  # meter values for its Ended event
