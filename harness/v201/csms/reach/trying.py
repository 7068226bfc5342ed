"""Which operations of OCPP 2.0.1 only read, so that they may be tried before a first run."""

from __future__ import annotations

from typing import Any, Final

from harness.peers.reach.trying import Trial
from harness.sut import Lane, Sut
from harness.v201.csms import states
from harness.v201.csms.operator import Operator
from harness.v201.csms.reach.samples import samples
from harness.v201.csms.station import Station

READING: Final = ("GetVariables",)
"""Part of Core, which every product has."""


def _requests(sut: Sut, lane: Lane) -> dict[str, dict[str, Any]]:
    known = dict(samples(sut, lane.connectors))
    return {action: known[action] for action in READING}


TRIAL: Final = Trial(Station, states.boot, Operator, _requests)
