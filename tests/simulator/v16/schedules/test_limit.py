"""What the meter may draw now, alone and beside others."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.v16.schedules import Allowance, Running, Site, Situation, Supply, limit_at
from simulator.v16.schedules.cap import Cap, full
from simulator.v16.schedules.sharing import Demand, shares
from tests.simulator.v16.schedules.support import NOW, SITE, at, profile, station

MAXIMUM = "ChargePointMaxProfile"
SWITCHING = Site((Supply(Decimal(32)), Supply(Decimal(32))), switches=True)


def watts(situation: Situation, *connectors: int) -> list[float]:
    """The limits of these connectors now."""
    return [limit_at(situation, connector, NOW).watt for connector in connectors]


def both(*seconds: int) -> dict[int, Running]:
    """Transactions at connectors 1 and so on that began so many seconds ago."""
    return {connector: Running(at(-ago)) for connector, ago in enumerate(seconds, start=1)}


def test_without_profiles_the_local_limit_holds_for_ever() -> None:
    assert limit_at(station(), 1, NOW) == Allowance(32 * 690.0, 3, None)


def test_the_limit_comes_with_the_moment_it_changes() -> None:
    situation = station((1, profile((0, 10), (30, 8, 1), duration=60)), site=SWITCHING, running=both(5))
    assert limit_at(situation, 1, NOW) == Allowance(6900.0, 3, at(30))
    assert limit_at(situation, 1, at(29.5)) == Allowance(6900.0, 3, at(30))
    assert limit_at(situation, 1, at(30)) == Allowance(1840.0, 1, at(60))
    assert limit_at(situation, 1, at(60)) == Allowance(22080.0, 3, None)


def test_a_change_behind_the_last_day_of_the_calendar_needs_no_timer() -> None:
    start = datetime(9999, 1, 1, tzinfo=UTC)
    situation = station((1, profile((0, 10), duration=2**31 - 1, start=start)))
    assert limit_at(situation, 1, NOW).until == start
    assert limit_at(situation, 1, start) == Allowance(6900.0, 3, None)


@pytest.mark.parametrize("connector", [0, -1, 3])
def test_there_is_no_limit_of_an_unknown_connector(connector: int) -> None:
    with pytest.raises(ValueError, match=f"connector {connector} is not one of the 2 of this station"):
        limit_at(station(), connector, NOW)


def test_an_idle_connector_is_told_what_a_transaction_would_get() -> None:
    situation = station((1, profile((0, 10), (30, 8), kind="Relative")))
    assert limit_at(situation, 1, at(500)) == Allowance(6900.0, 3, at(530))


def test_transactions_share_the_charge_point_max_profile() -> None:
    situation = station((0, profile((0, 20), (60, 30), purpose=MAXIMUM)), running=both(9, 5))
    assert watts(situation, 1, 2) == [6900.0, 6900.0]
    assert limit_at(situation, 1, NOW).until == at(60)
    assert watts(Situation(SITE, situation.book, both(9)), 1) == [13800.0]


def test_a_transaction_that_would_come_next_gets_its_share() -> None:
    situation = station((0, profile((0, 20), purpose=MAXIMUM)), running=both(9))
    assert watts(situation, 1, 2) == [13800.0, 6900.0]


def test_who_needs_less_leaves_the_rest() -> None:
    situation = station((0, profile((0, 20), id=1, purpose=MAXIMUM)), (2, profile((0, 6), id=2)), running=both(9, 5))
    assert watts(situation, 1, 2) == [14 * 690.0, 6 * 690.0]


def test_the_timer_knows_the_changes_of_the_others() -> None:
    situation = station(
        (0, profile((0, 20), id=1, purpose=MAXIMUM)), (2, profile((0, 6), (40, 16), id=2)), running=both(9, 5)
    )
    assert limit_at(situation, 1, NOW).until == at(40)


def test_a_shared_limit_in_watt_is_a_sum_of_watt() -> None:
    situation = station((0, profile((0, 11_000), unit="W", purpose=MAXIMUM)), running=both(9, 5))
    assert watts(situation, 1, 2) == [5500.0, 5500.0]


def test_the_connection_to_the_grid_is_shared_without_a_profile() -> None:
    site = Site((Supply(Decimal(32)), Supply(Decimal(32), 1)), station=Supply(Decimal(40)))
    assert watts(station(site=site, running=both(9, 5)), 1, 2) == [20 * 690.0, 20 * 230.0]


def test_a_supply_may_be_limited_in_power_as_well() -> None:
    weak = Supply(Decimal(16), power=Decimal("11000.5"))
    assert watts(station(site=Site((weak,))), 1) == [11000.5]
    assert watts(station(site=Site((Supply(Decimal(32)),), station=weak)), 1) == [11000.5]
    assert watts(station(site=Site((Supply(Decimal(16), power=Decimal(20_000)),))), 1) == [16 * 690.0]


def test_who_would_get_less_than_its_minimum_waits_the_newest_first() -> None:
    least: dict[str, Any] = {"minimum": 6.0, "kind": "Relative"}
    situation = station(
        (0, profile((0, 10), id=1, purpose=MAXIMUM)),
        (1, profile((0, 16), id=2, **least)),
        (2, profile((0, 16), id=3, **least)),
        running=both(5, 9),
    )
    assert watts(situation, 1, 2) == [0.0, 6900.0]


def test_a_minimum_is_in_the_unit_of_its_schedule() -> None:
    for unit, minimum, expected in (("W", 3450.1, 0.0), ("W", 3450, 3450.0), ("A", 5.1, 0.0), ("A", 5, 3450.0)):
        situation = station(
            (0, profile((0, 10), id=1, purpose=MAXIMUM)),
            (2, profile((0, 20_000 if unit == "W" else 16), id=3, unit=unit, minimum=minimum)),
            running=both(9, 5),
        )
        assert watts(situation, 1, 2) == [6900.0 - expected, expected]


def test_a_limit_below_the_minimum_is_a_limit_all_the_same() -> None:
    assert watts(station((1, profile((0, 4), minimum=6)), running=both(9)), 1) == [4 * 690.0]


# --- sharing by itself ------------------------------------------------------------------------------------------------

volt = 230
caps = st.builds(full, st.integers(0, 400), st.integers(1, 3), st.just(volt)) | st.builds(
    lambda power, phases: Cap(power // volt + 1, power, phases), st.integers(0, 200_000), st.integers(1, 3)
)


@settings(max_examples=200)
@given(
    st.lists(st.tuples(caps, st.integers(0, 50_000)), min_size=1, max_size=5),
    st.integers(0, 900),
    st.integers(0, 400_000),
)
def test_shares_fit_are_fair_and_waste_nothing(demands: list[tuple[Cap, int]], current: int, power: int) -> None:
    station_cap = Cap(current, power, 3)
    asked = [Demand(cap.within(station_cap, fewer=True), least) for cap, least in demands]
    given_out = shares(asked, station_cap, volt)
    own = [one.cap.rate("W", volt) for one in asked]
    per_phase = [Fraction(watt, volt * one.cap.phases) for watt, one in zip(given_out, asked, strict=True)]

    assert all(0 <= watt <= most for watt, most in zip(given_out, own, strict=True))
    assert sum(given_out) <= power
    assert sum(per_phase) <= current
    for watt, most, one in zip(given_out, own, asked, strict=True):
        assert watt == 0 or watt >= min(one.minimum, most)

    # Whoever gets less than it could use has as much as anybody, and a limit is used up to a tenth for each.
    short = [index for index, watt in enumerate(given_out) if 0 < watt < own[index] - 1]
    for index in short:
        assert per_phase[index] >= max(per_phase) - Fraction(1, volt)
    if short:
        assert sum(given_out) > power - len(asked) - 1 or sum(per_phase) > current - Fraction(len(asked) + 1, volt)


def test_the_oldest_is_never_the_one_that_waits_when_all_ask_the_same() -> None:
    asked = [Demand(full(160, 3, volt), 60 * 690)] * 4
    assert shares(asked, full(130, 3, volt), volt) == [65 * 690, 65 * 690, 0, 0]
    assert shares(asked, full(119, 3, volt), volt) == [119 * 690, 0, 0, 0]
