"""ExtendedTriggerMessage (security white paper, use cases A02, L01, N01; rule TRG-01)."""

from __future__ import annotations

from typing import Any

from simulator.v16.feature import Feature
from simulator.wire.operations import Answer, operation, status

_MEANT = {"FirmwareStatusNotification": "SignedFirmwareStatusNotification"}
"""What is asked for by the name of its unsigned sister."""


class ExtendedTrigger(Feature):
    """All messages of the white paper that can be asked for."""

    __slots__ = ()

    @operation("ExtendedTriggerMessage")
    def extended_trigger_message(self, payload: dict[str, Any]) -> Answer:
        """The answer leaves first, then the message."""
        message = payload["requestedMessage"]
        wanted = self.features.trigger(_MEANT.get(message, message))
        if wanted is None:
            return status("NotImplemented")
        then = wanted(payload.get("connectorId"))
        return status("Rejected") if then is None else status("Accepted", then)
