"""Messages beyond the standard, in both directions (1.6 §4.3, §5.6; rule DT-01)."""

from __future__ import annotations

from simulator.station import data_transfer
from simulator.v16.feature import Feature


class DataTransfer(Feature, data_transfer.DataTransfer):
    """That of every version."""

    __slots__ = ()
