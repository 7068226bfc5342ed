"""Feature profiles: what the CSMS does with the messages of a station, one module per profile (OCPP 1.6 §3.2)."""

from __future__ import annotations

from collections.abc import Mapping

from csms_core.profiles import core, notices
from csms_core.registry import Handler, merged

HANDLERS: Mapping[str, Handler] = merged((core.registry, notices.registry))
