"""What is remembered of the stations over their connections: ids of CALLs, facts, transactionIds of the CSMS."""

from __future__ import annotations

import time
from collections import OrderedDict
from time import monotonic_ns
from typing import Final

from ocppj.protocol import Protocol
from ocppj.rules.known import Given, Wall
from ocppj.session.session import Memory

MOST: Final = 2_000
"""Stations that are remembered, those that came last."""

CALLS: Final = 256
"""CALLs of each."""

MOST_TEXT: Final = 1 << 20
"""Characters of these."""


class Remembered:
    """The memory of the judge."""

    def __init__(self) -> None:
        self._of: OrderedDict[tuple[str, str], Memory] = OrderedDict()
        self._given: dict[str, Given] = {}
        self.wall = Wall(lambda at: time.time() - (monotonic_ns() - at) / 1e9)

    def of(self, protocol: Protocol, identity: str) -> Memory:
        """What is remembered of a station; of one without an identity nothing is."""
        if not identity:
            return self.fresh(protocol)
        key = protocol.version, identity
        if key not in self._of:
            self._of[key] = self.fresh(protocol)
            if len(self._of) > MOST:
                self._of.popitem(last=False)
        self._of.move_to_end(key)
        return self._of[key]

    def fresh(self, protocol: Protocol) -> Memory:
        """The memory of a station that nobody has seen before."""
        given = self._given.setdefault(protocol.version, Given())
        return Memory(CALLS, MOST_TEXT, given=given)
