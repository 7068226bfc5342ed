"""The variables of a station of a make: those its messages need, by component (P2 chapter 3; appendices 3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from simulator.hardware.make import Facts
from simulator.v201.core.measurands import MEASURANDS
from simulator.v201.device_model.variables import LONGEST_VALUE, Mutability, Place, Type, Variable

HEARTBEAT_INTERVAL: Final = "OCPPCommCtrlr.HeartbeatInterval"
MESSAGE_TIMEOUT: Final = "OCPPCommCtrlr.MessageTimeout[Default]"
PING_INTERVAL: Final = "OCPPCommCtrlr.WebSocketPingInterval"
PASSWORD: Final = "SecurityCtrlr.BasicAuthPassword"
SECURITY_PROFILE: Final = "SecurityCtrlr.SecurityProfile"

START_POINTS: Final = ("Authorized", "EnergyTransfer", "EVConnected", "PowerPathClosed")
"""Values of TxStartPoint and TxStopPoint of a station that has no detector of its parking bay and signs no data."""

ITEMS: Final = 50
"""How many variables the station takes in one message, and puts into a NotifyReport."""

_DAY = 86_400
_YEAR = 366 * _DAY
_REGISTER = "Energy.Active.Import.Register"


def standard(facts: Facts, identity: Mapping[str, str]) -> Iterator[Variable]:
    """All variables; `identity` are the members of the chargingStation of BootNotification."""
    measurands = tuple(sorted(MEASURANDS if facts.measurands is None else facts.measurands & MEASURANDS.keys()))
    yield from _comm()
    yield from _auth()
    yield from _tx()
    yield from _metering("SampledDataCtrlr")
    yield from _sampled(measurands)
    yield from _metering("AlignedDataCtrlr")
    yield from _aligned(measurands)
    yield from _clock()
    yield from _security()
    yield from _device_data()
    yield from _hardware(facts, identity)


def _read(component: str, variable: str, type: Type, value: str, instance: str | None = None) -> Variable:
    """A fact of the make."""
    return Variable(Place(component, variable, instance), "ReadOnly", type, value, constant=True)


def _flag(component: str, variable: str, value: bool, mutability: Mutability = "ReadWrite") -> Variable:
    return Variable(Place(component, variable), mutability, "boolean", str(value).lower())


def _number(
    component: str,
    variable: str,
    value: int,
    *,
    unit: str | None = None,
    least: int = 0,
    most: int = _YEAR,
    instance: str | None = None,
) -> Variable:
    place = Place(component, variable, instance)
    return Variable(place, "ReadWrite", "integer", str(value), unit, float(least), float(most))


def _comm() -> Iterator[Variable]:
    name = "OCPPCommCtrlr"
    yield _number(name, "HeartbeatInterval", 300, unit="s", least=1, most=_DAY)
    yield _number(name, "MessageTimeout", 30, unit="s", least=1, most=3600, instance="Default")
    yield _number(name, "MessageAttempts", 3, least=1, most=100, instance="TransactionEvent")
    yield _number(name, "MessageAttemptInterval", 60, unit="s", most=_DAY, instance="TransactionEvent")
    yield _number(name, "WebSocketPingInterval", 60, unit="s", most=_DAY)
    yield _number(name, "OfflineThreshold", 60, unit="s")
    yield _number(name, "RetryBackOffWaitMinimum", 5, unit="s", least=1, most=3600)
    yield _number(name, "RetryBackOffRandomRange", 2, unit="s", most=3600)
    yield _number(name, "RetryBackOffRepeatTimes", 5, most=20)
    yield _flag(name, "UnlockOnEVSideDisconnect", True)


def _auth() -> Iterator[Variable]:
    name = "AuthCtrlr"
    yield _flag(name, "Enabled", True)
    yield _flag(name, "AuthorizeRemoteStart", False)
    yield _flag(name, "LocalAuthorizeOffline", True)
    yield _flag(name, "LocalPreAuthorize", False)
    yield _flag(name, "OfflineTxForUnknownIdEnabled", False)
    yield Variable(Place(name, "MasterPassGroupId"), "ReadWrite", "string", maximum=36.0)
    name = "AuthCacheCtrlr"
    yield _read(name, "Available", "boolean", "true")
    yield _flag(name, "Enabled", True)
    yield _number(name, "LifeTime", 30 * _DAY, unit="s", least=1)
    yield _flag(name, "DisablePostAuthorize", False)


def _tx() -> Iterator[Variable]:
    name = "TxCtrlr"
    yield _number(name, "EVConnectionTimeOut", 60, unit="s", least=1, most=_DAY)
    yield _flag(name, "StopTxOnEVSideDisconnect", True, "ReadOnly")
    yield _flag(name, "StopTxOnInvalidId", True)
    for variable, value in (("TxStartPoint", "Authorized,EVConnected"), ("TxStopPoint", "EVConnected")):
        yield Variable(Place(name, variable), "ReadWrite", "MemberList", value, minimum=1.0, values=START_POINTS)


def _metering(name: str) -> Iterator[Variable]:
    yield _read(name, "Available", "boolean", "true")
    yield _flag(name, "Enabled", True)


def _measurands(name: str, variable: str, known: tuple[str, ...], value: str = _REGISTER) -> Variable:
    return Variable(Place(name, variable), "ReadWrite", "MemberList", value, values=known)


def _sampled(known: tuple[str, ...]) -> Iterator[Variable]:
    name = "SampledDataCtrlr"
    yield _measurands(name, "TxStartedMeasurands", known)
    yield _measurands(name, "TxUpdatedMeasurands", known)
    yield _measurands(name, "TxEndedMeasurands", known)
    yield _number(name, "TxUpdatedInterval", 60, unit="s", most=_DAY)
    yield _number(name, "TxEndedInterval", 0, unit="s", most=_DAY)


def _aligned(known: tuple[str, ...]) -> Iterator[Variable]:
    name = "AlignedDataCtrlr"
    yield _measurands(name, "Measurands", known)
    yield _measurands(name, "TxEndedMeasurands", known)
    yield _number(name, "Interval", 0, unit="s", most=_DAY)
    yield _number(name, "TxEndedInterval", 0, unit="s", most=_DAY)
    yield _flag(name, "SendDuringIdle", False)


def _clock() -> Iterator[Variable]:
    name = "ClockCtrlr"
    yield Variable(Place(name, "DateTime"), "ReadOnly", "dateTime", live=True)
    yield Variable(Place(name, "TimeSource"), "ReadOnly", "SequenceList", "Heartbeat", values=("Heartbeat",))


def _security() -> Iterator[Variable]:
    name = "SecurityCtrlr"
    yield Variable(Place(name, "BasicAuthPassword"), "WriteOnly", "string", minimum=16.0, maximum=40.0)
    yield Variable(Place(name, "Identity"), "ReadOnly", "string", live=True)
    yield Variable(Place(name, "SecurityProfile"), "ReadOnly", "integer", live=True, minimum=0.0, maximum=3.0)


def _device_data() -> Iterator[Variable]:
    name = "DeviceDataCtrlr"
    for message in ("GetReport", "GetVariables", "SetVariables"):
        yield _read(name, "ItemsPerMessage", "integer", str(ITEMS), message)
        yield _read(name, "BytesPerMessage", "integer", str(1 << 20), message)
    yield _read(name, "ConfigurationValueSize", "integer", str(LONGEST_VALUE))
    yield _read(name, "ReportingValueSize", "integer", "2500")


_STATES = ("Available", "Occupied", "Unavailable", "Faulted")
_OF_BOOT: Final[Mapping[str, str]] = {
    "model": "Model",
    "vendorName": "VendorName",
    "serialNumber": "SerialNumber",
    "firmwareVersion": "FirmwareVersion",
}


def _hardware(facts: Facts, identity: Mapping[str, str]) -> Iterator[Variable]:
    yield from _part("ChargingStation", None, None, facts.phases)
    for member, variable in _OF_BOOT.items():
        if member in identity:
            yield _read("ChargingStation", variable, "string", identity[member])
    for number, outlet in enumerate(facts.outlets, 1):
        phases = 0 if outlet.direct else outlet.phases
        yield from _part("EVSE", number, None, phases)
        yield Variable(Place("EVSE", "AllowReset", evse=number), "ReadOnly", "boolean", "true", constant=True)
        power = Place("EVSE", "Power", evse=number)
        yield Variable(power, "ReadOnly", "decimal", unit="W", minimum=0.0, maximum=outlet.power, live=True)
        yield from _part("Connector", number, 1, phases)
        plug = Place("Connector", "ConnectorType", evse=number, connector=1)
        yield Variable(plug, "ReadOnly", "string", outlet.plug or "Unknown", constant=True)


def _part(component: str, evse: int | None, connector: int | None, phases: int) -> Iterator[Variable]:
    def place(variable: str) -> Place:
        return Place(component, variable, evse=evse, connector=connector)

    yield Variable(place("Available"), "ReadOnly", "boolean", "true", constant=True)
    yield Variable(place("AvailabilityState"), "ReadOnly", "OptionList", values=_STATES, live=True)
    yield Variable(place("SupplyPhases"), "ReadOnly", "integer", str(phases), constant=True)
