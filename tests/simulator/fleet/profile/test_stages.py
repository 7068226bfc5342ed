"""Stages and the rhythm of drivers: who is there when, and how long nobody comes."""

import math
from itertools import pairwise

import pytest

from simulator.fleet import Plan
from simulator.fleet.plan import Make
from simulator.fleet.profile.rhythm import rhythm
from simulator.fleet.profile.stages import Move, Stage, moves, present, scaled

UP_AND_DOWN = (
    Stage("up", 10.0),
    Stage("hold", 20.0),
    Stage("down", 10.0, share=0.5),
    Stage("spike", 5.0, at_once=True),
)


def test_stations_come_one_after_the_other_and_the_last_one_goes_first() -> None:
    assert list(moves(UP_AND_DOWN, 4)) == [
        *(Move(2.5 * turn, turn + 1, True) for turn in range(4)),
        Move(30.0, 4, False),
        Move(35.0, 3, False),
        Move(40.0, 3, True),
        Move(40.0, 4, True),
    ]


def test_a_share_of_an_odd_number_is_rounded() -> None:
    assert [present(Stage("half", 1.0, share=0.5), stations) for stations in (1, 2, 3, 5)] == [1, 1, 2, 3]


def test_the_processes_share_the_moves_of_the_whole() -> None:
    whole = Plan("ws://127.0.0.1/ocpp", stations=7, stages=UP_AND_DOWN)
    parts = [Plan("ws://127.0.0.1/ocpp", stations=7, stages=UP_AND_DOWN, first=1 + at, step=3) for at in range(3)]

    shared = [move for part in parts for move in part.moves()]
    assert sorted(shared, key=lambda move: (move.at, move.number)) == sorted(
        whole.moves(), key=lambda move: (move.at, move.number)
    )
    assert all(shared.count(move) == 1 for move in shared)


def test_stages_are_stretched_in_proportion() -> None:
    assert [stage.length for stage in scaled(UP_AND_DOWN, 90.0)] == [20.0, 40.0, 20.0, 10.0]


def test_the_most_stations_are_there_when_the_last_of_them_has_come() -> None:
    plan = Plan(
        "ws://127.0.0.1/ocpp", stations=10, stages=(Stage("a", 10.0, 0.2), Stage("b", 8.0, 0.6), Stage("c", 1.0, 0.1))
    )

    assert (plan.most, plan.full()) == (6, 16.0)


def test_stages_without_a_station_are_no_plan() -> None:
    with pytest.raises(ValueError, match="stations is too small a number, 1: no stage has one of them"):
        Plan("ws://127.0.0.1/ocpp", stations=1, stages=(Stage("few", 1.0, 0.1),))


def test_the_pause_passes_more_quickly_while_drivers_come_more_often() -> None:
    stages = (Stage("quiet", 10.0, session_every=0.0), Stage("slow", 20.0), Stage("fast", 30.0, session_every=10.0))
    paces = rhythm(40.0, 60.0, stages, (), 60.0)

    assert paces.wait(0.0, 0.25) == 10.0 + 10.0
    assert paces.wait(0.0, 0.5 + 1.0) == 30.0 + 10.0
    assert paces.wait(25.0, 0.125) == 5.0
    assert paces.wait(35.0, 2.0) == 20.0


def test_nobody_comes_any_more_after_the_last_stage_with_drivers() -> None:
    paces = rhythm(10.0, 5.0, (Stage("busy", 10.0), Stage("night", 10.0, session_every=0.0)), (), 20.0)

    assert paces.wait(0.0, 0.5) == 5.0
    assert paces.wait(0.0, 1.5) is None
    assert paces.has_drivers
    assert not rhythm(0.0, 5.0, (), (), 20.0).has_drivers


def test_a_curve_has_equal_parts_of_the_whole_run() -> None:
    paces = rhythm(12.0, 5.0, (), (0, 0.5, 3), 90.0)

    assert [(piece.until, piece.every) for piece in paces.pieces] == [(30.0, 0.0), (60.0, 24.0), (math.inf, 4.0)]


def test_a_curve_and_stages_count_together() -> None:
    paces = rhythm(
        12.0, 5.0, (Stage("a", 15.0), Stage("b", 15.0, session_every=6.0, session_length=2.0)), (1, 2, 3), 30.0
    )

    assert [(piece.until, piece.every, piece.length) for piece in paces.pieces] == [
        (10.0, 12.0, 5.0),
        (15.0, 6.0, 5.0),
        (20.0, 3.0, 2.0),
        (math.inf, 2.0, 2.0),
    ]


def test_drivers_come_by_the_curve_as_often_as_it_says() -> None:
    plan = Plan("ws://127.0.0.1/ocpp", duration=1000.0, session_every=10.0, curve=(1, 4), seed=3)
    counts = [0, 0]
    for number in range(1, 41):
        at, turn = 0.0, 1
        while (pause := plan.pause(number, turn, at)) is not None and at + pause < 1000.0:
            at, turn = at + pause, turn + 1
            counts[at >= 500.0] += 1

    assert counts[0] == pytest.approx(40 * 50, rel=0.1)
    assert counts[1] == pytest.approx(40 * 200, rel=0.1)


def test_makes_are_dealt_out_in_their_shares_from_the_first_station_on() -> None:
    plan = Plan("ws://127.0.0.1/ocpp", stations=20, makes=(Make(None, 0.7), Make(None, 0.2), Make(None, 0.1)))

    assert [plan.dealt.count(make) for make in range(3)] == [14, 4, 2]
    assert plan.dealt[:10].count(0) == 7
    assert all(abs(plan.dealt[:number].count(0) - 0.7 * number) < 1 for number in range(1, 21))
    assert any(first != second for first, second in pairwise(plan.dealt))
