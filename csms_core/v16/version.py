"""OCPP 1.6 as one object."""

from __future__ import annotations

from csms_core.hub.handling.answers import is_accepted
from csms_core.hub.version import Api, Version
from csms_core.v16.api.first_steps import first_steps
from csms_core.v16.faults import FAULTS
from csms_core.v16.leniency import tolerated
from csms_core.v16.profiles import BOOKKEEPERS, FOLLOWERS, HANDLERS, JUDGES
from csms_core.v16.registration import ONLY_AFTER_ACCEPTANCE, before_acceptance
from csms_core.v16.store import statuses, tables
from csms_core.v16.triggers import invited
from ocppj.v16 import PROTOCOL

VERSION = Version(
    protocol=PROTOCOL,
    handlers=HANDLERS,
    bookkeepers=BOOKKEEPERS,
    judges=JUDGES,
    followers=FOLLOWERS,
    before_acceptance=before_acceptance,
    only_after_acceptance=ONLY_AFTER_ACCEPTANCE,
    invited=invited,
    is_accepted=is_accepted,
    tolerated=tolerated,
    connectors=statuses.listings,
    tables=tables.ALL,
    faults=FAULTS,
    api=Api(
        path="/api/v1",
        at_once=(),
        early="(?!)",
        later=(
            "csms_core.v16.api.reservations",
            "csms_core.v16.api.charging_profiles",
            "csms_core.v16.api.local_lists",
            "csms_core.v16.api.triggers",
            "csms_core.v16.api.configuration",
            "csms_core.v16.api.jobs",
            "csms_core.v16.api.certificates",
            "csms_core.v16.api.transactions",
        ),
        first_steps=first_steps,
    ),
)
