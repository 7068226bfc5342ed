"""Which message a trigger brings (OCPP 1.6 §5.17; white paper, ExtendedTriggerMessage)."""

from __future__ import annotations

from typing import Any, Final

_ACTIONS: Final = frozenset(("TriggerMessage", "ExtendedTriggerMessage"))
"""Operations that ask for a message."""

_BROUGHT: Final = {
    "SignChargePointCertificate": "SignCertificate",
    "FirmwareStatusNotification": "SignedFirmwareStatusNotification",
}


def brought(action: str, requested: str) -> str:
    """The action a trigger brings: the same name, but for two of ExtendedTriggerMessage (white paper, edition 3)."""
    return _BROUGHT.get(requested, requested) if action == "ExtendedTriggerMessage" else requested


def invited(action: str, payload: dict[str, Any]) -> str | None:
    """The action that a CALL of the CSMS asks for; None when it is no trigger."""
    return brought(action, payload["requestedMessage"]) if action in _ACTIONS else None
