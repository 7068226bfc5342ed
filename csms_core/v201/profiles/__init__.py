"""Functional blocks: what the CSMS does with the messages of a station, one module per block of Part 2.

What the standard lays on a CSMS in several blocks alike (`evses`, `texts`) has a module of its own.
"""

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
from csms_core.v201.profiles import (
    authorization,
    availability,
    data_transfer,
    evses,
    meter_values,
    provisioning,
    remote_control,
    security,
    texts,
    transactions,
    variables,
)

PROFILES = (
    security.registry,
    provisioning.registry,
    variables.registry,
    authorization.registry,
    transactions.registry,
    remote_control.registry,
    availability.registry,
    meter_values.registry,
    data_transfer.registry,
    evses.registry,
    texts.registry,
)

HANDLERS: Mapping[str, Handler] = merged(PROFILES)
BOOKKEEPERS: Mapping[str, Bookkeeper] = merged_bookkeepers(PROFILES)
JUDGES: Mapping[str, Sequence[Check]] = merged_judges(PROFILES)
FOLLOWERS: Mapping[str, Follower] = merged_followers(PROFILES)
