"""Which operations of OCPP 1.6 only read, so that they may be tried before a first run."""

from __future__ import annotations

from typing import Any, Final

from harness.peers.reach.trying import Trial
from harness.sut import Lane, Sut
from harness.v16.csms import states
from harness.v16.csms.operator import Operator
from harness.v16.csms.reach.samples import samples
from harness.v16.csms.station import Station
from harness.v16.needs import NEEDS
from harness.v16.profiles import PROFILES

READING: Final = {
    "GetConfiguration": ("core", "get-configuration-some"),
    "GetLocalListVersion": ("local_auth_list", "local-list-version"),
    "GetCompositeSchedule": ("smart_charging", "composite-schedule"),
    "GetInstalledCertificateIds": ("security", "security-profile-2-or-3"),
}
"""The operations that only read, each with the profile and the need of the case that asks for it."""


def _requests(sut: Sut, lane: Lane) -> dict[str, dict[str, Any]]:
    known = dict(samples(sut, lane.connectors))
    return {
        action: known[action]
        for action, (profile, need) in READING.items()
        if NEEDS.applicability(PROFILES.names[profile], [need], sut) is None
    }


TRIAL: Final = Trial(Station, states.boot, Operator, _requests)
