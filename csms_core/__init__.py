"""The reference CSMS of OCPP, of all versions in `csms_core.versions`: right by default, durable, wrong on purpose.

`plugproof csms` or `python -m csms_core` run it as a program; in process it is

    async with Csms(Config(any_station=True)) as csms:
        print(csms.url, csms.api_url)

Its defects are in `csms_core.faults` and in the folder of each version, its fixtures for pytest in
`csms_core.fixtures`. docs/csms.md shows how it is used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from csms_core.config.model import Config
    from csms_core.csms import Csms

__all__ = ["Config", "Csms"]


def __getattr__(name: str) -> Any:
    """Import late: who wants a part of this package only (the PKI, the faults) does not wait for the whole."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from csms_core import csms
    from csms_core.config.model import Config

    return Config if name == "Config" else csms.Csms


def __dir__() -> list[str]:
    """What is offered, so that `help` shows it although nothing of it is imported yet."""
    return sorted(__all__)
