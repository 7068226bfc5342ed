"""What is kept of the connectors over a loss of power: cable, lock, meter, availability, and who charges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ocppj.times import moment, timestamp
from simulator.hardware.meter import Meter
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.main_controller import MainController
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.context import Context

_CONNECTOR = "connector"  # kind of records; 0 is the station as a whole


def keep(context: Context, connector: Connector) -> None:
    """Keep what is true of a connector now."""
    if context.store.keeps:
        transaction = connector.transaction
        value = {
            "operative": connector.operative,
            "register": connector.meter.exact,
            "cable": connector.cable,
            "vehicle": connector.vehicle,
            "locked": connector.locked,
            "lockedFor": connector.locked_for,
            "transaction": None if transaction is None else transaction.number,
            "at": timestamp(context.clock.now()),
        }
        context.store.put(_CONNECTOR, str(connector.id), value)


def keep_availability(context: Context, main: MainController) -> None:
    """Keep whether the station as a whole is in service."""
    context.store.put(_CONNECTOR, "0", {"operative": main.operative})


def restored(
    context: Context,
    connectors: Mapping[int, Connector],
    main: MainController,
    transactions: Mapping[int, Transaction],
) -> Iterator[tuple[Connector, datetime]]:
    """Read it all; gives each connector once it is as it was, and when that was."""
    for key, value in context.store.read(_CONNECTOR):
        connector = connectors.get(int(key))
        if connector is not None:
            _restore(context, connector, value, transactions)
            yield connector, moment(value["at"])
        elif key == "0":
            main.operative = value["operative"]


def _restore(
    context: Context, connector: Connector, value: Mapping[str, Any], transactions: Mapping[int, Transaction]
) -> None:
    connector.operative = value["operative"]
    connector.meter = Meter(context.clock.monotonic, value["register"])
    connector.cable, connector.vehicle, connector.locked = value["cable"], value["vehicle"], value["locked"]
    if value["lockedFor"] is not None:
        connector.locked_for = (value["lockedFor"][0], value["lockedFor"][1])
    connector.transaction = None if value["transaction"] is None else transactions[value["transaction"]]
    connector.finished = connector.cable and connector.transaction is None
