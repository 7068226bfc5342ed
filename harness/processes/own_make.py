"""The make of the station that comes along: as usual, or without the feature profiles that its claims deny."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from harness.edition import edition_of
from harness.sut import Sut

_FILE: Final = "station.toml"
_HEAD: Final = """\
profiles = {profiles}
reboot_s = {reboot}
installation_s = {installation}

[identity]
chargePointVendor = "plugproof"
chargePointModel = "Simulator"
"""
_CONNECTOR: Final = """
[[connector]]
number = {number}
current = "AC"
max_power = 11000
fixed_cable = {fixed_cable}
"""
"""That of a station without a model."""
_REBOOT, _INSTALLATION = 0.5, 1
"""Seconds. Nobody learns anything from waiting for a device that is none."""


def make_of(sut: Sut, connectors: int, folder: Path) -> tuple[str, ...]:
    """The options of `plugproof station` that say what is built into it; a model of its own is put into ``folder``."""
    known = edition_of(sut).claims.profiles
    had = [profile for profile, key in known.items() if sut.answer(f"profiles.{key}") is not False]
    is_fixed = sut.affirmed("hardware.cable.fixed") and not sut.affirmed("hardware.cable.detachable")
    if len(had) == len(known):
        takes = ("--reboot", str(_REBOOT), "--installation", str(_INSTALLATION))
        return "--connectors", str(connectors), *takes, *(("--fixed-cable",) if is_fixed else ())
    fixed = json.dumps(is_fixed)
    tables = [_CONNECTOR.format(number=number, fixed_cable=fixed) for number in range(1, connectors + 1)]
    model = folder / _FILE
    model.write_text(
        _HEAD.format(profiles=json.dumps(had), reboot=_REBOOT, installation=_INSTALLATION) + "".join(tables),
        encoding="ascii",
    )
    return "--model", str(model)
