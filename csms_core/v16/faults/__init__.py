"""Deliberate defects of OCPP 1.6: `name -> sentence -> hook`.

They prove that a check can fail. They are switched on at start or over the API, for one station or for all, and they
act around the CSMS where a message leaves, never inside a handler.
"""

from __future__ import annotations

from collections.abc import Sequence

from csms_core.faults.model import Fault
from csms_core.v16.faults import (
    core,
    credentials,
    firmware,
    local_list,
    remote_trigger,
    reservation,
    rules,
    security,
    smart_charging,
)

FAULTS: Sequence[Fault] = (
    *credentials.faults(),
    *core.faults(),
    *reservation.faults(),
    *smart_charging.faults(),
    *local_list.faults(),
    *remote_trigger.faults(),
    *firmware.faults(),
    *security.faults(),
    *rules.faults(),
)
