"""Which profiles a station takes."""

from dataclasses import FrozenInstanceError, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from ocppj.errors import OcppError
from ocppj.times import timestamp
from simulator.v16.schedules import (
    EMPTY,
    BadProfile,
    Limits,
    Outcome,
    Running,
    Site,
    Situation,
    Supply,
    limit_at,
    parse,
    remote_start_refusal,
    set_profile,
)
from simulator.v16.schedules.moments import NEVER, instant, moment
from simulator.v16.schedules.profile import number, tenths
from tests.simulator.v16.schedules.support import NOW, SITE, at, profile, station

LIMITS = Limits(max_stack_level=5, max_periods=3, max_installed=2, units=frozenset({"A"}))
STRICT = replace(SITE, limits=LIMITS)


def ask(situation: Situation, connector: int, one: dict[str, Any]) -> Outcome:
    """The outcome of a SetChargingProfile."""
    return set_profile(situation, {"connectorId": connector, "csChargingProfiles": one}, NOW)


@pytest.mark.parametrize(
    ("connector", "facts", "running", "reason"),
    [
        (0, {"purpose": "ChargePointMaxProfile"}, None, None),
        (1, {"purpose": "ChargePointMaxProfile"}, None, "SC-01"),
        (0, {}, None, None),
        (1, {}, None, None),
        (0, {"purpose": "TxProfile"}, Running(NOW, 7), "SC-01"),
        (1, {"purpose": "TxProfile", "transactionId": 7}, Running(NOW, 7), None),
        (1, {"purpose": "TxProfile"}, Running(NOW, 7), None),
        (1, {"purpose": "TxProfile"}, Running(NOW), None),
        (1, {"purpose": "TxProfile", "transactionId": 7}, None, "SC-02"),
        (1, {"purpose": "TxProfile"}, None, "SC-02"),
        (2, {"purpose": "TxProfile", "transactionId": 7}, Running(NOW, 7), "SC-02"),
        (1, {"purpose": "TxProfile", "transactionId": 8}, Running(NOW, 7), "SC-02"),
        (1, {"purpose": "TxProfile", "transactionId": 8}, Running(NOW), "SC-02"),
        (1, {"transactionId": 7}, Running(NOW, 7), "transactionId is for a TxProfile"),
        (0, {"purpose": "ChargePointMaxProfile", "transactionId": 7}, Running(NOW, 7), "transactionId is for"),
    ],
)
def test_purpose_connector_and_transaction_belong_together(
    connector: int, facts: dict[str, Any], running: Running | None, reason: str | None
) -> None:
    """Rules SC-01 and SC-02."""
    outcome = ask(station(running={} if running is None else {1: running}), connector, profile((0, 6), **facts))
    assert outcome.status == ("Accepted" if reason is None else "Rejected")
    assert len(outcome.book) == (reason is None)
    assert reason is None or reason in (outcome.reason or "")


@pytest.mark.parametrize("connector", [-1, 3, 1000])
def test_an_unknown_connector_is_a_callerror(connector: int) -> None:
    """Rule ERR-12."""
    with pytest.raises(OcppError, match=rf"connectorId is 0 to 2 at this station, not {connector}") as refused:
        ask(station(), connector, profile((0, 6)))
    assert refused.value.code == "PropertyConstraintViolation"


