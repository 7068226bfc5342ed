"""EV drivers: whoever acts at a charge point under test. `make(sut, lane)` gives the one its SUT file configures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.adapters.base import Tell, tell_nobody
from harness.adapters.drivers.base import Driver
from harness.adapters.drivers.manual import ManualDriver
from harness.adapters.drivers.none import NoneDriver
from harness.adapters.drivers.python import PythonDriver
from harness.adapters.drivers.rest import RestDriver
from harness.adapters.drivers.simulated import SimulatedDriver
from harness.sut import Lane, Sut
from harness.sut.tables import driving

__all__ = ["Driver", "make"]

_MAKERS: Final[Mapping[type, Callable[[Any, Sut, Lane, Tell], Driver]]] = {
    driving.NoDriver: lambda _, sut, __, ___: NoneDriver(sut.source),
    driving.SimulatedDriver: lambda settings, sut, lane, tell: SimulatedDriver(settings, sut, lane, tell),
    driving.RestDriver: lambda settings, sut, _, tell: RestDriver(settings, sut, tell),
    driving.PythonDriver: lambda settings, sut, _, tell: PythonDriver(settings, sut, tell),
    driving.ManualDriver: lambda _, sut, __, tell: ManualDriver(sut, tell),
}


def make(sut: Sut, lane: Lane, tell: Tell = tell_nobody) -> Driver:
    """The driver at the station of a lane; `tell` is given what it does. Opens nothing yet. Raises OperatorError."""
    return _MAKERS[type(sut.driver)](sut.driver, sut, lane, tell)
