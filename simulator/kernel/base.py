"""What every part of a station stands on, as one object."""

from __future__ import annotations

from simulator.kernel.clock import Clock
from simulator.kernel.events import Events
from simulator.kernel.store import Store
from simulator.kernel.tasks import Tasks


class Base:
    """Time, what is told, what runs, and what is kept.

    It is one object for all parts of a station. Each layer above adds to it what it is made of, and hands it on: who is
    given a `Base` sees nothing of them. `clock` is another one after the time was set, so nobody keeps it.
    """

    __slots__ = ("clock", "events", "store", "tasks")

    def __init__(self, clock: Clock, store: Store) -> None:
        self.clock = clock
        self.events = Events(clock)
        self.tasks = Tasks(clock)
        self.store = store
