"""Which message a CALL of the CSMS brings (B07; F06)."""

from __future__ import annotations

from typing import Any, Final

_BROUGHT: Final = {
    "SignChargingStationCertificate": "SignCertificate",
    "SignCombinedCertificate": "SignCertificate",
    "SignV2GCertificate": "SignCertificate",
}


def brought(requested: str) -> str:
    """The action a TriggerMessage brings: the same name, but for certificates (MessageTriggerEnumType)."""
    return _BROUGHT.get(requested, requested)


def invited(action: str, payload: dict[str, Any]) -> str | None:
    """The action that a CALL of the CSMS asks for; None when it asks for none."""
    if action == "TriggerMessage":
        return brought(payload["requestedMessage"])
    return "NotifyReport" if action in ("GetBaseReport", "GetReport") else None
