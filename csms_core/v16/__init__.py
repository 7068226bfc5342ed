"""OCPP 1.6 as the CSMS speaks it: `VERSION` is all of it as one object (`csms_core.hub.version`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from csms_core.v16.version import VERSION

__all__ = ["VERSION"]


def __getattr__(name: str) -> Any:
    """Import late: who wants a part of this version only (its faults) does not wait for the whole."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from csms_core.v16 import version

    return version.VERSION


def __dir__() -> list[str]:
    """What is offered, so that `help` shows it although nothing of it is imported yet."""
    return sorted(__all__)
