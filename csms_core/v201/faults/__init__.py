"""All ways to break OCPP 2.0.1, by functional block. `csms_core.faults.catalogue` has them beside those of the wire.

Where 1.6 has a fault that says the same, it has the same name: it is one switch, which acts on stations of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from csms_core.faults.model import Fault
from csms_core.v201.faults import (
    authorization,
    availability,
    data_transfer,
    provisioning,
    remote_control,
    security,
    transactions,
    variables,
)

FAULTS: Final[Sequence[Fault]] = (
    *security.faults(),
    *provisioning.faults(),
    *variables.faults(),
    *authorization.faults(),
    *transactions.faults(),
    *remote_control.faults(),
    *availability.faults(),
    *data_transfer.faults(),
)
