"""Defects for the rule cases of the feature profiles: chapters 6 to 13 of the rules of OCPP-J 1.6."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault
from simulator.v16.faults.rules.profiles import (
    cards,
    delivery,
    firmware,
    keys,
    local_list,
    measuring,
    reservation,
    resets,
    smart_charging,
    stacking,
    statuses,
)


def faults() -> Iterator[Fault]:
    """All of them, in the order of the standard."""
    yield from cards.faults()
    yield from delivery.faults()
    yield from measuring.faults()
    yield from statuses.faults()
    yield from keys.faults()
    yield from resets.faults()
    yield from local_list.faults()
    yield from reservation.faults()
    yield from smart_charging.faults()
    yield from stacking.faults()
    yield from firmware.faults()
