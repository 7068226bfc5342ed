"""The rules of a charging profile beyond its schema, one by one (OCPP 1.6 §3.13, §5.16, §9.4)."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from csms_core.v16.profiles.charging_rules import Limits, against_limits, against_remote_start, against_set
from schemas import load

NOW, LATER = "2026-11-21T10:00:00Z", "2026-11-21T12:00:00+01:00"

DEFAULT: dict[str, Any] = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "startSchedule": NOW,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 16.1},
            {"startPeriod": 60, "limit": 6, "numberPhases": 1},
        ],
    },
}
TX = DEFAULT | {"chargingProfilePurpose": "TxProfile"}


def changed(profile: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The profile with another value; None: without the member."""
    profile = copy.deepcopy(profile)
    holder: Any = profile
    *above, name = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in above:
        holder = holder[step]
    if value is None:
        del holder[name]
    else:
        holder[name] = value
    return profile


FIRST = "chargingSchedule.chargingSchedulePeriod.0"
SECOND = "chargingSchedule.chargingSchedulePeriod.1"


@pytest.mark.parametrize(
    ("connector", "profile"),
    [
        (0, DEFAULT),
        (1, DEFAULT),
        (0, DEFAULT | {"chargingProfilePurpose": "ChargePointMaxProfile"}),
        (1, TX | {"transactionId": 7}),
        (1, TX),
        (1, DEFAULT | {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}),
        (1, changed(DEFAULT, "chargingSchedule.startSchedule", None) | {"chargingProfileKind": "Relative"}),
        (1, DEFAULT | {"validFrom": NOW, "validTo": LATER}),
        (1, TX | {"validFrom": NOW, "validTo": LATER}),
        (1, changed(DEFAULT, f"{FIRST}.limit", 21.4)),
        (1, changed(DEFAULT, f"{FIRST}.limit", Decimal("32.10"))),
        (1, changed(DEFAULT, f"{FIRST}.limit", 6000.0)),
        (1, changed(DEFAULT, f"{FIRST}.limit", 0)),
    ],
)
def test_what_is_right_is_let_through(connector: int, profile: dict[str, Any]) -> None:
    assert load("1.6").call["SetChargingProfile"]({"connectorId": connector, "csChargingProfiles": profile})
    assert list(against_set(connector, profile)) == []


@pytest.mark.parametrize(
    ("connector", "profile", "words"),
    [
        pytest.param(1, DEFAULT | {"chargingProfilePurpose": "ChargePointMaxProfile"}, "SC-01", id="SC-01-max"),
        pytest.param(0, TX, "SC-01", id="SC-01-tx"),
        pytest.param(1, DEFAULT | {"transactionId": 7}, "transactionId is for a TxProfile only", id="transaction"),
        pytest.param(1, DEFAULT | {"stackLevel": -1}, "stackLevel is at least 0", id="stack"),
        pytest.param(
            1, changed(DEFAULT, f"{FIRST}.startPeriod", 5), "first startPeriod is 0 (SC-07)", id="SC-07-first"
        ),
        pytest.param(1, changed(DEFAULT, f"{SECOND}.startPeriod", 0), "Period.1.startPeriod", id="SC-07-rise"),
        pytest.param(
            1, changed(DEFAULT, "chargingSchedule.chargingSchedulePeriod", []), "has no period", id="SC-07-none"
        ),
        pytest.param(1, DEFAULT | {"recurrencyKind": "Daily"}, "SC-09", id="SC-09"),
        pytest.param(1, DEFAULT | {"chargingProfileKind": "Recurring"}, "needs a recurrencyKind", id="recurring"),
        pytest.param(1, DEFAULT | {"chargingProfileKind": "Relative"}, "left out of a Relative", id="relative"),
        pytest.param(1, changed(DEFAULT, "chargingSchedule.startSchedule", None), "the fixed point", id="absolute"),
        pytest.param(1, DEFAULT | {"validFrom": LATER, "validTo": LATER}, "validTo is not after validFrom", id="valid"),
        pytest.param(1, changed(DEFAULT, "chargingSchedule.duration", 0), "duration", id="duration"),
        pytest.param(1, changed(DEFAULT, f"{FIRST}.limit", 6.25), "one decimal (VAL-08)", id="VAL-08-limit"),
        pytest.param(1, changed(DEFAULT, "chargingSchedule.minChargingRate", 0.05), "VAL-08", id="VAL-08-rate"),
        pytest.param(1, changed(DEFAULT, f"{FIRST}.limit", -1), "Period.0.limit is a number", id="negative"),
        pytest.param(1, changed(DEFAULT, f"{FIRST}.limit", float("inf")), "Period.0.limit is a number", id="infinite"),
        pytest.param(1, changed(DEFAULT, f"{SECOND}.numberPhases", 4), "numberPhases is 1, 2 or 3", id="phases"),
    ],
)
def test_what_is_wrong_is_named(connector: int, profile: dict[str, Any], words: str) -> None:
    (sentence,) = against_set(connector, profile)

    assert words in sentence
    assert sentence.endswith(".")


def test_rmt_03_the_profile_of_a_remote_start() -> None:
    assert list(against_remote_start({"idTag": "T"})) == []
    assert list(against_remote_start({"idTag": "T", "chargingProfile": TX})) == []
    (wrong_purpose,) = against_remote_start({"idTag": "T", "chargingProfile": DEFAULT})
    (too_early,) = against_remote_start({"idTag": "T", "chargingProfile": TX | {"transactionId": 1}})
    assert "RMT-03" in wrong_purpose
    assert "RMT-03" in too_early


@pytest.mark.parametrize(
    ("limits", "installed", "words"),
    [
        (Limits(max_stack_level=2), 0, "stackLevel is at most 2"),
        (Limits(max_periods=1), 0, "2 periods are more than the 1"),
        (Limits(units=frozenset({"Power"})), 0, "means Current, and this station takes Power"),
        (Limits(units=frozenset()), 0, "takes nothing"),
        (Limits(max_installed=3), 3, "the station has 3 charging profiles, and takes 3"),
    ],
)
def test_sc_18_what_the_station_cannot_take(limits: Limits, installed: int, words: str) -> None:
    (sentence,) = against_limits(DEFAULT | {"stackLevel": 3}, limits, installed)

    assert words in sentence
    assert "SC-18" in sentence


def test_sc_18_what_the_station_can_take() -> None:
    limits = Limits(max_stack_level=0, max_periods=2, max_installed=1, units=frozenset({"Current"}))

    assert list(against_limits(DEFAULT, limits, 0)) == []
    assert list(against_limits(DEFAULT, Limits(), 1000)) == []
