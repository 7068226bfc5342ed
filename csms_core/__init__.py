"""The reference CSMS of OCPP (`csms_core.versions`), right by default, wrong on purpose (`csms_core.faults`), durable.

`python -m csms_core`, `plugproof csms`, or in process: `async with Csms(Config()) as csms`.
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
