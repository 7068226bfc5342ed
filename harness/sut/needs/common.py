"""Needs that the cases of every version have: tags, declared times, security profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from harness.sut.model import Sut
from harness.sut.needs.conditions import Row, Unmet, all_of, declared, given, show
from harness.sut.reach import security_profiles, upgrades


def _security(*wanted: int) -> Unmet:
    def unmet(sut: Sut) -> str | None:
        if any(profile in wanted for profile in security_profiles(sut)):
            return None
        return _security_reason(sut)

    return unmet


def _security_reason(sut: Sut) -> str:
    if sut.security.profiles is not None:
        return show("security.profiles", sut.security.profiles)
    return f"security.profiles is not set and {show('connection.security_profile', sut.connection.security_profile)}"


def _connected(*wanted: int) -> Unmet:
    def unmet(sut: Sut) -> str | None:
        profile = sut.connection.security_profile
        return None if profile in wanted else show("connection.security_profile", profile)

    return unmet


def _upgrade(sut: Sut) -> str | None:
    profiles = security_profiles(sut)
    if 2 not in profiles or not {1, 3} & set(profiles):
        return _security_reason(sut)
    # The run need not be in profile 1 or 2 when a station is given that is.
    return None if {"1", "2"} & set(sut.endpoints) else _connected(1, 2)(sut)


def _can_rise(sut: Sut) -> str | None:
    return None if upgrades(sut) else _security_reason(sut)


RISE: Final = "security-profile-rise"
"""The need of a case in which a charge point rises to the next security profile."""

OF_STATION: Final[Mapping[str, tuple[int, ...]]] = {
    "security-profile": (1, 2, 3),
    "security-profile-1-or-2": (1, 2),
    "security-profile-2-or-3": (2, 3),
    "security-profile-3": (3,),
}
"""Need -> the security profiles in one of which a charge point has to be for a case with it."""

COMMON: Final[tuple[Row, ...]] = (
    # tags
    ("valid-tag", "There is an accepted tag.", given("tags.valid")),
    ("second-valid-tag", "There is a second accepted tag.", given("tags.valid_2")),
    ("parent-tag", "There are two accepted tags with one parent.", all_of(given("tags.valid_2"), given("tags.parent"))),
    ("expired-tag", "The product knows an expired tag.", given("tags.expired")),
    ("blocked-tag", "The product knows a blocked tag.", given("tags.blocked")),
    ("concurrent-tag", "There is a tag that may not charge twice at a time.", given("tags.concurrent")),
    # performance
    ("performance-ocpp-response", "A response time is declared.", declared("performance.ocpp_response")),
    ("performance-authorize", "A response time of Authorize is declared.", declared("performance.authorize_response")),
    # security
    ("security-profile", "A security profile is supported.", _security(1, 2, 3)),
    ("security-profile-1-or-2", "Security profile 1 or 2 is supported.", _security(1, 2)),
    ("security-profile-2-or-3", "Security profile 2 or 3 is supported.", _security(2, 3)),
    ("security-profile-3", "Security profile 3 is supported.", _security(3)),
    ("security-profile-upgrade", "Profile 2 and a neighbour are supported, a station is in 1 or 2.", _upgrade),
    (RISE, "Profile 2 and a neighbour are supported.", _can_rise),
    ("connected-with-profile-1-or-2", "The run is in security profile 1 or 2.", _connected(1, 2)),
    ("connected-with-profile-2-or-3", "The run is in security profile 2 or 3.", _connected(2, 3)),
)
