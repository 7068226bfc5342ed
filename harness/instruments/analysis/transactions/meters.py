"""The energy in the meter values of a message, which all versions write alike but for the unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

ENERGY: Final = "Energy.Active.Import.Register"


def readings(
    values: Iterable[Mapping[str, Any]], wh: Callable[[Mapping[str, Any]], float | None]
) -> Iterator[tuple[str, float | None]]:
    """Time and energy in Wh of each meter value; ``wh`` reads a sampled value of the energy of all phases."""
    for value in values:
        energy = None
        for sampled in value["sampledValue"]:
            if sampled.get("measurand", ENERGY) == ENERGY and "phase" not in sampled and energy is None:
                energy = wh(sampled)
        yield value["timestamp"], energy
