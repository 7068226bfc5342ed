"""The versions of OCPP that a station can speak: the one table, which imports a version when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulator.cli.version import Version

USUAL: Final = "1.6"
"""What a station speaks unless something else is asked for."""


def version(name: str = USUAL) -> Version:
    """A version by its name. Raises `KeyError`."""
    return _VERSIONS[name]()


def _v16() -> Version:
    from simulator.cli.version import Version
    from simulator.v16.command import Session, boot_mistakes
    from simulator.v16.faults import CATALOGUE
    from simulator.v16.profiles.security import SecurityProfiles
    from simulator.v16.station import FEATURES, Station
    from simulator.v16.transactions.reader import LONGEST

    return Version(
        Station,
        FEATURES,
        SecurityProfiles,
        CATALOGUE,
        Session,
        boot_mistakes,
        longest_tag=LONGEST,
        a_setting="HeartbeatInterval=60",
        a_boot_member="chargePointSerialNumber=A-1",
        has_models=True,
    )


def _v201() -> Version:
    from simulator.cli.version import Version
    from simulator.v201.authorization.id_token import LONGEST
    from simulator.v201.blocks.security import SecurityProfiles
    from simulator.v201.command import Session, boot_mistakes
    from simulator.v201.faults import CATALOGUE
    from simulator.v201.station import FEATURES, Station

    return Version(
        Station,
        FEATURES,
        SecurityProfiles,
        CATALOGUE,
        Session,
        boot_mistakes,
        longest_tag=LONGEST,
        a_setting="OCPPCommCtrlr.HeartbeatInterval=60",
        a_boot_member="serialNumber=A-1",
    )


_VERSIONS: Final[Mapping[str, Callable[[], Version]]] = {"1.6": _v16, "2.0.1": _v201}

NAMES: Final = tuple(_VERSIONS)
"""All of them, the oldest first."""
