"""Feature profiles: what the CSMS does with the messages of a station, one module per profile (OCPP 1.6 §3.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from csms_core.hub.registry import (
    Bookkeeper,
    Check,
    Follower,
    Handler,
    merged,
    merged_bookkeepers,
    merged_followers,
    merged_judges,
)
from csms_core.v16.profiles import (
    configuration,
    connectors,
    core,
    credentials,
    firmware,
    local_list,
    remote_trigger,
    reservation,
    security,
    smart_charging,
    texts,
)

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
    credentials.registry,
)

HANDLERS: Mapping[str, Handler] = merged(PROFILES)
BOOKKEEPERS: Mapping[str, Bookkeeper] = merged_bookkeepers(PROFILES)
JUDGES: Mapping[str, Sequence[Check]] = merged_judges(PROFILES)
FOLLOWERS: Mapping[str, Follower] = merged_followers(PROFILES)
