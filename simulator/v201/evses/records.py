"""What a store keeps of an EVSE: its meter, whether it is in service, what is plugged, and what runs there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from ocppj.times import moment, timestamp
from simulator.hardware.meter import Meter
from simulator.v201.core.context import Context
from simulator.v201.evses.evse import Evse
from simulator.v201.transactions.transaction import Admission, Transaction

_KIND = "evse"
_FACTS = ("cable", "connector_operative", "ending", "locked", "operative", "station_operative", "suspended", "vehicle")


def keep(context: Context, evse: Evse) -> None:
    """Keep an EVSE as it is now."""
    if not context.store.keeps:
        return
    record: dict[str, Any] = {name: getattr(evse, name) for name in _FACTS}
    record["at"], record["register"] = timestamp(context.clock.now()), evse.meter.exact
    record["admission"] = msgspec.to_builtins(evse.admission)
    record["transaction"] = msgspec.to_builtins(evse.transaction)
    context.store.put(_KIND, f"{evse.id:04}", record)


def restore(context: Context, evses: Mapping[int, Evse]) -> dict[int, datetime]:
    """Make the EVSEs what was kept of them; returns when that was, for those where a transaction ran."""
    ran = {}
    for key, record in context.store.read(_KIND):
        evse = evses.get(int(key))
        if evse is None:
            continue
        for name in _FACTS:
            setattr(evse, name, record[name])
        evse.meter = Meter(context.clock.monotonic, record["register"])
        evse.admission = msgspec.convert(record["admission"], Admission | None)
        evse.transaction = msgspec.convert(record["transaction"], Transaction | None)
        if evse.transaction is not None:
            evse.transaction.charging_since = None
            ran[evse.id] = moment(record["at"])
    return ran
