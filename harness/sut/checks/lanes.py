"""What the stations of a SUT file have in common."""

from __future__ import annotations

from harness.sut.model import Sut


def fewest_connectors(sut: Sut) -> int | None:
    """How many connectors each of them has at the least; None where the file names no station."""
    fewest = min((lane.connectors for lane in sut.lanes), default=None)
    if fewest is None and sut.identities is not None:
        return sut.identities.connectors
    return fewest