@pytest.mark.parametrize(
    ("periods", "facts", "reason"),
    [
        ([(0, 6)], {"level": 5}, None),
        ([(0, 6)], {"level": 6}, "stackLevel is 0 to 5 (ChargeProfileMaxStackLevel)"),
        ([(0, 6)], {"level": -1}, "stackLevel"),
        ([(0, 6), (1, 7), (2, 8)], {}, None),
        ([(0, 6), (1, 7), (2, 8), (3, 9)], {}, "1 to 3 periods (ChargingScheduleMaxPeriods)"),
        ([], {}, "1 to 3 periods"),
        ([(1, 6)], {}, "first startPeriod is 0"),
        ([(-1, 6)], {}, "first startPeriod is 0"),
        ([(0, 6), (5, 7), (5, 8)], {}, "startPeriod is above"),
        ([(0, 6), (5, 7), (4, 8)], {}, "startPeriod is above"),
        ([(0, 6)], {"unit": "W"}, "chargingRateUnit W"),
        ([(0, 0)], {}, None),
        ([(0, -0.1)], {}, "limit is a number from 0"),
        ([(0, 6), (1, 6.55)], {}, "limit is a number from 0 with one decimal"),
        ([(0, float("inf"))], {}, "limit is a number"),
        ([(0, 6, 1)], {}, None),
        ([(0, 6, 0)], {}, "numberPhases"),
        ([(0, 6, 4)], {}, "numberPhases"),
        ([(0, 6, 3), (1, 6, 4)], {}, "numberPhases"),
        ([(0, 6)], {"duration": 1}, None),
        ([(0, 6)], {"duration": 0}, "duration"),
        ([(0, 6)], {"duration": -1}, "duration"),
        ([(0, 6)], {"minimum": 0}, None),
        ([(0, 6)], {"minimum": -1}, "minChargingRate"),
        ([(0, 6)], {"minimum": 1.25}, "minChargingRate"),
        ([(0, 6)], {"kind": "Recurring", "recurrencyKind": "Daily"}, None),
        ([(0, 6)], {"kind": "Recurring"}, "recurrencyKind and startSchedule"),
        (
            [(0, 6)],
            {"kind": "Recurring", "recurrencyKind": "Weekly", "start": None},
            "recurrencyKind and startSchedule",
        ),
        ([(0, 6)], {"recurrencyKind": "Daily"}, "not for Absolute ones (SC-09)"),
        ([(0, 6)], {"kind": "Relative", "recurrencyKind": "Daily"}, "not for Relative ones (SC-09)"),
        ([(0, 6)], {"validFrom": at(5), "validTo": at(-5)}, None),
        ([(0, 6)], {"kind": "Other"}, "cannot be read"),
        ([(0, 6)], {"validFrom": "0000-01-01T00:00:00Z"}, None),
        ([(0, 6)], {"validTo": "9999-12-31T23:59:59-05:00"}, None),
        ([(0, 6)], {"validTo": "tomorrow"}, "cannot be read"),
        ([(0, 6)], {"validFrom": "2026-11-21T10:00:00"}, "cannot be read"),
    ],
)
def test_a_profile_is_taken_when_it_can_be_followed(
    periods: list[Any], facts: dict[str, Any], reason: str | None
) -> None:
    """Rules SC-07, SC-09, SC-18 and VAL-08, by SetChargingProfile and by a remote start."""
    situation = station(site=STRICT, running={1: Running(NOW, 7)})
    one = profile(*periods, purpose="TxProfile", **facts)
    outcome = ask(situation, 1, one)
    assert outcome.status == ("Accepted" if reason is None else "Rejected")
    assert outcome.book == (EMPTY if reason else EMPTY.with_profile(1, parse(one), NOW))
    assert remote_start_refusal(situation, 1, one) == outcome.reason
    assert reason is None or reason in (outcome.reason or "")


def test_no_more_profiles_than_the_station_can_hold() -> None:
    """Rule SC-18; what is replaced makes room."""
    situation = station((0, profile((0, 6), id=1)), (1, profile((0, 6), id=2)), site=STRICT, running={1: Running(NOW)})
    outcome = ask(situation, 2, profile((0, 6), id=3))
    assert (outcome.status, outcome.book) == ("Rejected", situation.book)
    assert "2 (MaxChargingProfilesInstalled)" in (outcome.reason or "")
    assert ask(situation, 2, profile((0, 6), id=2)).status == "Accepted"
    assert ask(situation, 1, profile((0, 6), id=3)).status == "Accepted"
    assert "MaxChargingProfilesInstalled" in (
        remote_start_refusal(situation, 2, profile((0, 6), id=4, purpose="TxProfile")) or ""
    )


@pytest.mark.parametrize(
    ("switches", "connector", "phases", "status"),
    [
        (False, 1, (3, 1), "Rejected"),
        (True, 1, (3, 1), "Accepted"),
        (False, 1, (1, 1), "Accepted"),
        (False, 2, (3, 1), "Accepted"),
        (False, 0, (3, 1), "Rejected"),
        (False, 1, (None, 3), "Accepted"),
        (False, 1, (None, 1), "Rejected"),
    ],
)
def test_a_schedule_that_changes_phases_needs_a_station_that_can(
    switches: bool, connector: int, phases: tuple[int | None, ...], status: str
) -> None:
    site = Site((Supply(Decimal(32)), Supply(Decimal(32), 1)), switches=switches)
    periods: list[Any] = [(start, 6) if n is None else (start, 6, n) for start, n in enumerate(phases)]
    assert ask(station(site=site), connector, profile(*periods)).status == status
    reason = remote_start_refusal(station(site=site), connector or None, profile(*periods, purpose="TxProfile"))
    assert reason is None if status == "Accepted" else "ConnectorSwitch3to1PhaseSupported" in (reason or "")


