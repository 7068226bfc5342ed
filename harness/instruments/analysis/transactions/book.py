"""What is told of all transactions of all stations: figures, and as many of them one by one as a report can hold."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.instruments.analysis.transactions.model import Transaction

MOST_LISTED: Final = 1_000
"""Transactions of a report, and as many again of those with remarks."""
MOST_ENERGIES: Final = 50_000
"""Single energies that the picture is drawn from."""


class Book:
    """``write`` is given each transaction, for whoever wants all of them."""

    def __init__(self, write: Callable[[Mapping[str, Any]], None] | None = None) -> None:
        self._write = write
        self._listed: list[Transaction] = []
        self._odd: list[Transaction] = []
        self._energies = array("d")
        self._oddities: Counter[str] = Counter()
        self.count = 0
        self.complete = 0
        self.with_remarks = 0
        self.still_open = 0
        self.energy_wh = 0.0

    def add(self, transaction: Transaction) -> None:
        """One that ended, or of which nothing more is expected."""
        self.count += 1
        energy = transaction.energy_wh
        if transaction.started is not None and transaction.stopped is not None:
            self.complete += 1
            if energy is not None:
                self.energy_wh += energy
                if len(self._energies) < MOST_ENERGIES:
                    self._energies.append(energy)
        self._oddities.update({one.kind for one in transaction.remarks})
        if transaction.remarks:
            self.with_remarks += 1
        if self._write is not None:
            self._write(transaction.document())
        if len(self._listed) < MOST_LISTED:
            self._listed.append(transaction)
        elif transaction.remarks and len(self._odd) < MOST_LISTED:
            self._odd.append(transaction)

    def document(self) -> dict[str, Any]:
        """As it stands in a report."""
        listed = [*self._listed, *self._odd]
        return {
            "count": self.count,
            "complete": self.complete,
            "with_remarks": self.with_remarks,
            "open_at_the_end": self.still_open,
            "energy_wh": round(self.energy_wh, 3),
            "oddities": dict(sorted(self._oddities.items())),
            "energies_wh": _thinned(self._energies),
            "listed": [one.document() for one in listed],
            "left_out": self.count - len(listed),
        }


_MOST_IN_REPORT: Final = 2_000


def _thinned(values: array[float]) -> list[float]:
    """At most so many, evenly out of all in the order of their size, so that the picture keeps its shape."""
    ordered = sorted(values)
    if len(ordered) <= _MOST_IN_REPORT:
        return ordered
    step = (len(ordered) - 1) / (_MOST_IN_REPORT - 1)
    return [ordered[round(number * step)] for number in range(_MOST_IN_REPORT)]
