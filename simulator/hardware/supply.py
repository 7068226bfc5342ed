"""Whether a station runs, and whether there is a way to the CSMS: facts of the world around it."""

from __future__ import annotations


class Supplied:
    """What a station has now. Those who act on it say so here, everybody else only looks."""

    __slots__ = ("network", "on", "resetting")

    def __init__(self) -> None:
        self.on = False
        self.network = True
        self.resetting = False  # it goes down to come back by itself
