"""How the harness's station answers a CALL that no case asked for: sensibly, so that the CSMS and the case go on.

A CSMS may at any time read or set variables, trigger a message or transfer data; that is legal and must not upset a
case. Commands that would change what the case is about (start, stop, reset) are rejected.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.sut import Keys

Payload = dict[str, Any]

_REJECTED: Final = {"status": "Rejected"}
_FIXED: Final[Mapping[str, Payload]] = {
    "CancelReservation": _REJECTED,
    "CertificateSigned": _REJECTED,
    "ChangeAvailability": _REJECTED,
    "ClearCache": {"status": "Accepted"},
    "ClearChargingProfile": {"status": "Unknown"},
    "DataTransfer": {"status": "UnknownVendorId"},
    "DeleteCertificate": {"status": "NotFound"},
    "GetBaseReport": {"status": "NotSupported"},
    "GetCompositeSchedule": _REJECTED,
    "GetInstalledCertificateIds": {"status": "NotFound"},
    "GetLocalListVersion": {"versionNumber": 0},
    "GetLog": _REJECTED,
    "GetReport": {"status": "NotSupported"},
    "InstallCertificate": _REJECTED,
    "RequestStartTransaction": _REJECTED,
    "RequestStopTransaction": _REJECTED,
    "ReserveNow": _REJECTED,
    "Reset": _REJECTED,
    "SendLocalList": {"status": "Failed"},
    "SetChargingProfile": _REJECTED,
    "SetNetworkProfile": _REJECTED,
    "UnlockConnector": {"status": "UnlockFailed"},
    "UpdateFirmware": _REJECTED,
}
_TRIGGERABLE: Final = frozenset({"Heartbeat", "StatusNotification"})

Name = tuple[str, str]
"""A component and a variable."""


def _name(data: Mapping[str, Any]) -> Name:
    return data["component"]["name"], data["variable"]["name"]


class Responder:
    """The device model of the harness's station, as far as it goes, and its answers to what nobody asked for."""

    def __init__(self, keys: Keys) -> None:
        self.variables: dict[Name, str] = {
            ("AlignedDataCtrlr", "Interval"): str(keys.clock_interval_s),
            ("AuthCtrlr", "AuthorizeRemoteStart"): "false",
            ("AuthCtrlr", "Enabled"): "true",
            ("OCPPCommCtrlr", "HeartbeatInterval"): str(keys.heartbeat_s),
            ("OCPPCommCtrlr", "OfflineThreshold"): "60",
            ("SampledDataCtrlr", "TxUpdatedInterval"): str(keys.sample_interval_s),
            ("TxCtrlr", "EVConnectionTimeOut"): str(keys.connection_timeout_s),
            ("TxCtrlr", "TxStartPoint"): "EVConnected,Authorized",
            ("TxCtrlr", "TxStopPoint"): "EVConnected",
        }
        self._answers: dict[str, Callable[[Payload], Payload]] = {
            "GetVariables": self.get_variables,
            "SetVariables": self.set_variables,
            "TriggerMessage": self._trigger,
        }

    def answer(self, action: str, payload: Payload) -> Payload | None:
        """The payload of the CALLRESULT, or ``None`` when a CALLERROR NotSupported is the right answer."""
        if action in self._answers:
            return self._answers[action](payload)
        return _FIXED.get(action)

    def get_variables(self, payload: Payload) -> Payload:
        """What is known of each variable (B06)."""
        return {"getVariableResult": [self._read(data) for data in payload["getVariableData"]]}

    def set_variables(self, payload: Payload) -> Payload:
        """Each variable that is known takes its new value (B05)."""
        return {"setVariableResult": [self._set(data) for data in payload["setVariableData"]]}

    def triggered(self, payload: Payload, statuses: Mapping[tuple[int, int], str]) -> tuple[str, Payload] | None:
        """The message to send after a trigger was accepted (F06); ``statuses`` by EVSE and connector."""
        if payload["requestedMessage"] == "Heartbeat":
            return "Heartbeat", {}
        evse = payload.get("evse", {})
        place = (evse.get("id", 1), evse.get("connectorId", 1))
        status = statuses.get(place, "Available")
        return "StatusNotification", {"evseId": place[0], "connectorId": place[1], "connectorStatus": status}

    def _read(self, data: Payload) -> Payload:
        known = self._known(data)
        result = {"component": data["component"], "variable": data["variable"], "attributeStatus": known}
        if "attributeType" in data:
            result["attributeType"] = data["attributeType"]
        return result | ({"attributeValue": self.variables[_name(data)]} if known == "Accepted" else {})

    def _set(self, data: Payload) -> Payload:
        known = self._known(data)
        if known == "Accepted":
            self.variables[_name(data)] = data["attributeValue"]
        result = {"component": data["component"], "variable": data["variable"], "attributeStatus": known}
        return result | ({"attributeType": data["attributeType"]} if "attributeType" in data else {})

    def _known(self, data: Payload) -> str:
        component, _ = name = _name(data)
        if name in self.variables:
            known = data.get("attributeType", "Actual") == "Actual"
            return "Accepted" if known else "NotSupportedAttributeType"
        components = {component for component, _ in self.variables}
        return "UnknownVariable" if component in components else "UnknownComponent"

    def _trigger(self, payload: Payload) -> Payload:
        return {"status": "Accepted" if payload["requestedMessage"] in _TRIGGERABLE else "NotImplemented"}
