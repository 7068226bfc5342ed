"""The configuration of the station, and what it takes as a new value."""

from __future__ import annotations

from typing import Any, Final

READ_ONLY: Final = frozenset(
    {"ConnectorPhaseRotation", "GetConfigurationMaxKeys", "NumberOfConnectors", "SupportedFeatureProfiles"}
)
BOOLEAN: Final = frozenset(
    {
        "AuthorizeRemoteTxRequests",
        "LocalAuthorizeOffline",
        "LocalPreAuthorize",
        "StopTransactionOnEVSideDisconnect",
        "StopTransactionOnInvalidId",
        "UnlockConnectorOnEVSideDisconnect",
    }
)
MEASURANDS: Final = frozenset({"Energy.Active.Import.Register", "Power.Active.Import"})


def factory() -> dict[str, str]:
    """The keys as the station leaves the factory."""
    return {
        "AuthorizeRemoteTxRequests": "false",
        "ClockAlignedDataInterval": "0",
        "ConnectionTimeOut": "30",
        "ConnectorPhaseRotation": "NotApplicable",
        "GetConfigurationMaxKeys": "50",
        "HeartbeatInterval": "300",
        "LocalAuthorizeOffline": "false",
        "LocalPreAuthorize": "false",
        "MeterValueSampleInterval": "0",
        "MeterValuesAlignedData": "Energy.Active.Import.Register",
        "MeterValuesSampledData": "Energy.Active.Import.Register",
        "NumberOfConnectors": "2",
        "ResetRetries": "1",
        "StopTransactionOnEVSideDisconnect": "true",
        "StopTransactionOnInvalidId": "true",
        "StopTxnAlignedData": "",
        "StopTxnSampledData": "",
        "SupportedFeatureProfiles": "Core,RemoteTrigger",
        "TransactionMessageAttempts": "3",
        "TransactionMessageRetryInterval": "2",
        "UnlockConnectorOnEVSideDisconnect": "false",
    }


class Keys:
    """Values by key."""

    def __init__(self) -> None:
        self._values = factory()

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def on(self, key: str) -> bool:
        """Whether a Boolean key is true."""
        return self._values[key].lower() == "true"

    def seconds(self, key: str) -> int:
        """An interval."""
        return int(self._values[key])

    def told(self, asked: list[str] | None) -> tuple[list[dict[str, Any]], list[str]]:
        """What GetConfiguration tells: the keys, and those that are not known."""
        wanted = asked or list(self._values)
        known = [
            {"key": key, "readonly": key in READ_ONLY, "value": self._values[key]}
            for key in wanted
            if key in self._values
        ]
        return known, [key for key in wanted if key not in self._values]

    def change(self, key: str, value: str) -> str:
        """The status of a ChangeConfiguration. A key that there is not is Rejected, which is wrong (S §5.3)."""
        if key not in self._values or key in READ_ONLY or not _fits(key, value):
            return "Rejected"
        self._values[key] = value
        return "Accepted"


def _fits(key: str, value: str) -> bool:
    if key in BOOLEAN:
        return value.lower() in ("true", "false")
    if key.endswith("Data"):
        return set(filter(None, value.split(","))) <= MEASURANDS
    return value.isdecimal()
