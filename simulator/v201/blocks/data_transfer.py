"""Block P, messages beyond the standard, in both directions (P2 P01, P02)."""

from __future__ import annotations

from simulator.station import data_transfer
from simulator.v201.feature import Feature


class DataTransfer(Feature, data_transfer.DataTransfer):
    """That of every version."""

    __slots__ = ()
