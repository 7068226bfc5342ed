"""The composite schedule against a plain computation for every single second."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.v16.schedules import Running, Site, Supply, composite_schedule, limit_at, set_profile
from simulator.v16.schedules.situation import Situation
from tests.simulator.v16.schedules.support import NOW, Plain, at, profile

SPAN = 90  # seconds looked at

rates = st.one_of(st.sampled_from([0, 6, 16, 32.5]), st.integers(0, 400).map(lambda tenths: tenths / 10))
# Around NOW, so that everything overlaps; some between two seconds.
offsets = st.one_of(st.integers(-SPAN, SPAN), st.integers(-SPAN * 4, SPAN * 4).map(lambda quarters: quarters / 4))


@st.composite
def profiles(draw: st.DrawFn, running: bool, mixed: bool) -> tuple[int, dict[str, Any]]:
    """A profile, and the connectorId for it; `mixed`: its periods differ in numberPhases."""
    purposes = ["ChargePointMaxProfile", "TxDefaultProfile", "TxDefaultProfile"] + ["TxProfile"] * 2 * running
    purpose = draw(st.sampled_from(purposes))
    connector = {"ChargePointMaxProfile": 0, "TxProfile": 1}.get(purpose, draw(st.integers(0, 2)))
    unit = draw(st.sampled_from("AW"))
    scale = 690 if unit == "W" else 1
    starts = [0, *sorted(draw(st.sets(st.integers(1, SPAN), max_size=4)))]
    phases = [draw(st.integers(1, 3))] * len(starts) if not mixed else [draw(st.integers(1, 3)) for _ in starts]
    periods = [
        (start, round(draw(rates) * scale, 1), number) if number < 3 or draw(st.booleans()) else (start, draw(rates))
        for start, number in zip(starts, phases, strict=True)
    ]
    kind = draw(st.sampled_from(["Absolute", "Recurring", "Relative"]))
    others: dict[str, Any] = {}
    start: datetime | None = at(draw(offsets))
    if kind == "Recurring":
        others["recurrencyKind"] = draw(st.sampled_from(["Daily", "Weekly"]))
        start = at(draw(offsets)) - draw(st.integers(-1, 15)) * timedelta(days=1)
    elif draw(st.integers(0, 4)) == 0:
        start = None
    for name in ("validFrom", "validTo"):
        if draw(st.integers(0, 3)) == 0:
            others[name] = at(draw(offsets))
    duration = draw(st.none() | st.integers(1, SPAN) | st.just(86_400) | st.just(7 * 86_400 + 30))
    return connector, profile(
        *periods,
        id=draw(st.integers(1, 6)),
        purpose=purpose,
        level=draw(st.integers(0, 3)),
        kind=kind,
        start=start,
        unit=unit,
        duration=duration,
        **others,
    )


supplies = st.builds(Supply, st.sampled_from([Decimal(16), Decimal("32.5"), Decimal(63)]), st.integers(1, 3))
transactions = st.builds(Running, offsets.map(at), st.none() | st.integers(1, 9), st.none() | st.sampled_from([1, 3]))


@st.composite
def stations(draw: st.DrawFn) -> tuple[Situation, Plain]:
    """A station after some SetChargingProfile requests, and the plain one after the same."""
    site = Site(
        (draw(supplies), draw(supplies)),
        draw(st.sampled_from([230, 110])),
        draw(st.none() | supplies),
        draw(st.booleans()),
    )
    running = {1: draw(transactions)} if draw(st.booleans()) else {}
    now, received = at(draw(st.integers(0, 999)) / 1000), at(draw(offsets))
    situation, plain = Situation(site, running=running), Plain(site, running, now, received)
    for connector, one in draw(st.lists(profiles(bool(running), site.switches), max_size=6)):
        payload = {"connectorId": connector, "csChargingProfiles": one}
        outcome = set_profile(situation, payload, received)
        assert outcome.reason is None
        situation = Situation(site, outcome.book, running)
        plain.set(connector, one)
    return situation, plain


@settings(max_examples=150, deadline=None)
@given(stations(), st.integers(0, 2), st.sampled_from("AW"), st.integers(1, SPAN))
def test_every_second_of_the_composite_schedule_is_right(
    both: tuple[Situation, Plain], connector: int, unit: str, duration: int
) -> None:
    situation, plain = both
    payload = {"connectorId": connector, "duration": duration, "chargingRateUnit": unit}
    answer = composite_schedule(situation, payload, plain.now)
    schedule = answer["chargingSchedule"]
    assert schedule["duration"] == duration
    periods = schedule["chargingSchedulePeriod"]
    expected = [plain.limit(connector, unit, plain.now + timedelta(seconds=second)) for second in range(duration)]
    changes = [
        (second, *value) for second, value in enumerate(expected) if second == 0 or value != expected[second - 1]
    ]
    assert [
        (period["startPeriod"], Fraction(str(period["limit"])), period["numberPhases"]) for period in periods
    ] == changes


@settings(max_examples=30, deadline=None)
@given(stations(), st.integers(0, 2), st.data())
def test_a_week_is_as_right_as_a_minute(both: tuple[Situation, Plain], connector: int, data: st.DataObject) -> None:
    situation, plain = both
    week = 7 * 86_400
    answer = composite_schedule(situation, {"connectorId": connector, "duration": week}, plain.now)
    periods = answer["chargingSchedule"]["chargingSchedulePeriod"]
    edges = {0, week - 1} | {period["startPeriod"] + off for period in periods for off in (-1, 0, 1)}
    somewhere = data.draw(st.lists(st.integers(0, week - 1), max_size=20))
    for second in sorted(second for second in edges | set(somewhere) if 0 <= second < week):
        ruling = [period for period in periods if period["startPeriod"] <= second][-1]
        assert (Fraction(str(ruling["limit"])), ruling["numberPhases"]) == plain.limit(
            connector, "A", plain.now + timedelta(seconds=second)
        )


@settings(max_examples=50, deadline=None)
@given(stations())
def test_the_timer_of_the_limit_never_comes_late(both: tuple[Situation, Plain]) -> None:
    """Asked again only at `until`, a meter follows a single transaction as if it asked at every moment."""
    situation, plain = both
    situation = Situation(situation.site, situation.book, {1: situation.running.get(1, Running(NOW))})
    plain.running = situation.running
    moment, end = plain.now, plain.now + timedelta(seconds=SPAN)
    while moment < end:
        now = limit_at(situation, 1, moment)
        until = end if now.until is None else min(end, now.until)
        assert until > moment
        halfway = moment + (until - moment) / 2
        for inside in (moment, halfway, until - timedelta(microseconds=1)):
            watt, phases = plain.limit(1, "W", inside)
            assert (now.watt, now.phases) == (float(watt), phases)
        moment = until
