"""Deliberate defects of a station: `name -> sentence -> hook`.

    station = Station("ws://127.0.0.1:9000/ocpp", id="CP1")
    set_faults(station, ["heartbeat-late"])

They prove that a check can fail, and show a CSMS what stations can be like. They act around the correct station, which
does not know of them, and can be switched on and off at any time.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from simulator.faults import (
    authorization,
    boot,
    configuration,
    connecting,
    files,
    local_list,
    metering,
    remote,
    reservation,
    rpc,
    security,
    smart_charging,
    statuses,
    transactions,
)
from simulator.faults.model import Fault
from simulator.faults.wiring import wire, wired

if TYPE_CHECKING:
    from simulator.station import Station

__all__ = ["CATALOGUE", "Fault", "UnknownFault", "active", "catalogue", "set_faults"]


class UnknownFault(Exception):
    """There is no fault of that name in the catalogue."""


def _by_name(faults: Iterable[Fault]) -> Mapping[str, Fault]:
    by_name: dict[str, Fault] = {}
    for fault in faults:
        if fault.name in by_name:
            raise ValueError(f"There are two faults named {fault.name}.")
        by_name[fault.name] = fault
    return by_name


CATALOGUE: Mapping[str, Fault] = _by_name(
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
    )
)
"""All faults by name, in the order of the standard."""


def catalogue() -> dict[str, str]:
    """What every fault does wrong, by name."""
    return {name: fault.sentence for name, fault in CATALOGUE.items()}


def active(station: Station) -> tuple[str, ...]:
    """The faults a station has now, in the order they were given."""
    return tuple(fault.name for fault, _ in wired(station.parts))


def set_faults(station: Station, names: Iterable[str]) -> None:
    """Give a station these faults and no others, from the next thing it does on. Raises `UnknownFault`."""
    wire(station.parts, [named(name) for name in dict.fromkeys(names)])


def named(name: str) -> Fault:
    """A fault of the catalogue. Raises `UnknownFault` with the nearest name."""
    fault = CATALOGUE.get(name)
    if fault is None:
        near = difflib.get_close_matches(name, CATALOGUE, n=1, cutoff=0.5)
        advice = f"did you mean {near[0]}?" if near else "`plugproof station --list-faults` shows them all."
        raise UnknownFault(f"There is no fault '{name}' of a station; {advice}")
    return fault
