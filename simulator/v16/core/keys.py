"""The configuration keys of the Core profile (1.6 §9.1 with errata; rules CFG-05 to CFG-07, MV-05)."""

from __future__ import annotations

from simulator.hardware.make import Facts
from simulator.v16.core.configuration import Key
from simulator.v16.core.measurands import MEASURANDS, listable

_PHASE_ROTATIONS = ("NotApplicable", "RST", "RTS", "SRT", "STR", "TRS", "TSR", "Unknown")
_DAY = 86_400  # seconds; an interval beyond it is no use, and a heartbeat a day is the least (rule CON-15)


def core_keys(facts: Facts) -> tuple[Key, ...]:
    """The keys of the Core profile for a station of this make."""
    return (*_switches(facts), *_intervals(), *_metering(facts), *_numbers(facts))


def _switches(facts: Facts) -> tuple[Key, ...]:
    return (
        Key("AllowOfflineTxForUnknownId", "RW", "boolean", "false"),
        Key("AuthorizationCacheEnabled", "RW", "boolean", "true"),
        Key("AuthorizeRemoteTxRequests", "RW", "boolean", "true"),
        Key("LocalAuthorizeOffline", "RW", "boolean", "true"),
        Key("LocalPreAuthorize", "RW", "boolean", "false"),
        Key("StopTransactionOnEVSideDisconnect", "RW", "boolean", "true"),
        Key("StopTransactionOnInvalidId", "RW", "boolean", "true"),
        # There is nothing to unlock on a fixed cable (errata 3.84, 3.85).
        Key("UnlockConnectorOnEVSideDisconnect", "RW", "boolean", "true")
        if any(outlet.lock for outlet in facts.outlets)
        else Key("UnlockConnectorOnEVSideDisconnect", "R", "boolean", "false"),
    )


def _intervals() -> tuple[Key, ...]:
    """All in seconds."""
    return (
        Key("ClockAlignedDataInterval", "RW", "integer", "0", limit=_DAY),
        Key("ConnectionTimeOut", "RW", "integer", "120", limit=_DAY),
        Key("HeartbeatInterval", "RW", "integer", "300", minimum=1, limit=_DAY),
        Key("MessageTimeout", "RW", "integer", "30", minimum=1, limit=3600),  # erratum 3.83
        Key("MeterValueSampleInterval", "RW", "integer", "60", limit=_DAY),
        Key("MinimumStatusDuration", "RW", "integer", "0", limit=3600),
        Key("TransactionMessageRetryInterval", "RW", "integer", "60", limit=_DAY),
        Key("WebSocketPingInterval", "RW", "integer", "0", limit=_DAY),
    )


def _metering(facts: Facts) -> tuple[Key, ...]:
    common = min(0 if outlet.direct else outlet.phases for outlet in facts.outlets)  # phases that every meter has
    known = frozenset(MEASURANDS) if facts.measurands is None else facts.measurands
    allowed = listable(common, known)
    usual = ("Energy.Active.Import.Register", "Power.Active.Import")
    lists = {
        "MeterValuesAlignedData": usual[0],
        "MeterValuesSampledData": ",".join(name for name in usual if name in allowed),
        "StopTxnAlignedData": "",
        "StopTxnSampledData": "",
    }
    length = len(known)
    return (
        *(Key(name, "RW", "list", first, limit=length, allowed=allowed) for name, first in lists.items()),
        *(Key(f"{name}MaxLength", "R", "integer", str(length)) for name in lists),
        Key("MaxEnergyOnInvalidId", "RW", "integer", "0", limit=1_000_000),  # Wh
    )


def _numbers(facts: Facts) -> tuple[Key, ...]:
    connectors = range(facts.connectors + 1)
    ids = "|".join(map(str, connectors))
    return (
        Key("BlinkRepeat", "RW", "integer", "3", limit=100),
        Key(
            "ConnectorPhaseRotation",
            "RW",
            "list",
            ",".join(f"{number}.RST" for number in connectors),
            limit=len(connectors),
            pattern=rf"({ids})\.({'|'.join(_PHASE_ROTATIONS)})",
            reboot=True,  # it says how the meters are wired, which they learn when they start
        ),
        Key("ConnectorPhaseRotationMaxLength", "R", "integer", str(len(connectors))),
        Key("GetConfigurationMaxKeys", "R", "integer", "100"),
        Key("LightIntensity", "RW", "integer", "100", limit=100),  # percent
        Key("NumberOfConnectors", "R", "integer", str(facts.connectors)),
        Key("ResetRetries", "RW", "integer", "1", limit=100),
        Key("TransactionMessageAttempts", "RW", "integer", "3", limit=100),
    )
