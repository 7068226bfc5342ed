"""The stages of several processes as those of one."""

from simulator.fleet.counting.course import Passed, Recovery, together
from simulator.fleet.counting.standing import Stations
from simulator.fleet.counting.tally import Tally


def passed(name: str, seconds: float, lost: int, recovery: Recovery | None = None) -> Passed:
    tally = Tally()
    tally.lost = lost
    return Passed(name, seconds, tally, Stations(lost, lost), recovery)


def test_a_stage_is_the_sum_of_its_parts_and_recovers_when_the_last_part_has() -> None:
    first = [passed("a", 1.0, 1), passed("b", 2.5, 2, Recovery(3, 0.4, 0.4))]
    second = [passed("a", 1.5, 10), passed("b", 2.0, 20, Recovery(4, 0.7, 0.7))]

    a, b = together([first, second])
    assert [(one.name, one.seconds, one.tally.lost, one.stations.connected) for one in (a, b)] == [
        ("a", 1.5, 11, 11),
        ("b", 2.5, 22, 22),
    ]
    assert (a.recovery, b.recovery) == (None, Recovery(7, 0.7, 0.7))
    assert first[0].tally.lost == 1, "the parts stay as they are"


def test_while_one_part_has_not_recovered_the_whole_has_not() -> None:
    parts = [[passed("a", 1.0, 1, Recovery(3, 9.0))], [passed("a", 1.0, 1, Recovery(4, 0.7, 0.7))]]

    assert [one.recovery for one in together(parts)] == [Recovery(7, 9.0, None)]


def test_a_process_that_was_stopped_before_a_stage_has_no_part_in_it() -> None:
    assert [
        one.tally.lost for one in together([[passed("a", 1.0, 1)], [passed("a", 1.0, 1), passed("b", 1.0, 5)]])
    ] == [
        2,
        5,
    ]
    assert together([[], []]) == []
