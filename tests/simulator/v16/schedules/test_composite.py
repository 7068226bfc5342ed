"""GetCompositeSchedule: the cases of the certification tool, and each rule of 1.6 §3.13 by an example."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from schemas import load
from simulator.v16.schedules import Limits, Running, Site, Situation, Supply, composite_schedule
from simulator.v16.schedules.composite import MAX_EVENTS
from simulator.v16.schedules.profile import Unit
from tests.simulator.v16.schedules.support import NOW, SITE, at, profile, station, with_book

DAY = 86_400


def answer(situation: Situation, connector: int, duration: int, unit: str | None = "A", now: datetime = NOW) -> Any:
    """The answer to GetCompositeSchedule, which is valid by its schema."""
    payload: dict[str, Any] = {"connectorId": connector, "duration": duration}
    if unit is not None:
        payload["chargingRateUnit"] = unit
    conf = composite_schedule(situation, payload, now)
    assert load("1.6").diagnose("GetCompositeSchedule", "result", conf) == ()
    return conf


def limits(
    situation: Situation, connector: int, duration: int, unit: str = "A", now: datetime = NOW
) -> list[tuple[int, float]]:
    """startPeriod and limit of each period."""
    schedule = answer(situation, connector, duration, unit, now)["chargingSchedule"]
    assert schedule["duration"] == duration
    assert schedule["chargingRateUnit"] == unit
    return [(period["startPeriod"], period["limit"]) for period in schedule["chargingSchedulePeriod"]]


@pytest.mark.parametrize(("unit", "times"), [("A", 1), ("W", 1000)])
@pytest.mark.parametrize("x", [0, 5, 49])
class TestOfficialCases:
    """TC_066_CS, TC_067_CS, TC_072_CS; `x` seconds lie between the start of the schedules and the question."""

    def expect(
        self, situation: Situation, duration: int, x: int, unit: str, times: int, *steps: tuple[int, int]
    ) -> None:
        found = limits(situation, 1, duration, unit, at(x))
        assert found == [(max(0, start - x), limit * times) for start, limit in steps]

    def scaled(self, times: int, *periods: tuple[int, int]) -> list[tuple[int, int, int]]:
        return [(start, limit * times, 3) for start, limit in periods]

    def test_purposes_are_combined(self, unit: str, times: int, x: int) -> None:
        window: dict[str, Any] = {"validFrom": NOW, "validTo": at(401), "unit": unit}
        situation = station(
            (0, profile(*self.scaled(times, (0, 10)), id=1, purpose="ChargePointMaxProfile", duration=DAY, unit=unit)),
            (
                1,
                profile(
                    *self.scaled(times, (0, 6), (60, 10), (120, 8), (180, 15), (260, 8)), id=2, duration=300, **window
                ),
            ),
            (
                1,
                profile(
                    *self.scaled(times, (0, 8), (50, 11), (140, 16), (200, 6), (240, 12)),
                    id=3,
                    purpose="TxProfile",
                    duration=260,
                    transactionId=7,
                    **window,
                ),
            ),
            running={1: Running(at(-60), 7)},
        )
        self.expect(situation, 400, x, unit, times, (0, 8), (50, 10), (200, 6), (240, 10))

    def test_profiles_are_cleared(self, unit: str, times: int, x: int) -> None:
        window: dict[str, Any] = {"validFrom": NOW, "validTo": at(401), "unit": unit}
        purpose = "ChargePointMaxProfile"
        situation = station(
            (1, profile(*self.scaled(times, (0, 6), (60, 8), (200, 10)), id=1, level=1, duration=400, unit=unit)),
            (1, profile(*self.scaled(times, (0, 7), (100, 9)), id=2, duration=400, **window)),
            (0, profile(*self.scaled(times, (0, 11), (200, 12)), id=3, purpose=purpose, duration=DAY, **window)),
        )
        self.expect(situation, 350, x, unit, times, (0, 6), (60, 8), (200, 10))
        book, status = situation.book.clear({"id": 1})
        assert status == "Accepted"
        self.expect(with_book(situation, book), 350, x, unit, times, (0, 7), (100, 9))
        book, status = book.clear({"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0})
        assert status == "Accepted"
        self.expect(with_book(situation, book), 350, x, unit, times, (0, 11), (200, 12))
        book, status = book.clear({})
        assert status == "Accepted"
        local = {"A": 32, "W": 32 * 690}[unit]
        assert limits(with_book(situation, book), 1, 350, unit, at(x)) == [(0, local)]

    def test_profiles_are_stacked(self, unit: str, times: int, x: int) -> None:
        window: dict[str, Any] = {"validFrom": NOW, "validTo": at(401), "unit": unit}
        situation = station(
            (1, profile(*self.scaled(times, (0, 6), (100, 8), (200, 10)), id=1, level=0, duration=400, **window)),
            (1, profile(*self.scaled(times, (0, 7), (100, 9)), id=2, level=1, duration=150, **window)),
        )
        self.expect(situation, 350, x, unit, times, (0, 7), (100, 9), (150, 8), (200, 10))


# --- the answer -------------------------------------------------------------------------------------------------------


def test_the_answer_names_the_connector_and_the_moment_and_no_start_schedule() -> None:
    moment = datetime(2026, 11, 21, 12, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=2)))
    assert answer(station(), 2, 60, "A", moment) == {
        "status": "Accepted",
        "connectorId": 2,
        "scheduleStart": "2026-11-21T10:00:00.123Z",
        "chargingSchedule": {
            "duration": 60,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 32, "numberPhases": 3}],
        },
    }


@pytest.mark.parametrize(("connector", "duration"), [(3, 60), (-1, 60), (1, 0), (1, -5), (0, 0)])
def test_what_cannot_be_reported_is_rejected(connector: int, duration: int) -> None:
    assert answer(station(), connector, duration) == {"status": "Rejected"}


@pytest.mark.parametrize(("units", "unit"), [({"A", "W"}, "A"), ({"A"}, "A"), ({"W"}, "W")])
def test_without_a_unit_the_station_takes_one_it_allows(units: set[Unit], unit: str) -> None:
    site = Site((Supply(Decimal(16)),), limits=Limits(units=frozenset(units)))
    assert answer(station(site=site), 1, 60, None)["chargingSchedule"]["chargingRateUnit"] == unit


def test_equal_neighbours_are_one_period() -> None:
    situation = station((1, profile((0, 10), (20, 10), (40, 9), (60, 9, 3), (80, 9, 2), id=1)), site=SITE_SWITCHING)
    periods = answer(situation, 1, 100)["chargingSchedule"]["chargingSchedulePeriod"]
    assert periods == [
        {"startPeriod": 0, "limit": 10, "numberPhases": 3},
        {"startPeriod": 40, "limit": 9, "numberPhases": 3},
        {"startPeriod": 80, "limit": 9, "numberPhases": 2},
    ]


def test_nothing_at_or_after_the_end_is_told() -> None:
    assert limits(station((1, profile((0, 10), (60, 8)))), 1, 60) == [(0, 10)]
    assert limits(station((1, profile((0, 10), (60, 8)))), 1, 61) == [(0, 10), (60, 8)]


def test_a_change_within_a_second_shows_at_the_next_one() -> None:
    situation = station((1, profile((0, 10), (30, 8), start=at(0.4))))
    assert limits(situation, 1, 60, now=at(1)) == [(0, 10), (30, 8)]
    assert limits(situation, 1, 60, now=at(0.4)) == [(0, 10), (30, 8)]
    assert limits(situation, 1, 60, now=at(0.5)) == [(0, 10), (30, 8)]
    assert limits(situation, 1, 60, now=at(0)) == [(0, 32), (1, 10), (31, 8)]


def test_an_answer_has_an_end_whatever_is_asked() -> None:
    situation = station((1, profile((0, 10), (DAY // 2, 8), kind="Recurring", recurrencyKind="Daily")))
    schedule = answer(situation, 1, 2**31 - 1)["chargingSchedule"]
    assert len(schedule["chargingSchedulePeriod"]) == MAX_EVENTS
    assert schedule["duration"] == MAX_EVENTS * DAY // 2


def test_the_last_event_that_is_looked_at_is_not_the_end_of_what_was_asked() -> None:
    situation = station((1, profile((0, 10), (DAY // 2, 8), kind="Recurring", recurrencyKind="Daily")))
    asked = (MAX_EVENTS - 1) * DAY // 2 + 7
    assert len(limits(situation, 1, asked)) == MAX_EVENTS


# --- one profile over time --------------------------------------------------------------------------------------------


def test_after_its_duration_a_profile_gives_way() -> None:
    assert limits(station((1, profile((0, 10), (30, 8), duration=20))), 1, 60) == [(0, 10), (20, 32)]


def test_the_last_period_lasts_until_the_duration_ends_or_for_ever() -> None:
    assert limits(station((1, profile((0, 10), duration=50))), 1, 60) == [(0, 10), (50, 32)]
    assert limits(station((1, profile((0, 10)))), 1, 2**31 - 1) == [(0, 10)]


def test_before_its_start_a_profile_says_nothing() -> None:
    assert limits(station((1, profile((0, 10), start=at(20)))), 1, 60) == [(0, 32), (20, 10)]


def test_valid_from_belongs_to_the_validity_and_valid_to_does_not() -> None:
    situation = station((1, profile((0, 10), (30, 9), validFrom=at(20), validTo=at(40))))
    assert limits(situation, 1, 60) == [(0, 32), (20, 10), (30, 9), (40, 32)]


def test_a_daily_profile_recurs_after_24_hours_and_not_before_its_start() -> None:
    one = profile((0, 10), (100, 9), kind="Recurring", recurrencyKind="Daily", duration=200, start=at(-2 * DAY + 50))
    assert limits(station((1, one)), 1, DAY + 100) == [
        (0, 32),
        (50, 10),
        (150, 9),
        (250, 32),
        (DAY + 50, 10),
    ]
    later = profile((0, 10), kind="Recurring", recurrencyKind="Daily", start=at(DAY))
    assert limits(station((1, later)), 1, 2 * DAY) == [(0, 32), (DAY, 10)]


def test_a_weekly_profile_recurs_after_seven_days() -> None:
    one = profile((0, 10), kind="Recurring", recurrencyKind="Weekly", duration=DAY, start=at(-6 * DAY))
    assert limits(station((1, one)), 1, 8 * DAY) == [(0, 32), (DAY, 10), (2 * DAY, 32)]


def test_what_is_longer_than_the_recurrence_is_not_executed() -> None:
    one = profile((0, 10), (DAY + 5, 6), kind="Recurring", recurrencyKind="Daily", duration=2 * DAY)
    assert limits(station((1, one)), 1, 3 * DAY) == [(0, 10)]


@pytest.mark.parametrize("kind", ["Relative", "Absolute"])
def test_a_schedule_without_a_date_starts_with_the_transaction(kind: str) -> None:
    one = profile((0, 10), (100, 9), kind=kind, start=None)
    assert limits(station((1, one), running={1: Running(at(-70))}), 1, 60) == [(0, 10), (30, 9)]
    assert limits(station((1, one), running={1: Running(at(20))}), 1, 60) == [(0, 32), (20, 10)]


def test_a_relative_schedule_has_no_use_for_a_start_schedule() -> None:
    one = profile((0, 10), (100, 9))
    one["chargingProfileKind"] = "Relative"
    assert limits(station((1, one), running={1: Running(at(-70))}), 1, 60) == [(0, 10), (30, 9)]


def test_without_a_transaction_a_relative_schedule_is_shown_as_if_one_began_now() -> None:
    assert limits(station((1, profile((0, 10), (40, 9), kind="Relative"))), 1, 60, now=at(7)) == [(0, 10), (40, 9)]


def test_a_relative_charge_point_max_profile_starts_when_it_comes() -> None:
    one = profile((0, 10), (100, 9), kind="Relative", purpose="ChargePointMaxProfile")
    situation = station((0, one), running={1: Running(at(-500))}, received=at(-70))
    assert limits(situation, 1, 60) == [(0, 10), (30, 9)]


# --- stacks and purposes ----------------------------------------------------------------------------------------------


def test_the_highest_level_that_has_something_to_say_prevails() -> None:
    situation = station(
        (1, profile((0, 6), id=1, level=0)),
        (1, profile((0, 20), id=2, level=5, start=at(10), duration=20)),
        (1, profile((0, 10), id=3, level=3, validTo=at(40))),
    )
    assert limits(situation, 1, 60) == [(0, 10), (10, 20), (30, 10), (40, 6)]


def test_a_tx_profile_overrules_the_default_even_after_its_schedule() -> None:
    situation = station(
        (1, profile((0, 6), id=1)),
        (1, profile((0, 20), id=2, purpose="TxProfile", start=at(10), duration=20)),
        running={1: Running(NOW)},
    )
    assert limits(situation, 1, 60) == [(0, 32), (10, 20), (30, 32)]


def test_a_tx_profile_that_is_not_valid_leaves_the_default_alone() -> None:
    one = profile((0, 20), id=2, purpose="TxProfile", validFrom=at(10), validTo=at(30))
    situation = station((1, profile((0, 6), id=1)), (1, one), running={1: Running(NOW)})
    assert limits(situation, 1, 60) == [(0, 6), (10, 20), (30, 6)]


def test_a_tx_profile_is_for_its_own_connector() -> None:
    situation = station((1, profile((0, 20), purpose="TxProfile")), running={1: Running(NOW), 2: Running(NOW)})
    assert limits(situation, 1, 60) == [(0, 20)]
    assert limits(situation, 2, 60) == [(0, 32)]


def test_a_tx_profile_without_its_transaction_has_no_effect() -> None:
    situation = station((1, profile((0, 20), purpose="TxProfile")), running={1: Running(NOW)})
    assert limits(Situation(SITE, situation.book), 1, 60) == [(0, 32)]


def test_a_default_that_comes_or_goes_reaches_the_running_transaction() -> None:
    running = {1: Running(at(-50))}
    situation = station((0, profile((0, 20))), running=running)
    assert limits(situation, 1, 60) == [(0, 20)]
    assert limits(with_book(situation, situation.book.clear({})[0]), 1, 60) == [(0, 32)]


def test_a_default_of_connector_0_is_replaced_only_where_another_one_is_set() -> None:
    situation = station((0, profile((0, 20), id=1)), (2, profile((0, 10), id=2)))
    assert limits(situation, 1, 60) == [(0, 20)]
    assert limits(situation, 2, 60) == [(0, 10)]


def test_a_replaced_default_of_connector_0_fills_no_gap() -> None:
    situation = station((0, profile((0, 20), id=1)), (2, profile((0, 10), id=2, validTo=at(30))))
    assert limits(situation, 2, 60) == [(0, 10), (30, 32)]


def test_defaults_of_connector_0_on_other_levels_stay_in_the_stack() -> None:
    situation = station((2, profile((0, 10), id=2, duration=30)), (0, profile((0, 20), id=1, level=1, start=at(10))))
    assert limits(situation, 2, 60) == [(0, 10), (10, 20)]


def test_the_charge_point_max_profile_caps_and_never_lifts() -> None:
    one = profile((0, 10), (30, 40), id=1, purpose="ChargePointMaxProfile")
    assert limits(station((0, one), (0, profile((0, 12), id=2))), 1, 60) == [(0, 10), (30, 12)]
    assert limits(station((0, one)), 1, 60) == [(0, 10), (30, 32)]


# --- units and phases -------------------------------------------------------------------------------------------------

SITE_SWITCHING = Site((Supply(Decimal(32)), Supply(Decimal(16), 1)), switches=True)


def test_ampere_are_per_phase_and_watt_are_the_total() -> None:
    assert limits(station((1, profile((0, 10)))), 1, 60, "W") == [(0, 6900)]
    assert limits(station((1, profile((0, 6900), unit="W"))), 1, 60, "A") == [(0, 10)]
    assert limits(station((1, profile((0, 10, 1)))), 1, 60, "W") == [(0, 2300)]
    assert limits(station((1, profile((0, 2300, 1), unit="W"))), 1, 60, "A") == [(0, 10)]


def test_ampere_out_of_watt_are_rounded_down_to_one_decimal() -> None:
    assert limits(station((1, profile((0, 6000), unit="W"))), 1, 60, "A") == [(0, 8.6)]
    assert limits(station((1, profile((0, 6000), unit="W"))), 1, 60, "W") == [(0, 6000)]
    assert limits(station((1, profile((0, 8.1)))), 1, 60, "A") == [(0, 8.1)]


def test_the_voltage_is_that_of_the_site() -> None:
    site = Site((Supply(Decimal(32)),), voltage=110)
    assert limits(station((1, profile((0, 10))), site=site), 1, 60, "W") == [(0, 3300)]


def test_more_phases_than_there_are_leave_the_limit_as_it_is() -> None:
    situation = station((2, profile((0, 10, 3))), site=SITE_SWITCHING)
    periods = answer(situation, 2, 60)["chargingSchedule"]["chargingSchedulePeriod"]
    assert periods == [{"startPeriod": 0, "limit": 10, "numberPhases": 1}]
    watt = station((2, profile((0, 3000, 3), unit="W")), site=SITE_SWITCHING)
    assert limits(watt, 2, 60, "W") == [(0, 3000)]
    assert limits(watt, 2, 60, "A") == [(0, 13)]


def test_units_and_phases_are_compared_by_what_they_mean() -> None:
    """16 A on one phase are less power than 10 A on three; both the phase count and the current hold."""
    situation = station(
        (1, profile((0, 16, 1), id=1)),
        (0, profile((0, 10), id=2, purpose="ChargePointMaxProfile")),
    )
    periods = answer(situation, 1, 60, "W")["chargingSchedule"]["chargingSchedulePeriod"]
    assert periods == [{"startPeriod": 0, "limit": 2300, "numberPhases": 1}]


@pytest.mark.parametrize(
    ("switches", "phases", "unit", "expected"),
    [
        (False, 3, "A", {"limit": 4, "numberPhases": 3}),
        (False, 3, "W", {"limit": 2760, "numberPhases": 3}),
        (True, 3, "A", {"limit": 12, "numberPhases": 1}),
        (False, None, "A", {"limit": 12, "numberPhases": 1}),
        (False, 1, "A", {"limit": 12, "numberPhases": 1}),
    ],
)
def test_a_transaction_that_cannot_give_up_phases_keeps_the_power(
    switches: bool, phases: int | None, unit: str, expected: dict[str, float]
) -> None:
    site = Site((Supply(Decimal(32)),), switches=switches)
    situation = station((1, profile((0, 12, 1))), site=site, running={1: Running(NOW, 1, phases)})
    periods = answer(situation, 1, 60, unit)["chargingSchedule"]["chargingSchedulePeriod"]
    assert periods == [{"startPeriod": 0, **expected}]


# --- connector 0 ------------------------------------------------------------------------------------------------------


def test_connector_0_is_the_sum_of_the_connectors() -> None:
    situation = station((1, profile((0, 10), (30, 8), id=1)), (2, profile((0, 6), (20, 7), id=2)))
    assert limits(situation, 0, 60) == [(0, 16), (20, 17), (30, 15)]
    assert limits(situation, 0, 60, "W") == [(0, 16 * 690), (20, 17 * 690), (30, 15 * 690)]


def test_connector_0_stays_within_the_charge_point_max_profile() -> None:
    situation = station(
        (0, profile((0, 20), id=1)),
        (0, profile((0, 30), (30, 50), id=2, purpose="ChargePointMaxProfile")),
    )
    assert limits(situation, 0, 60) == [(0, 30), (30, 40)]


def test_connector_0_stays_within_the_connection_to_the_grid() -> None:
    site = Site((Supply(Decimal(32)), Supply(Decimal(32), 1)), station=Supply(Decimal(40)))
    assert limits(station(site=site), 0, 60) == [(0, 40)]
    assert limits(station(site=site), 1, 60) == [(0, 32)]
    assert limits(station(site=site), 0, 60, "W") == [(0, 40 * 690)]
    narrow = Site((Supply(Decimal(32)),), station=Supply(Decimal("12.5"), 1))
    assert limits(station(site=narrow), 1, 60, "W") == [(0, 2875)]


def test_without_profiles_connector_0_is_the_sum_of_the_local_limits() -> None:
    assert limits(station(), 0, 60) == [(0, 64)]
    assert limits(station(site=SITE_SWITCHING), 0, 60, "W") == [(0, 32 * 690 + 16 * 230)]


def test_a_week_of_recurring_profiles_is_exact() -> None:
    nights = profile((0, 16), (8 * 3600, 6), kind="Recurring", recurrencyKind="Daily", id=1, start=at(12 * 3600))
    sunday = profile(
        (0, 32), kind="Recurring", recurrencyKind="Weekly", id=2, level=1, duration=DAY, start=at(14 * 3600)
    )
    found = limits(station((0, nights), (0, sunday)), 1, 7 * DAY)
    assert found[:4] == [(0, 32), (12 * 3600, 16), (14 * 3600, 32), (DAY + 14 * 3600, 16)]
    assert found[4:] == [
        (day * DAY + hour * 3600, limit)
        for day in range(1, 7)
        for hour, limit in ((20, 6), (36, 16))
        if day * 24 + hour < 168
    ]
