"""The deliberate defects of one version of OCPP by name, and which of them a station has.

    station = Station("ws://127.0.0.1:9000/ocpp", id="CP1")
    CATALOGUE.give(station, ["heartbeat-late"])

They prove that a check can fail, and show a CSMS what stations can be like. They act around the correct station, which
does not know of them, and can be switched on and off at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from simulator.faults.model import Fault
from simulator.faults.wiring import wire, wired
from simulator.kernel.base import Base
from simulator.kernel.nearest import nearest

__all__ = ["Breakable", "Catalogue", "UnknownFault", "active"]


class UnknownFault(Exception):
    """There is no fault of that name in the catalogue."""


class Breakable(Protocol):
    """A station, of whichever version; it knows nothing of faults."""

    @property
    def parts(self) -> Base:
        """What it is made of, by name."""
        ...

    def pieces(self) -> Iterator[Any]:
        """The same one by one, and its features."""
        ...


class Catalogue(Mapping[str, Fault]):
    """Faults by name, in the order of the standard. Raises `ValueError` for a name that is there twice."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._by_name: dict[str, Fault] = {}
        for fault in faults:
            if fault.name in self._by_name:
                raise ValueError(f"There are two faults named {fault.name}.")
            self._by_name[fault.name] = fault

    def __getitem__(self, name: str) -> Fault:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def sentences(self) -> dict[str, str]:
        """What every fault does wrong, by name."""
        return {name: fault.sentence for name, fault in self._by_name.items()}

    def named(self, name: str) -> Fault:
        """A fault. Raises `UnknownFault` with the nearest name."""
        fault = self._by_name.get(name)
        if fault is None:
            near = nearest(name, self._by_name, alike=0.5)
            advice = f"did you mean {near}?" if near else "`plugproof station --list-faults` shows them all."
            raise UnknownFault(f"There is no fault '{name}' of a station; {advice}")
        return fault

    def give(self, station: Breakable, names: Iterable[str]) -> None:
        """Give a station these faults and no others, from the next thing it does on. Raises `UnknownFault`."""
        wire(station.parts, station.pieces(), [self.named(name) for name in dict.fromkeys(names)])


def active(station: Breakable) -> tuple[str, ...]:
    """The faults a station has now, in the order they were given."""
    return tuple(fault.name for fault, _ in wired(station.pieces()))
