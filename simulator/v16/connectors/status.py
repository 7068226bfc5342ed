"""Connector status: which change is allowed, and which status follows from the facts (1.6 §4.9; rules STAT-01 to 06).

The status is never set by hand: it is derived from what is true of the connector (`Facts`). The table of the
specification is kept as data and every change is checked against it.
"""

from __future__ import annotations

import msgspec

TRANSITIONS: dict[str, frozenset[str]] = {
    "Available": frozenset(
        {"Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Reserved", "Unavailable", "Faulted"}
    ),
    "Preparing": frozenset({"Available", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Faulted"}),
    "Charging": frozenset({"Available", "SuspendedEV", "SuspendedEVSE", "Finishing", "Unavailable", "Faulted"}),
    "SuspendedEV": frozenset({"Available", "Charging", "SuspendedEVSE", "Finishing", "Unavailable", "Faulted"}),
    "SuspendedEVSE": frozenset({"Available", "Charging", "SuspendedEV", "Finishing", "Unavailable", "Faulted"}),
    "Finishing": frozenset({"Available", "Preparing", "Unavailable", "Faulted"}),
    "Reserved": frozenset({"Available", "Preparing", "Unavailable", "Faulted"}),
    "Unavailable": frozenset({"Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Faulted"}),
    "Faulted": frozenset(
        {
            "Available",
            "Preparing",
            "Charging",
            "SuspendedEV",
            "SuspendedEVSE",
            "Finishing",
            "Reserved",
            "Unavailable",
        }
    ),
}
"""From each status of a connector the ones it may change to; Preparing to Finishing by erratum 3.20."""

STATION_STATUSES = frozenset({"Available", "Unavailable", "Faulted"})
"""What connectorId 0 may report (rule STAT-03)."""

_DETOURS: dict[tuple[str, str], str] = {
    # A cable without a transaction: the intended use ends, then the connector goes out of service.
    ("Preparing", "Unavailable"): "Available",
    ("Preparing", "Reserved"): "Available",
    # A second transaction with the cable still in place.
    ("Finishing", "Charging"): "Preparing",
    ("Finishing", "SuspendedEV"): "Preparing",
    ("Finishing", "SuspendedEVSE"): "Preparing",
    ("Finishing", "Reserved"): "Available",
    ("Reserved", "Charging"): "Preparing",
    ("Reserved", "SuspendedEV"): "Preparing",
    ("Reserved", "SuspendedEVSE"): "Preparing",
    ("Unavailable", "Reserved"): "Available",
}


class IllegalTransition(Exception):
    """The station was about to report a change that 1.6 §4.9 does not know."""


def route(current: str, target: str) -> tuple[str, ...]:
    """The statuses to report in order to get from one to the other; empty when nothing changes.

    Raises `IllegalTransition` when there is no regular way.
    """
    if current == target:
        return ()
    if target in TRANSITIONS[current]:
        return (target,)
    via = _DETOURS.get((current, target))
    if via is None:
        raise IllegalTransition(f"a connector cannot change from {current} to {target}")
    return (via, target)


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is true of a connector at one moment."""

    faulted: bool = False
    operative: bool = True
    reserved: bool = False
    cable: bool = False  # a plug is in the socket, or the vehicle is connected to the fixed cable
    authorized: bool = False  # somebody may start here and has not yet
    transaction: bool = False
    suspended_by_ev: bool = False
    suspended_by_evse: bool = False
    finished: bool = False  # the cable that is in place has had its transaction, or was given up on


def derive(facts: Facts) -> str:
    """The status that follows from the facts. A running transaction outlives a change of availability (rule AVL-01)."""
    if facts.faulted:
        return "Faulted"
    if facts.transaction:
        if facts.suspended_by_evse:  # has precedence over the vehicle's wish (rule STAT-04)
            return "SuspendedEVSE"
        return "SuspendedEV" if facts.suspended_by_ev else "Charging"
    if not facts.operative:
        return "Unavailable"
    if facts.authorized:
        return "Preparing"
    if facts.cable and facts.finished:
        return "Finishing"
    if facts.reserved:  # a cable alone does not end it; the right card does
        return "Reserved"
    return "Preparing" if facts.cable else "Available"
