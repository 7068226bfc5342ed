"""When the process looks for garbage: objects that hold each other and are held by nobody else.

Python looks through all that lives whenever that has grown by a quarter. While thousands of stations connect, this
happens again and again, finds nothing, and everybody waits for some tenths of a second each time. Here new objects are
looked through a few at a time. A connection that has ended is no garbage: nothing in it holds itself
(`csms_core.connection`), so it is gone at once.
"""

from __future__ import annotations

import gc

NEW, ROUNDS = 1_000, 3
"""New objects that are looked through together, and how often until those that were left are looked through once more:
both take about a millisecond."""

SELDOM = 10_000
"""Such rounds until everything is looked through."""


def settle() -> None:
    """What was made up to here stays, and is never looked through again."""
    gc.freeze()
    gc.set_threshold(NEW, ROUNDS, SELDOM)
    gc.enable()
