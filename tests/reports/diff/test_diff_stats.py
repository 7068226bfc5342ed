"""The rank test against the definition, counted out by hand, and against published values."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.diff import rank_test as diff_stats
from reports.diff.rank_test import holm, rank_test

FEW = st.lists(st.integers(0, 6), min_size=1, max_size=5)  # a small range, so that there are ties


def pairs(first: list[int], second: list[int]) -> int:
    """Cliff's delta by its definition, times n m: pairs in which the second is larger, less those with the first."""
    return sum((b > a) - (b < a) for a in first for b in second)


def by_hand(first: list[int], second: list[int]) -> tuple[float, float]:
    """p and the least p: every way to deal the values to two runs of these sizes."""
    values = [*first, *second]
    dealt = []
    for chosen in itertools.combinations(range(len(values)), len(second)):
        others = [value for at, value in enumerate(values) if at not in chosen]
        dealt.append(abs(pairs(others, [values[at] for at in chosen])))
    own = abs(pairs(first, second))
    return sum(x >= own for x in dealt) / len(dealt), sum(x == max(dealt) for x in dealt) / len(dealt)


@settings(deadline=None, max_examples=60)
@given(FEW, FEW)
def test_it_is_what_all_deals_of_the_ranks_say(first: list[int], second: list[int]) -> None:
    test = rank_test(first, second)
    assert (test.p, test.least_p) == pytest.approx(by_hand(first, second))
    assert test.delta == pytest.approx(pairs(first, second) / (len(first) * len(second)))
    assert test.exact


@settings(deadline=None, max_examples=60)
@given(FEW, FEW)
def test_the_order_of_the_runs_changes_only_the_sign(first: list[int], second: list[int]) -> None:
    one, other = rank_test(first, second), rank_test(second, first)
    assert (one.p, one.least_p) == pytest.approx((other.p, other.least_p))
    assert one.delta == pytest.approx(-other.delta)


@pytest.mark.parametrize(
    ("first", "second", "p", "delta"),
    [
        ([1, 2, 3], [4, 5, 6], 2 / 20, 1.0),
        ([4, 5, 6, 7], [1, 2, 3], 2 / 35, -1.0),
        ([5], [5], 1.0, 0.0),
        ([5, 5, 5], [5, 5], 1.0, 0.0),
    ],
)
def test_known_values(first: list[int], second: list[int], p: float, delta: float) -> None:
    test = rank_test(first, second)
    assert (test.p, test.delta) == pytest.approx((p, delta))


def test_the_tables_of_critical_values_agree() -> None:
    """Two-sided 5 %: U of 23 is significant for 10 against 10 and 24 is not; for 8 against 8 it is 13 and 14."""
    for n, critical in ((8, 13), (10, 23)):
        found = {}
        for u in (critical, critical + 1):
            # The second run above the first but for u inversions: u // n of its values lie below all of the first.
            below, rest = divmod(u, n)
            second = [*range(-below, 0), *([n - rest] if rest else [])]
            second += range(n + 1, n + 1 + n - len(second))
            first = [value * 2 + 1 for value in range(n)]
            second = [value * 2 for value in second[:below]] + [value * 2 for value in second[below:]]
            test = rank_test(first, second)
            assert (1 - test.delta) / 2 * n * n == pytest.approx(u)
            found[u] = test.p
        assert found[critical] < 0.05 < found[critical + 1]


def test_many_samples_take_the_approximation_and_it_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(7)
    samples = [
        ([draw.randrange(60) for _ in range(30)], [draw.randrange(60) + shift for _ in range(25)])
        for shift in (0, 8, 15)
    ]
    for first, second, near_by in (*((*pair, 0.1) for pair in samples), ([0] * 20 + [1] * 10, [0] * 6 + [1] * 19, 0.4)):
        exact = rank_test(first, second)
        with monkeypatch.context() as patch:
            patch.setattr(diff_stats, "MAX_WORK", -1)
            near = rank_test(first, second)
        assert (exact.exact, near.exact) == (True, False)
        assert near.delta == exact.delta
        assert near.p == pytest.approx(exact.p, rel=near_by, abs=1e-4)
    assert not rank_test(range(400), range(400)).exact


def test_all_equal_is_no_difference_however_many() -> None:
    assert (rank_test([3] * 500, [3] * 700).p, rank_test([3] * 500, [3] * 700).exact) == (1.0, False)


def test_equal_runs_are_seldom_told_apart() -> None:
    """With one distribution p is uniform, or a little larger because of ties."""
    draw = random.Random(7)

    def run(size: int) -> list[int]:
        return [draw.randrange(99) for _ in range(size)]

    ps = [rank_test(run(12), run(9)).p for _ in range(400)]
    assert sum(p < 0.01 for p in ps) <= 8
    assert 150 <= sum(p < 0.5 for p in ps) <= 220


def test_holm() -> None:
    assert holm([]) == []
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
