"""Deliberate defects of the reference CSMS: `name -> sentence -> hook`.

They prove that a check can fail. They are switched on at start or over the API, for one station or for all, and they
act around the CSMS (where a message leaves, where a handshake is judged), never inside a handler.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from csms_core.faults import (
    core,
    firmware,
    handshake,
    local_list,
    remote_trigger,
    reservation,
    rpc,
    security,
    smart_charging,
)
from csms_core.faults.model import Fault
from csms_core.faults.switchboard import NotForOneStation, Switchboard, UnknownFault, Wire

__all__ = ["CATALOGUE", "Fault", "NotForOneStation", "Switchboard", "UnknownFault", "Wire"]


def _catalogue(faults: Iterable[Fault]) -> Mapping[str, Fault]:
    by_name: dict[str, Fault] = {}
    for fault in faults:
        if fault.name in by_name:
            raise ValueError(f"There are two faults named {fault.name}.")
        by_name[fault.name] = fault
    return by_name


CATALOGUE: Mapping[str, Fault] = _catalogue(
    (
        *handshake.faults(),
        *rpc.faults(),
        *core.faults(),
        *reservation.faults(),
        *smart_charging.faults(),
        *local_list.faults(),
        *remote_trigger.faults(),
        *firmware.faults(),
        *security.faults(),
    )
)
