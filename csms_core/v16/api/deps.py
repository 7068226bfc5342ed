"""What the routes of OCPP 1.6 get of a running CSMS."""

from __future__ import annotations

from csms_core.api.services import Services
from csms_core.hub.operations import Operations
from ocppj.v16 import PROTOCOL


def operations(csms: Services) -> Operations:
    """The operations of this version."""
    return csms.operations[PROTOCOL.version]
