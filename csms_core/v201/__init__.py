"""OCPP 2.0.1 as the CSMS speaks it: `VERSION` is all of it as one object (`csms_core.hub.version`).

Sources: Part 2 of edition 3 by use case (B01), requirement (B01.FR.02) or type, Part 4 for OCPP-J.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from csms_core.v201.version import VERSION

__all__ = ["VERSION"]


def __getattr__(name: str) -> Any:
    """Import late: who wants a part of this version only (its faults) does not wait for the whole."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from csms_core.v201 import version

    return version.VERSION


def __dir__() -> list[str]:
    """What is offered, so that `help` shows it although nothing of it is imported yet."""
    return sorted(__all__)
