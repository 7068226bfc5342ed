"""What `[fixtures]` takes from `[operator]`, and what both take from the folder of the SUT file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.sut.fixtures import (
    FixtureSettings,
    NoFixtures,
    PythonFixtures,
    ReferenceFixtures,
    RestFixtures,
    TriggerFixtures,
)
from harness.sut.model import Sut
from harness.sut.operation import PythonSettings, ReferenceSettings, RestSettings, TriggerSettings

_replace = msgspec.structs.replace


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
    return _replace(sut, operator=operator, fixtures=fixtures)


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
