"""What one station consists of: the facts of its make, and its parts, so that each part finds its neighbours.

`Facts` and everything derived from them (`feature.Blueprint`) is shared by all stations of one make; `Parts` is what
each station has for itself. ARCHITECTURE.md, "The station", says who does what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.metering import MEASURANDS, VOLTAGE

if TYPE_CHECKING:
    from simulator.authorization import Authorizer
    from simulator.boot import Registration
    from simulator.cards import Reader
    from simulator.clock import Clock
    from simulator.configuration import Configuration
    from simulator.connectors import Connector
    from simulator.events import Events
    from simulator.feature import Features
    from simulator.journal import Journal
    from simulator.keepalive import KeepAlive
    from simulator.link import Link
    from simulator.main_controller import MainController
    from simulator.power import Power
    from simulator.reports import StatusReporter
    from simulator.sampling import Sampler
    from simulator.security.vault import Vault
    from simulator.sessions import Sessions
    from simulator.store import Store
    from simulator.tasks import Tasks
    from simulator.timekeeping import Timekeeper
    from simulator.transactions import TransactionQueue


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
    measurands: frozenset[str] = frozenset(MEASURANDS)  # what the meters know

    def __post_init__(self) -> None:
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


class Parts:
    """The parts of one station. Set up once by `Station`, in the order of the attributes."""

    __slots__ = (
        "authorizer",
        "clock",
        "configuration",
        "connectors",
        "events",
        "facts",
        "features",
        "journal",
        "keep_alive",
        "link",
        "main",
        "power",
        "queue",
        "reader",
        "registration",
        "reporter",
        "sampler",
        "sessions",
        "store",
        "tasks",
        "timekeeper",
        "vault",
    )

    facts: Facts
    clock: Clock
    events: Events
    tasks: Tasks
    store: Store
    configuration: Configuration
    vault: Vault
    link: Link
    registration: Registration
    timekeeper: Timekeeper
    journal: Journal
    keep_alive: KeepAlive
    reporter: StatusReporter
    queue: TransactionQueue
    connectors: Mapping[int, Connector]
    main: MainController
    authorizer: Authorizer
    sampler: Sampler
    sessions: Sessions
    reader: Reader
    power: Power
    features: Features
