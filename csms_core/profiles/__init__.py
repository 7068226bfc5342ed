"""Feature profiles: what the CSMS does with the messages of a station, one module per profile (OCPP 1.6 §3.2)."""

from __future__ import annotations

from collections.abc import Mapping

from csms_core.profiles import (
    configuration,
    connectors,
    core,
    firmware,
    local_list,
    remote_trigger,
    reservation,
    security,
    smart_charging,
    texts,
)
from csms_core.registry import Bookkeeper, Handler, merged, merged_bookkeepers

PROFILES = (
    core.registry,
    firmware.registry,
    security.registry,
    configuration.registry,
    connectors.registry,
    texts.registry,
    reservation.registry,
    smart_charging.registry,
    local_list.registry,
    remote_trigger.registry,
)

HANDLERS: Mapping[str, Handler] = merged(PROFILES)
BOOKKEEPERS: Mapping[str, Bookkeeper] = merged_bookkeepers(PROFILES)
