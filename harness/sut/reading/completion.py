"""What `[fixtures]` takes from `[operator]`, and what both take from the folder of the SUT file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from harness.sut.model import Sut
from harness.sut.tables.driving import PythonDriver, RestDriver, SimulatedDriver
from harness.sut.tables.fixtures import (
    FixtureSettings,
    NoFixtures,
    PythonFixtures,
    ReferenceFixtures,
    RestFixtures,
    TriggerFixtures,
)
from harness.sut.tables.link import Lane
from harness.sut.tables.operation import PythonSettings, ReferenceSettings, RestSettings, TriggerSettings

_replace = msgspec.structs.replace
MOST_OWN: Final = 16
"""Stations that come along with one run at the most, one for each worker."""


def completed(sut: Sut, folder: Path) -> Sut:
    """The SUT with `[fixtures]` filled in from `[operator]`, and the folder in which modules are looked for."""
    operator, fixtures = sut.operator, _inherited(sut)
    home = str(folder.absolute())
    if isinstance(operator, PythonSettings):
        operator = _replace(operator, folder=home)
    elif isinstance(operator, TriggerSettings) and operator.ca_file is not None:
        operator = _replace(operator, ca_file=str((folder / operator.ca_file).absolute()))
    if isinstance(fixtures, PythonFixtures):
        fixtures = _replace(fixtures, folder=home)
    elif isinstance(fixtures, RestFixtures | TriggerFixtures) and fixtures.ca_file is not None:
        fixtures = _replace(fixtures, ca_file=str((folder / fixtures.ca_file).absolute()))
    driver = sut.driver
    if isinstance(driver, PythonDriver):
        driver = _replace(driver, folder=home)
    elif isinstance(driver, RestDriver) and driver.ca_file is not None:
        driver = _replace(driver, ca_file=str((folder / driver.ca_file).absolute()))
    return _replace(sut, operator=operator, driver=driver, fixtures=fixtures, lanes=_LANES[sut.role](sut))


def _of_a_charge_point(sut: Sut) -> tuple[Lane, ...]:
    """The stations under test, each with the address it connects to; one of any name where the file has none."""
    stations = tuple(Lane(**msgspec.structs.asdict(station)) for station in sut.stations)
    stations = stations or sut.lanes or (Lane(identity=""),)
    is_own = isinstance(sut.driver, SimulatedDriver) and sut.driver.api is None
    if is_own and len(stations) == 1 and not stations[0].identity:
        stations *= MOST_OWN  # each worker starts its own
    return tuple(
        _replace(station, listen=station.listen or _next_port(sut.connection.listen, number))
        for number, station in enumerate(stations)
    )


def _next_port(address: str, number: int) -> str:
    """The address for a further station. Two ports are left to each: one without TLS, one within it."""
    host, colon, port = address.rpartition(":")
    return f"{host}{colon}{int(port) + 2 * number}" if port.isdigit() and int(port) else address


_LANES: Final[Mapping[str, Callable[[Sut], tuple[Lane, ...]]]] = {
    "csms": lambda sut: sut.lanes,
    "charge_point": _of_a_charge_point,
}
"""Role -> the lanes of its workers."""


def _inherited(sut: Sut) -> FixtureSettings:
    operator, fixtures = sut.operator, sut.fixtures
    if isinstance(operator, ReferenceSettings):
        if isinstance(fixtures, NoFixtures):
            return ReferenceFixtures(api=operator.api, timeout_s=operator.timeout_s)
        if isinstance(fixtures, ReferenceFixtures) and fixtures.api is None:
            return _replace(fixtures, api=operator.api)
    if not isinstance(fixtures, RestFixtures | TriggerFixtures) or fixtures.base_url is not None:
        return fixtures
    if not isinstance(operator, RestSettings | TriggerSettings):
        return fixtures
    # Headers and login go with the address: a token is never sent to another host.
    if isinstance(fixtures, RestFixtures) and isinstance(operator, RestSettings):
        fixtures = _replace(fixtures, login=fixtures.login or operator.login)
    return _replace(
        fixtures,
        base_url=operator.base_url,
        headers={**operator.headers, **fixtures.headers},
        ca_file=fixtures.ca_file or operator.ca_file,
    )
