"""How stations are dealt out to kinds so that the shares hold at any number of them, like cards and not by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def dealt(shares: Sequence[float], stations: int, among: Sequence[int] = ()) -> tuple[int, ...]:
    """Which kind each station is of, in order; each share is kept as well as it can be from the first station on.

    `among` is what the stations were dealt before, for example their make: where several kinds are missing as much,
    the one comes that is rarest there, so that neither says anything about the other. Empty without shares.
    """
    if not shares:
        return ()
    before = among or (0,) * stations
    counts = [0] * len(shares)
    there: Counter[tuple[int, int]] = Counter()
    so_far: Counter[int] = Counter()
    found = []
    for number in range(1, stations + 1):
        group = before[number - 1]
        so_far[group] += 1
        missing = [
            (round(share * number - counts[kind], 9), round(share * so_far[group] - there[group, kind], 9))
            for kind, share in enumerate(shares)
        ]
        chosen = missing.index(max(missing))
        counts[chosen] += 1
        there[group, chosen] += 1
        found.append(chosen)
    return tuple(found)
