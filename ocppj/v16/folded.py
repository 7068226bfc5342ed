"""The CiStrings of OCPP 1.6 (§2.2, §7.15): the same text in other letter case is the same value."""

from typing import Final

FOLDED: Final = frozenset(
    {
        "idTag",
        "parentIdTag",
        "key",
        "vendorId",
        "messageId",
        "chargePointVendor",
        "chargePointModel",
        "chargePointSerialNumber",
        "chargeBoxSerialNumber",
        "firmwareVersion",
        "iccid",
        "imsi",
        "meterType",
        "meterSerialNumber",
    }
)
"""The members of this type, by name."""
