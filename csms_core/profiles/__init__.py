"""Feature profiles: what the CSMS does with the messages of a station, one module per profile (OCPP 1.6 §3.2)."""

from __future__ import annotations

from collections.abc import Mapping

from csms_core.profiles import core, notices
from csms_core.registry import Bookkeeper, Handler, merged, merged_bookkeepers

PROFILES = (
    core.registry,
    notices.registry,
)

HANDLERS: Mapping[str, Handler] = merged(PROFILES)
BOOKKEEPERS: Mapping[str, Bookkeeper] = merged_bookkeepers(PROFILES)
