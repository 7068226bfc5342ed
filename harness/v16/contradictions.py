"""What the wire says about claims of OCPP 1.6 that are made for either role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.case.claims.model import Against, Exchange, Mismatch

TRIGGERS: Final = {
    "MeterValues": "features.trigger.meter_values",
    "Heartbeat": "features.trigger.heartbeat",
    "StatusNotification": "features.trigger.status_notification",
    "DiagnosticsStatusNotification": "features.trigger.diagnostics_status",
    "FirmwareStatusNotification": "features.trigger.firmware_status",
    "BootNotification": "features.trigger.boot_notification",
}
PROFILE_OF: Final = {
    "ReserveNow": "profiles.reservation",
    "CancelReservation": "profiles.reservation",
    "SetChargingProfile": "profiles.smart_charging",
    "ClearChargingProfile": "profiles.smart_charging",
    "GetCompositeSchedule": "profiles.smart_charging",
    "SendLocalList": "profiles.local_auth_list",
    "GetLocalListVersion": "profiles.local_auth_list",
    "UpdateFirmware": "profiles.firmware_management",
    "GetDiagnostics": "profiles.firmware_management",
    "TriggerMessage": "profiles.remote_trigger",
}
"""Operations that belong to a feature profile."""


def data_transfer(against: Against, exchange: Exchange) -> Iterator[Mismatch]:
    """A vendorId that is understood, or is not, although it is claimed otherwise; for either role."""
    name = "features.data_transfer_vendor_ids"
    known = against.claim(name)
    if exchange.action != "DataTransfer" or known is None or exchange.answer is None:
        return
    vendor, status = exchange.asked.get("vendorId"), exchange.answer.get("status")
    listed = vendor in known
    if (status == "Accepted" and not listed) or (status == "UnknownVendorId" and listed):
        what = f"a DataTransfer with vendorId = {vendor} is answered with {status}"
        rule = "PICS-02" if listed else "PICS-01"
        yield against.made(rule, name, vendor, what, exchange.answer_seq, ("status",))
