"""What a station is built of, as far as it limits charging, and what its profile book may hold (1.6 §9.4).

Immutable and meant to be shared by all stations of one make. Current in ampere per phase, voltage in volt between a
phase and neutral: the nominal one of the area, never a measured one (erratum 3.69).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from simulator.v16.schedules.profile import Unit, tenths


@dataclass(frozen=True, slots=True)
class Supply:
    """The local limit of a connector, or of the connection to the grid: `current` in A per phase, 1 to 3 `phases`.

    `power` in W limits the total as well; without it the current alone does.
    """

    current: Decimal
    phases: int = 3
    power: Decimal | None = None

    def __post_init__(self) -> None:
        if tenths(self.current) < 0:
            raise ValueError(f"Supply.current is a number of ampere from 0, not {self.current}")
        if not 1 <= self.phases <= 3:
            raise ValueError(f"Supply.phases is 1, 2 or 3, not {self.phases}")
        if self.power is not None and tenths(self.power) < 0:
            raise ValueError(f"Supply.power is a number of watt from 0, not {self.power}")

    @property
    def tenths(self) -> int:
        """The current in tenths of an ampere."""
        return tenths(self.current)


@dataclass(frozen=True, slots=True)
class Limits:
    """The keys of the Smart Charging profile, which say what is accepted (1.6 §9.4)."""

    max_stack_level: int = 99  # ChargeProfileMaxStackLevel
    max_periods: int = 24  # ChargingScheduleMaxPeriods
    max_installed: int = 50  # MaxChargingProfilesInstalled
    units: frozenset[Unit] = frozenset({"A", "W"})  # ChargingScheduleAllowedChargingRateUnit: Current is A, Power is W

    @property
    def unit(self) -> Unit:
        """The unit of a composite schedule when none is asked for."""
        return "A" if "A" in self.units else "W"


@dataclass(frozen=True, slots=True)
class Site:
    """The electrical facts of a station; connector 1 is `connectors[0]`.

    Without `station` the connection to the grid is as strong as all connectors together. `switches` is
    ConnectorSwitch3to1PhaseSupported: charging may go on with fewer phases in the middle of a transaction.
    """

    connectors: tuple[Supply, ...]
    voltage: int = 230
    station: Supply | None = None
    switches: bool = False
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if not self.connectors:
            raise ValueError("Site.connectors is empty; a station has at least one")
        if self.voltage < 1:
            raise ValueError(f"Site.voltage is a number of volt from 1, not {self.voltage}")

    def has(self, connector: int) -> bool:
        """Whether there is such a connector; 0, the station as a whole, is none."""
        return 1 <= connector <= len(self.connectors)

    def phases(self, connector: int) -> int:
        """The phases a connector can use; for 0 those of the connector that has most."""
        if connector:
            return self.connectors[connector - 1].phases
        return max(supply.phases for supply in self.connectors)
