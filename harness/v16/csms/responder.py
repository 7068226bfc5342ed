"""How the harness's station answers a CALL that no case asked for: sensibly, so that the CSMS and the case go on.

A CSMS may at any time ask for the configuration, change a key, trigger a message or transfer data; that is legal and
must not upset a case. Commands that would change what the case is about (start, stop, reset) are rejected.
"""

from collections.abc import Callable
from typing import Any, Final

from harness.sut import Keys

Payload = dict[str, Any]

_FIXED: Final[dict[str, Payload]] = {
    "CancelReservation": {"status": "Rejected"},
    "CertificateSigned": {"status": "Rejected"},
    "ChangeAvailability": {"status": "Rejected"},
    "ClearCache": {"status": "Accepted"},
    "ClearChargingProfile": {"status": "Unknown"},
    "DataTransfer": {"status": "UnknownVendorId"},
    "DeleteCertificate": {"status": "NotFound"},
    "GetCompositeSchedule": {"status": "Rejected"},
    "GetDiagnostics": {},
    "GetInstalledCertificateIds": {"status": "NotFound"},
    "GetLocalListVersion": {"listVersion": 0},
    "GetLog": {"status": "Rejected"},
    "InstallCertificate": {"status": "Rejected"},
    "RemoteStartTransaction": {"status": "Rejected"},
    "RemoteStopTransaction": {"status": "Rejected"},
    "ReserveNow": {"status": "Rejected"},
    "Reset": {"status": "Rejected"},
    "SendLocalList": {"status": "Failed"},
    "SetChargingProfile": {"status": "Rejected"},
    "SignedUpdateFirmware": {"status": "Rejected"},
    "UnlockConnector": {"status": "NotSupported"},
    "UpdateFirmware": {},
}

_TRIGGERABLE: Final = frozenset({"Heartbeat", "StatusNotification", "DiagnosticsStatusNotification"}) | {
    "FirmwareStatusNotification",
    "LogStatusNotification",
}


class Responder:
    """The configuration of the harness's station and its answers to what nobody asked for."""

    def __init__(self, connectors: int, keys: Keys) -> None:
        self.configuration: dict[str, tuple[str, bool]] = {
            "AuthorizeRemoteTxRequests": ("true", False),
            "ChargeProfileMaxStackLevel": ("10", True),
            "ChargingScheduleAllowedChargingRateUnit": ("Current,Power", True),
            "ChargingScheduleMaxPeriods": ("24", True),
            "ClockAlignedDataInterval": (str(keys.clock_interval_s), False),
            "ConnectionTimeOut": (str(keys.connection_timeout_s), False),
            "ConnectorPhaseRotation": ("NotApplicable", False),
            "GetConfigurationMaxKeys": ("50", True),
            "HeartbeatInterval": (str(keys.heartbeat_s), False),
            "LocalAuthListEnabled": ("true", False),
            "LocalAuthListMaxLength": ("1000", True),
            "LocalAuthorizeOffline": ("true", False),
            "LocalPreAuthorize": ("false", False),
            "MaxChargingProfilesInstalled": ("10", True),
            "MeterValuesAlignedData": ("Energy.Active.Import.Register", False),
            "MeterValuesSampledData": ("Energy.Active.Import.Register", False),
            "MeterValueSampleInterval": (str(keys.sample_interval_s), False),
            "NumberOfConnectors": (str(connectors), True),
            "ReserveConnectorZeroSupported": ("true", True),
            "ResetRetries": ("1", False),
            "SendLocalListMaxLength": ("100", True),
            "StopTransactionOnEVSideDisconnect": ("true", False),
            "StopTransactionOnInvalidId": ("true", False),
            "StopTxnAlignedData": ("", False),
            "StopTxnSampledData": ("", False),
            "SupportedFeatureProfiles": (
                "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger",
                True,
            ),
            "TransactionMessageAttempts": ("3", False),
            "TransactionMessageRetryInterval": ("10", False),
            "UnlockConnectorOnEVSideDisconnect": ("true", False),
        }
        self._answers: dict[str, Callable[[Payload], Payload]] = {
            "ChangeConfiguration": self.change_configuration,
            "ExtendedTriggerMessage": self._trigger,
            "GetConfiguration": self.get_configuration,
            "TriggerMessage": self._trigger,
        }

    def answer(self, action: str, payload: Payload) -> Payload | None:
        """The payload of the CALLRESULT, or ``None`` when a CALLERROR NotSupported is the right answer."""
        if action in self._answers:
            return self._answers[action](payload)
        return _FIXED.get(action)

    def get_configuration(self, payload: Payload) -> Payload:
        """The known keys with value and access, the others in ``unknownKey`` (S §5.8)."""
        names = {name.lower(): name for name in self.configuration}
        asked: list[str] = payload.get("key") or list(self.configuration)
        known = [names[key.lower()] for key in asked if key.lower() in names]
        answer: Payload = {"configurationKey": [self._entry(name) for name in known]}
        if unknown := [key for key in asked if key.lower() not in names]:
            answer["unknownKey"] = unknown
        return answer

    def change_configuration(self, payload: Payload) -> Payload:
        """Accepted for a writable key, Rejected for one that is read-only, NotSupported for others (S §5.3)."""
        names = {name.lower(): name for name in self.configuration}
        name = names.get(payload["key"].lower())
        if name is None:
            return {"status": "NotSupported"}
        if self.configuration[name][1]:
            return {"status": "Rejected"}
        self.configuration[name] = (payload["value"], False)
        return {"status": "Accepted"}

    def triggered(self, payload: Payload, status_of: Callable[[int], str]) -> tuple[str, Payload] | None:
        """The message to send after a trigger was accepted; ``status_of`` gives a connector's status."""
        action = payload["requestedMessage"]
        if action not in _TRIGGERABLE:
            return None
        if action == "StatusNotification":
            connector = payload.get("connectorId", 0)
            return action, {"connectorId": connector, "errorCode": "NoError", "status": status_of(connector)}
        return (action, {}) if action == "Heartbeat" else (action, {"status": "Idle"})

    def _entry(self, name: str) -> Payload:
        value, readonly = self.configuration[name]
        return {"key": name, "readonly": readonly, "value": value}

    def _trigger(self, payload: Payload) -> Payload:
        # BootNotification is rejected once the station is accepted (E 3.35).
        return {"status": "Accepted" if payload["requestedMessage"] in _TRIGGERABLE else "Rejected"}
