"""Deliberate defects of a station of OCPP 1.6: `name -> sentence -> hook` (`simulator.faults.catalogue`)."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.faults import rpc
from simulator.faults.catalogue import Breakable, Catalogue
from simulator.v16.faults import (
    authorization,
    boot,
    configuration,
    connecting,
    files,
    local_list,
    metering,
    remote,
    reservation,
    rules,
    security,
    smart_charging,
    statuses,
    transactions,
)
from simulator.v16.faults.rules import unusual

__all__ = ["CATALOGUE", "set_faults"]

CATALOGUE = Catalogue(
    (
        *rpc.faults(),
        *boot.faults(),
        *statuses.faults(),
        *authorization.faults(),
        *transactions.faults(),
        *metering.faults(),
        *configuration.faults(),
        *remote.faults(),
        *local_list.faults(),
        *reservation.faults(),
        *smart_charging.faults(),
        *files.faults(),
        *security.faults(),
        *connecting.faults(),
        *rules.faults(),
        *unusual.faults(),
    )
)
"""All faults by name, in the order of the standard."""


def set_faults(station: Breakable, names: Iterable[str]) -> None:
    """Give a station these faults and no others, from the next thing it does on. Raises `UnknownFault`."""
    CATALOGUE.give(station, names)
