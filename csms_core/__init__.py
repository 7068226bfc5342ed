"""The reference CSMS: OCPP 1.6J, right by default, wrong on purpose (`csms_core.faults`), durable.

`python -m csms_core`, `plugproof csms`, or in process: `async with Csms(Config()) as csms`.
"""

from csms_core.config import Config
from csms_core.csms import Csms

__all__ = ["Config", "Csms"]
