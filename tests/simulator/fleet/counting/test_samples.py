"""What a percentile is: the nearest rank of the single times, or at most 1 % above it when there are too many."""

import pickle
import tracemalloc
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.fleet.counting import samples as module
from simulator.fleet.counting.samples import Pages, Samples, wide

TIMES = st.lists(st.integers(0, 10**12), min_size=1, max_size=200)
SHARES = (0.5, 0.95, 0.99, 1.0)


def taken(times: list[int]) -> Samples:
    samples = Samples()
    for time in times:
        samples.add(time)
    return samples


def nearest_rank(times: list[int], share: float) -> int:
    return sorted(times)[max(1, ceil(share * len(times))) - 1]


def test_the_percentile_of_a_hundred_times_is_the_one_with_its_number() -> None:
    samples = taken([number * 1_000_003 for number in range(100, 0, -1)])

    assert samples.percentiles(0.5, 0.95, 0.99, 1.0) == (50_000_150, 95_000_285, 99_000_297, 100_000_300)
    assert samples.mean == pytest.approx(50.5 * 1_000_003)
    assert samples.longest == 100_000_300
    assert samples.is_exact


@given(TIMES)
def test_percentiles_are_the_nearest_rank(times: list[int]) -> None:
    samples = taken(times)

    assert samples.percentiles(*SHARES) == tuple(nearest_rank(times, share) for share in SHARES)


@given(TIMES)
def test_classes_are_never_too_short_and_a_hundredth_too_long_at_most(times: list[int]) -> None:
    for share, rough in zip(SHARES, taken(times).roughly(*SHARES), strict=True):
        exact = nearest_rank(times, share)
        assert exact <= rough <= exact * 1.01


@given(TIMES, st.integers(1, 999), st.integers(0, 10))
def test_a_limit_of_three_digits_is_judged_as_if_every_time_were_known(
    times: list[int], digits: int, zeros: int
) -> None:
    limit = digits * 10**zeros
    for share, rough in zip(SHARES, taken(times).roughly(*SHARES), strict=True):
        assert (rough < limit) == (nearest_rank(times, share) < limit)


@given(st.integers(0, 10**13))
def test_the_classes_of_a_plot_are_made_of_these_and_two_hundredths_wide_at_most(time: int) -> None:
    (last,) = taken([time]).classes
    assert time <= last <= wide(last) <= time * 1.02 + 1
    assert wide(wide(last)) == wide(last) == wide(time)


def test_what_is_kept_of_times_of_any_length_has_a_bound() -> None:
    times = [int(1.0005**number) for number in range(55_000)]
    assert 800e9 < max(times) < 1000e9
    tracemalloc.start()
    samples = taken(times)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(samples.classes) > 8000, "they are of all lengths"
    assert kept < 160 * 1024


@given(TIMES)
def test_another_process_is_told_all_of_it(times: list[int]) -> None:
    samples = taken(times)
    told = pickle.loads(pickle.dumps(samples, pickle.HIGHEST_PROTOCOL))

    assert (told.count, told.total, told.longest) == (samples.count, samples.total, samples.longest)
    assert (told.percentiles(*SHARES), told.classes) == (samples.percentiles(*SHARES), samples.classes)
    assert len(pickle.dumps(samples.glance(), pickle.HIGHEST_PROTOCOL)) < 400 + 16 * len(times)


@given(TIMES, TIMES)
def test_news_are_what_was_not_known(first: list[int], second: list[int]) -> None:
    known: Pages = {}
    samples = taken(first)
    assert dict(samples.news(known)) == dict(samples.classes)
    for time in second:
        samples.add(time)
    assert dict(samples.news(known)) == dict(taken(second).classes)
    assert not dict(samples.news(known))


def test_beyond_what_is_kept_the_classes_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EXACT", 10)
    samples = taken([number * 1_000_003 for number in range(1, 101)])

    assert not samples.is_exact
    assert samples.count == 100
    assert samples.percentiles(*SHARES) == samples.roughly(*SHARES)


@given(TIMES, TIMES)
def test_together_they_are_as_if_they_had_been_one(first: list[int], second: list[int]) -> None:
    both = taken(first)
    both.extend(taken(second))

    assert both.count == len(first) + len(second)
    assert both.longest == max(first + second)
    assert both.total == sum(first + second)
    assert both.percentiles(*SHARES) == tuple(nearest_rank(first + second, share) for share in SHARES)
    assert both.roughly(*SHARES) == taken(first + second).roughly(*SHARES)


def test_together_beyond_what_is_kept_is_not_called_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EXACT", 3)
    both = taken([1, 2])
    both.extend(taken([3, 4]))

    assert not both.is_exact
    assert both.percentiles(1.0) == (4,)


@given(TIMES, TIMES)
def test_what_came_since_a_glance_are_the_times_after_it(before: list[int], after: list[int]) -> None:
    samples = taken(before)
    glance = samples.glance()
    for time in after:
        samples.add(time)

    since, alone = samples.since(glance), taken(after)
    assert (since.count, since.total, since.longest, since.is_exact) == (len(after), sum(after), max(after), True)
    assert since.percentiles(*SHARES) == alone.percentiles(*SHARES)
    assert since.classes == alone.classes


@given(TIMES)
def test_too_many_times_since_a_glance_are_known_by_their_classes(times: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_EXACT", 1)
        samples = taken([5])
        glance = samples.glance()
        for time in times:
            samples.add(time)
        since = samples.since(glance)

    assert (since.count, since.is_exact) == (len(times), False)
    for share, found in zip(SHARES, since.percentiles(*SHARES), strict=True):
        assert nearest_rank(times, share) <= found <= nearest_rank(times, share) * 1.01


def test_nothing_since_a_glance_has_no_time() -> None:
    samples = taken([5, 7])
    since = samples.since(samples.glance())

    assert (since.count, since.total, since.longest, dict(since.classes)) == (0, 0, 0, {})
