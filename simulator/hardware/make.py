"""How stations of one make are built: what is true of all of them, and never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.hardware.meter import VOLTAGE

REBOOT, INSTALLATION = 2.0, 5.0
"""Seconds that both take where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """What one connector is built as. Raises `ValueError` for what cannot be."""

    power: float = 11_000.0  # what it delivers at the most, W
    phases: int = 3  # of the grid that it draws from
    voltage: float = VOLTAGE  # between phase and neutral; of a direct current, that of the cable
    direct: bool = False  # the meter is on the side of the vehicle, and direct current knows no phases
    fixed_cable: bool = False  # the cable belongs to the station
    lock: bool = True  # the plug is held while somebody charges; never with a fixed cable
    plug: str | None = None  # what goes into the vehicle, or into the socket

    def __post_init__(self) -> None:
        if self.phases not in (1, 2, 3):
            raise ValueError(f"phases is 1, 2 or 3, not {self.phases}")
        if self.fixed_cable:
            object.__setattr__(self, "lock", False)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of every station of one make, and never changes. Raises `ValueError` for what cannot be.

    `outlets` are the connectors one by one; without them all are the same, as `connectors` to `phases` say.
    """

    connectors: int = 1
    fixed_cable: bool = False  # the cable belongs to the station and has no lock
    power: float = 11_000.0  # what each connector delivers, W
    phases: int = 3
    main_meter: bool = False  # a meter of its own in front of all connectors, reported as connectorId 0
    resumes: bool = False  # a transaction goes on after a loss of power; if not, it is stopped with reason PowerLoss
    journal: int = 100  # how many of the last events its diagnostics hold; 0: it has none to give
    outlets: tuple[Outlet, ...] = ()
    measurands: frozenset[str] | None = None  # what the meters know; None: all that there are
    reboot: float = REBOOT  # seconds until it is up again
    installation: float = INSTALLATION  # seconds that firmware is written for

    def __post_init__(self) -> None:
        if self.reboot < 0 or self.installation < 0:
            raise ValueError("reboot and installation take zero seconds or more")
        if self.outlets:
            object.__setattr__(self, "connectors", len(self.outlets))
            object.__setattr__(self, "phases", max(outlet.phases for outlet in self.outlets))
        elif self.connectors < 1:
            raise ValueError(f"a station has at least one connector, not {self.connectors}")
        else:
            same = Outlet(self.power, self.phases, fixed_cable=self.fixed_cable)
            object.__setattr__(self, "outlets", (same,) * self.connectors)

    @property
    def voltage(self) -> float:
        """Of the grid, between phase and neutral: that of the first connector that gives it on."""
        return next((outlet.voltage for outlet in self.outlets if not outlet.direct), VOLTAGE)


def facts_of(facts: Facts | None, **said: Any) -> Facts:
    """The facts as they are given, or those that keywords say, of which None says nothing.

    Raises `ValueError` for both at once, and for what cannot be.
    """
    said = {name: value for name, value in said.items() if value is not None}
    if facts is None:
        return Facts(**said)
    if said:
        raise ValueError(f"facts and {', '.join(said)} exclude each other; say in facts how the station is built")
    return facts