def test_a_station_cannot_change_phases_unless_it_is_told_so() -> None:
    assert ask(station(site=Site((Supply(Decimal(32)),))), 1, profile((0, 6), (5, 6, 1))).status == "Rejected"


def test_a_remote_start_that_leaves_the_connector_open_may_come_to_the_one_with_most_phases() -> None:
    site = Site((Supply(Decimal(32), 1), Supply(Decimal(32))))
    one = profile((0, 6), (5, 6, 1), purpose="TxProfile")
    assert remote_start_refusal(station(site=site), 1, one) is None
    assert "number of phases" in (remote_start_refusal(station(site=site), None, one) or "")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"purpose": "TxDefaultProfile"}, "a TxProfile, not a TxDefaultProfile"),
        ({"purpose": "ChargePointMaxProfile"}, "a TxProfile, not a ChargePointMaxProfile"),
        ({"transactionId": 7}, "no transactionId"),
    ],
)
@pytest.mark.parametrize("connector", [None, 1])
def test_a_remote_start_brings_a_tx_profile_without_a_transaction(
    connector: int | None, facts: dict[str, Any], reason: str | None
) -> None:
    """Rule RMT-03, TC_060_CS."""
    found = remote_start_refusal(station(), connector, profile((0, 6), **{"purpose": "TxProfile", **facts}))
    assert found is None if reason is None else reason in (found or "")


# --- numbers, dates and sites -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"), [(6, 60), (6.5, 65), (5.5, 55), (0.3, 3), (21.4, 214), (0.1, 1), (8.0, 80)]
)
def test_a_limit_is_read_from_its_decimal_text(value: float, expected: int) -> None:
    """Rule VAL-08: as binary numbers half of these are no multiples of a tenth."""
    period = parse(profile((0, value))).chargingSchedule.chargingSchedulePeriod[0]
    assert period.tenths == expected
    assert number(period.tenths) == value


@pytest.mark.parametrize("value", ["6.55", "0.01", "Infinity", "NaN"])
def test_more_than_one_decimal_is_no_rate(value: str) -> None:
    with pytest.raises(ValueError, match="no number with one decimal at most"):
        tenths(Decimal(value))


def test_what_is_no_profile_is_told_with_its_place() -> None:
    with pytest.raises(BadProfile, match="`chargingProfileId`"):
        parse({})
    with pytest.raises(BadProfile, match=r"\$\.chargingSchedule\.chargingRateUnit"):
        parse(profile((0, 6), unit="kW"))


def test_moments_are_exact_and_have_no_end() -> None:
    assert moment(instant(at(0.000001))) == at(0.000001)
    assert moment(NEVER) is None
    assert timestamp(at(0.9999)) == "2026-11-21T10:00:00.999Z"
    with pytest.raises(TypeError):
        instant(datetime(2026, 11, 21))


@pytest.mark.parametrize(
    ("current", "phases", "power", "sentence"),
    [
        ("-1", 3, "1", "Supply.current is a number of ampere from 0, not -1"),
        ("6.55", 3, "1", "6.55 is no number with one decimal at most"),
        ("6", 0, "1", "Supply.phases is 1, 2 or 3, not 0"),
        ("6", 4, "1", "Supply.phases is 1, 2 or 3, not 4"),
        ("6", 3, "-0.1", "Supply.power is a number of watt from 0, not -0.1"),
        ("6", 3, "0.05", "0.05 is no number with one decimal at most"),
    ],
)
def test_a_supply_that_cannot_be_is_refused(current: str, phases: int, power: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Supply(Decimal(current), phases, Decimal(power))


def test_a_supply_may_be_switched_off() -> None:
    assert limit_at(Situation(Site((Supply(Decimal(0), 1),))), 1, NOW).watt == 0


@pytest.mark.parametrize("shared", [SITE, SITE.limits, SITE.connectors[0], Running(NOW), Outcome(EMPTY)])
def test_what_stations_share_cannot_be_changed(shared: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(shared, next(iter(fields(shared))).name, None)


def test_a_site_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Site\.connectors is empty"):
        Site(())
    with pytest.raises(ValueError, match=r"Site\.voltage is a number of volt from 1, not 0"):
        Site((Supply(Decimal(6)),), voltage=0)
    assert Site((Supply(Decimal(6)),), voltage=1).has(1)
