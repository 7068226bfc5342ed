"""What cases ask an operator for keeps the standard, and what they expect accepts what is right and nothing else."""

from itertools import product
from typing import Any

import msgspec
import pytest

import schemas
from csms_core.v16.profiles import charging_rules
from harness.sut import Sut
from harness.sut.reading import for_url
from harness.v16 import payloads
from ocppj.matchers import mismatches
from ocppj.v16 import PROTOCOL

SET = schemas.load("1.6")
SUT = for_url("ws://127.0.0.1:9/ocpp")
MOMENT = "2026-11-21T10:00:00.000Z"


def sut(**smart: Any) -> Sut:
    return msgspec.structs.replace(SUT, smart=msgspec.structs.replace(SUT.smart, **smart))


def holds(expected: dict[str, Any], payload: Any) -> bool:
    return not mismatches(expected, payload, PROTOCOL.folded)


@pytest.mark.parametrize(("unit", "phases"), [*product(("A", "W"), (1, 2, 3))])
def test_a_profile_is_valid_and_keeps_the_rules(unit: str, phases: int) -> None:
    made = payloads.profile(sut(rate_unit=unit, phases=phases), 1, "TxDefaultProfile")

    payload = {"connectorId": 1, "csChargingProfiles": made}
    assert SET.diagnose("SetChargingProfile", "call", payload) == ()
    assert list(charging_rules.against_set(1, made)) == []
    assert holds(payloads.if_absolute(made), made)


def test_a_composite_schedule_is_valid() -> None:
    answer = {"status": "Accepted", "connectorId": 1, "chargingSchedule": payloads.schedule(SUT)}

    assert SET.diagnose("GetCompositeSchedule", "result", answer) == ()


def test_a_reservation_is_valid_and_has_an_id_of_its_own() -> None:
    made = [payloads.reservation(SUT, 1, "TAG", parentIdTag="PARENT") for _ in range(20)]

    assert [SET.diagnose("ReserveNow", "call", payload) for payload in made] == [()] * 20
    assert len({payload["reservationId"] for payload in made}) > 1


def test_entries_of_tags() -> None:
    assert payloads.entries("A") == [{"idTag": "A", "idTagInfo": {"status": "Accepted"}}]
    assert payloads.entries() == []


@pytest.mark.parametrize(
    "same",
    [MOMENT, "2026-11-21T10:00:00Z", "2026-11-21T11:00:00+01:00", "2026-11-21t10:00:00z", "2026-11-21T10:00:04Z"],
)
def test_the_same_moment_however_it_is_written(same: str) -> None:
    assert payloads.about(MOMENT, 4).accepts(same)


@pytest.mark.parametrize("other", ["2026-11-21T10:00:05Z", "2026-11-21T10:00:00", "2026-11-21", "soon", 5, None])
def test_another_moment_and_what_is_none(other: Any) -> None:
    assert not payloads.about(MOMENT, 4).accepts(other)


@pytest.mark.parametrize(
    ("list_", "right"),
    [
        ([{"x": 1}], True),
        ([{"x": 1}, {"x": 1}], True),
        ([{"x": 1}, {}], False),
        ([], False),
        ("text", False),
    ],
)
def test_each_item_of_a_list_that_has_one(list_: Any, right: bool) -> None:
    assert holds(payloads.each({"list": list_}, "list", {"x": 1}), {"list": list_}) is right


@pytest.mark.parametrize("payload", [{}, None, "text"])
def test_a_list_that_is_not_there_is_not_right(payload: Any) -> None:
    assert not holds(payloads.each(payload, "list", {"x": 1}), payload)


def with_periods(*periods: Any) -> dict[str, Any]:
    return {"chargingSchedule": {"chargingSchedulePeriod": list(periods)}}


@pytest.mark.parametrize(
    ("profile", "right"),
    [
        (with_periods({"startPeriod": 0}), True),
        (with_periods({"startPeriod": 0}, {"startPeriod": 60}), True),
        (with_periods({"startPeriod": 60}, {"startPeriod": 0}), False),
        (with_periods(), False),
        (with_periods("text"), False),
        ({"chargingSchedule": {}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_only_the_first_period_is_looked_at(profile: Any, right: bool) -> None:
    assert holds(payloads.first_period(profile, startPeriod=0), profile) is right


@pytest.mark.parametrize(
    ("wanted", "period", "right"),
    [
        (3, {"numberPhases": 3}, True),
        (3, {}, True),
        (3, {"numberPhases": 1}, False),
        (1, {"numberPhases": 1}, True),
        (1, {}, False),
        (1, {"numberPhases": 3}, False),
    ],
)
def test_three_phases_need_not_be_named(wanted: int, period: dict[str, Any], right: bool) -> None:
    assert holds({"numberPhases": payloads.phases(sut(phases=wanted))}, period) is right


@pytest.mark.parametrize("lost", ["validFrom", "validTo", "startSchedule", "duration"])
def test_an_absolute_profile_is_fixed_in_time(lost: str) -> None:
    made = payloads.profile(SUT, 1, "TxProfile", transactionId=7)
    made["chargingSchedule"].pop(lost, None)
    made.pop(lost, None)

    assert not holds(payloads.if_absolute(made), made)
    assert payloads.if_relative(made) == {}


def test_a_relative_profile_has_no_fixed_start() -> None:
    made = payloads.profile(SUT, 1, "TxProfile", transactionId=7, chargingProfileKind="Relative")
    assert not holds(payloads.if_relative(made), made)
    assert payloads.if_absolute(made) == {}

    del made["chargingSchedule"]["startSchedule"]
    assert holds(payloads.if_relative(made), made)


@pytest.mark.parametrize("payload", [None, "text", {}, {"chargingProfileKind": "Recurring"}])
def test_nothing_is_asked_of_another_kind(payload: Any) -> None:
    assert payloads.if_absolute(payload) == payloads.if_relative(payload) == {}


@pytest.mark.parametrize(("value", "right"), [(1, True), (0, True), (True, False), ("1", False), (1.0, False)])
def test_a_whole_number(value: Any, right: bool) -> None:
    assert payloads.whole.accepts(value) is right
