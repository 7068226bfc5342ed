"""OCPP 2.0.1 as one object."""

from __future__ import annotations

from csms_core.hub.handling.answers import is_accepted
from csms_core.hub.version import Api, Version
from csms_core.v201.api.first_steps import first_steps
from csms_core.v201.api.paths import ROOT
from csms_core.v201.faults import FAULTS
from csms_core.v201.leniency import tolerated
from csms_core.v201.profiles import BOOKKEEPERS, FOLLOWERS, HANDLERS, JUDGES
from csms_core.v201.registration import ONLY_AFTER_ACCEPTANCE, before_acceptance
from csms_core.v201.store import statuses, tables
from csms_core.v201.triggers import invited
from ocppj.v201 import PROTOCOL

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
        path=ROOT,
        at_once=(),
        early="(?!)",
        later=("csms_core.v201.api.transactions", "csms_core.v201.api.device_model"),
        first_steps=first_steps,
        mark="v201_",
    ),
)
