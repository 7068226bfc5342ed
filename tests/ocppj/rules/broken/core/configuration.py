"""Configuration keys (catalogue chapter 10)."""

from typing import Final

from ocppj.v16.rules.core.keys import CORE
from tests.ocppj.rules.broken.model import Breach, after, told
from tests.ocppj.rules.broken.said import asks_for, change

OTHERS: Final = (
    "AuthorizeRemoteTxRequests",
    "GetConfigurationMaxKeys",
    "NumberOfConnectors",
    "SupportedFeatureProfiles",
    "UnlockConnectorOnEVSideDisconnect",
)
ALL: Final = {
    **dict.fromkeys(sorted(CORE.writable), "1"),
    **dict.fromkeys(OTHERS, "!2"),
    "SupportedFeatureProfiles": "!Core",
}
"""Every key that a station of Core has."""
SMART: Final = {
    "ChargeProfileMaxStackLevel": "!1",
    "ChargingScheduleAllowedChargingRateUnit": "!current, Power",
    "ChargingScheduleMaxPeriods": "!1",
    "MaxChargingProfilesInstalled": "!1",
}
PROFILES: Final = {"SupportedFeatureProfiles": "!Core, SmartCharging"}

BREACHES: Final = (
    Breach(
        "CFG-01",
        "nothing is said of a key that was asked for",
        asks_for("HeartbeatInterval", "x", heartbeatinterval="60", unknown=("X",)),
        asks_for("HeartbeatInterval", "x", heartbeatinterval="60"),
    ),
    Breach(
        "CFG-01",
        "a key is told that nobody asked for",
        asks_for("A", A="1"),
        asks_for("A", A="1", B="2"),
    ),
    Breach("CFG-01", "a key is known and unknown", asks_for("A", "B", A="1", unknown=("B",)),
           asks_for("A", A="1", unknown=("a",))),
    Breach("CFG-01", "a key is unknown that nobody named", asks_for(**ALL), asks_for(**ALL, unknown=("x",))),
    Breach(
        "CFG-02",
        "3 keys are asked for where GetConfigurationMaxKeys is 2",
        after(told(GetConfigurationMaxKeys="2"), asks_for("A", "B", unknown=("A", "B"))),
        after(told(GetConfigurationMaxKeys="2"), asks_for("A", "B", "C", unknown=("A",))),
    ),
    Breach(
        "CFG-03",
        "a key that is read-only is changed",
        after(told(NumberOfConnectors="2"), change("NumberOfConnectors", "3", "Rejected")),
        after(told(NumberOfConnectors="2"), change("NumberOfConnectors", "3", "RebootRequired")),
    ),
    Breach(
        "CFG-03",
        "a key that was told is NotSupported",
        after(told(HeartbeatInterval="60"), change("heartbeatinterval", "-1", "Rejected")),
        after(told(HeartbeatInterval="60"), change("heartbeatinterval", "-1", "NotSupported")),
    ),
    Breach(
        "CFG-04",
        "a value that was Accepted does not read back",
        after(change("HeartbeatInterval", "060"), asks_for("HeartbeatInterval", HeartbeatInterval="60")),
        after(change("HeartbeatInterval", "060"), asks_for("HeartbeatInterval", HeartbeatInterval="600")),
    ),
    Breach(
        "CFG-05",
        "a key of Core is missing",
        asks_for(**ALL),
        asks_for(**{key: value for key, value in ALL.items() if key != "ConnectionTimeOut"}),
    ),
    Breach(
        "CFG-05",
        "a key of smart charging is missing, which SupportedFeatureProfiles has",
        asks_for(**{**ALL, **PROFILES, **SMART}),
        asks_for(**{**ALL, **PROFILES}),
    ),
    Breach(
        "CFG-05",
        "a key cannot be written that has to be",
        asks_for("HeartbeatInterval", HeartbeatInterval="60"),
        asks_for("HeartbeatInterval", HeartbeatInterval="!60"),
    ),
    Breach(
        "CFG-08",
        "the AuthorizationKey is told",
        asks_for("AuthorizationKey", AuthorizationKey=""),
        asks_for("AuthorizationKey", AuthorizationKey="0001020304050607"),
    ),
    Breach(
        "CFG-09",
        "SFTP among the protocols",
        asks_for("SupportedFileTransferProtocols", SupportedFileTransferProtocols="!FTP, HTTPS"),
        asks_for("SupportedFileTransferProtocols", SupportedFileTransferProtocols="!FTP,SFTP"),
    ),
    Breach(
        "CFG-10",
        "A among the units",
        asks_for("ChargingScheduleAllowedChargingRateUnit", ChargingScheduleAllowedChargingRateUnit="!Current,Power"),
        asks_for("ChargingScheduleAllowedChargingRateUnit", ChargingScheduleAllowedChargingRateUnit="!A"),
    ),
)  # fmt: skip
