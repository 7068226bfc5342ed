"""Are these response times different from those? The rank test of Mann and Whitney, exact wherever that is affordable.

Response times have a long tail and no normal distribution, so ranks are compared and not means. Equal values share the
mean of their ranks. The null distribution is counted out over all ways to deal the same ranks to the two runs, which is
right for any number of samples and any ties and needs no random numbers; where that would cost too much, both runs have
many samples, and the normal approximation with the correction for ties takes its place.

Nothing of this sees a cause: samples of one run share a machine and a moment.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

MAX_WORK: Final = 200_000_000
"""Bytes of integers that counting out may touch, about a tenth of a second."""


@dataclass(frozen=True)
class RankTest:
    """``p``: two-sided, how often chance alone would deal the ranks so unevenly or worse.

    ``least_p`` is the smallest p that so many samples (and ties) can give at all. ``delta`` is Cliff's effect size,
    from -1 to 1: the probability that a sample of the second run is larger than one of the first, less the opposite.
    """

    p: float
    least_p: float
    delta: float
    exact: bool


def rank_test(first: Sequence[int], second: Sequence[int]) -> RankTest:
    """Compare two samples; both must hold at least one value."""
    n, m = len(first), len(second)
    ranks = _double_ranks([*first, *second])
    # Twice the rank sum of the second run, less its mean under the null hypothesis.
    excess = sum(ranks[n:]) - m * (n + m + 1)
    delta = excess / (n * m)
    few, fewer = (ranks[n:], m) if m <= n else (ranks[:n], n)
    if _work(fewer, n + m) <= MAX_WORK:
        p, least = _exact(ranks, few)
        return RankTest(p, least, delta, exact=True)
    p = _normal(ranks, n, m, abs(excess) / 2)
    return RankTest(p, 0.0, delta, exact=False)


def holm(ps: Iterable[float]) -> list[float]:
    """The p values corrected for being many (Holm 1979), in the order given: the chance of one false alarm stays."""
    values = list(ps)
    corrected = [1.0] * len(values)
    largest = 0.0
    for place, number in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        largest = max(largest, min(1.0, values[number] * (len(values) - place)))
        corrected[number] = largest
    return corrected


def _double_ranks(values: Sequence[int]) -> list[int]:
    """Twice the rank of each value, so that the middle of tied ranks is an integer too."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for number in order[start:end]:
            ranks[number] = start + 1 + end
        start = end
    return ranks


def _bits(size: int, total: int) -> int:
    """Room for any count of subsets."""
    return math.comb(total, size).bit_length()


def _work(size: int, total: int) -> int:
    """Bytes that `_exact` touches: so many sums of two polynomials, each with a coefficient per possible rank sum."""
    return size * total * (2 * total * size) * _bits(size, total) // 8


def _exact(ranks: Sequence[int], few: Sequence[int]) -> tuple[float, float]:
    """The p value, and the smallest there could be, by counting the subsets of ``ranks`` as large as ``few`` by sum."""
    size, total = len(few), len(ranks)
    bits = _bits(size, total)
    # Polynomials with the number of subsets as coefficients, packed into one integer each: index is the subset's size.
    counts = [1, *[0] * size]
    for seen, rank in enumerate(ranks, 1):
        shift = rank * bits
        for chosen in range(min(seen, size), 0, -1):
            counts[chosen] += counts[chosen - 1] << shift
    mean = size * (total + 1)
    distance = abs(sum(few) - mean)
    mask = (1 << bits) - 1
    packed, all_subsets = counts[size], math.comb(total, size)
    far = farthest = extreme = 0
    at = 0
    while packed:
        count = packed & mask
        if count:
            away = abs(at - mean)
            far += count * (away >= distance)
            if away > farthest:
                farthest, extreme = away, 0
            extreme += count * (away == farthest)
        packed >>= bits
        at += 1
    return far / all_subsets, extreme / all_subsets


def _normal(ranks: Sequence[int], n: int, m: int, excess: float) -> float:
    total = n + m
    sizes: dict[int, int] = {}
    for rank in ranks:
        sizes[rank] = sizes.get(rank, 0) + 1
    ties = sum(size**3 - size for size in sizes.values())
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if not variance:
        return 1.0
    z = max(excess - 0.5, 0) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))
