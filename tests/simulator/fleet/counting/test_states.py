"""Every station is in one state, and an intervention is told in words."""

from types import SimpleNamespace
from typing import Any

import pytest

from simulator.fleet.counting.course import Recovery
from simulator.fleet.counting.interventions import Intervention, sentence, together
from simulator.fleet.counting.standing import Standing
from simulator.fleet.counting.states import States


def standing(answer: str | None = None, *, is_connected: bool = False, is_cut_off: bool = False) -> Standing:
    made = Standing()
    made.answer, made.is_connected, made.is_cut_off = answer, is_connected, is_cut_off
    return made


def member(one: Standing, is_online: bool, is_charging: bool = False, is_dark: bool = False) -> Any:
    station = SimpleNamespace(online=is_online)
    return SimpleNamespace(station=station, standing=one, is_charging=is_charging, is_dark=is_dark)


@pytest.mark.parametrize(
    ("one", "is_online", "is_charging", "is_dark", "state"),
    [
        (standing("Accepted", is_connected=True), True, True, False, "charging"),
        (standing("Accepted", is_connected=True), True, False, False, "online"),
        (standing("Accepted"), False, True, True, "outage"),
        (standing("Rejected", is_connected=True), False, False, False, "refused"),
        (standing("", is_cut_off=True), False, False, False, "refused"),
        (standing("Accepted", is_cut_off=True), False, True, False, "lost"),
        (standing(is_connected=True), False, False, False, "connected"),
        (standing("Accepted", is_connected=True), False, False, False, "connected"),
        (standing(), False, False, False, "connecting"),
        (standing(is_cut_off=True), False, False, False, "connecting"),
        (standing("Accepted"), False, False, False, "connecting"),
    ],
)
def test_a_station_is_in_one_state(
    one: Standing, is_online: bool, is_charging: bool, is_dark: bool, state: str
) -> None:
    assert States.of([member(one, is_online, is_charging, is_dark)]) == States(**{state: 1})


def test_strangers_are_in_no_state() -> None:
    assert States.of([member(Standing(is_stranger=True), True), member(standing("Accepted"), True)]) == States(online=1)


def test_those_that_are_off_and_those_of_other_processes_are_added() -> None:
    one = States.of([member(standing("Accepted"), True)], off=3)
    assert States.together([one, States(charging=2, off=1)]) == States(charging=2, online=1, off=4)
    assert States(charging=2, online=1, lost=5).all_online == 3


def test_what_was_done_is_put_together_from_what_each_process_did() -> None:
    one = [Intervention(3.1, "network lost", 2), Intervention(5.0, "network back", 2, Recovery(4, 1.0, 1.0))]
    other = [Intervention(3.0, "network lost", 1), Intervention(5.1, "network back", 1, Recovery(3, 2.0, None))]
    other.append(Intervention(6.0, "quit"))

    assert [intervention.facts() for intervention in together([one, other])] == [
        {"at_s": 3.0, "what": "network lost", "stations": 3, "recovery": None},
        {
            "at_s": 5.0,
            "what": "network back",
            "stations": 3,
            "recovery": {"before": 7, "seconds": None, "waited_s": 2.0},
        },
        {"at_s": 6.0, "what": "quit", "stations": 0, "recovery": None},
    ]


@pytest.mark.parametrize(
    ("what", "stations", "said"),
    [
        ("more stations", 1, "1 station more"),
        ("more stations", 0, "no more stations: the system allows no more connections; raise 'ulimit -Hn'"),
        ("fewer stations", 2, "2 stations fewer"),
        ("network back", 2, "the network of 2 stations back"),
        ("drivers paused", 0, "drivers paused"),
        ("quit", 0, "ended by a key"),
    ],
)
def test_what_was_done_is_a_sentence(what: str, stations: int, said: str) -> None:
    assert sentence(what, stations) == said
