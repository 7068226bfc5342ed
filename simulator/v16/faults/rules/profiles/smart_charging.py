"""Rules of what charging profiles are for and how long they are kept, broken (OCPP 1.6 §3.13.1, §5.16; SC-01 to 17)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from simulator.faults.model import Fault, Message, Operate, Payload
from simulator.faults.words import misheard, operation, override, pretended
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.parts import Parts
from simulator.v16.profiles.smart_charging import SmartCharging
from simulator.v16.schedules import EMPTY
from simulator.wire.operations import Answer

_SET = "SetChargingProfile"
_PROFILE = "csChargingProfiles"
_DEFAULT = "TxDefaultProfile"


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    for name, sentence, when in (
        ("station-maximum-ignored", "A ChargePointMaxProfile is Accepted and ignored.", _is_maximum),
        ("station-default-ignored", "A TxDefaultProfile of the station is Accepted and ignored.", _is_of_station),
        (
            "connector-default-ignored",
            "A TxDefaultProfile of a connector is Accepted and ignored.",
            _is_of_connector,
        ),
        (
            "default-for-later-only",
            "A TxDefaultProfile is Accepted and ignored while a transaction runs.",
            _is_default_while_charging,
        ),
        (
            "remote-profile-stays",
            "A TxProfile is Accepted and ignored when the transaction began with one.",
            _has_begun_with_one,
        ),
    ):
        yield operation(name, sentence, _SET, pretended(when, status="Accepted"))
    yield operation(
        "default-for-all",
        "A TxDefaultProfile of a connector is taken for one of the station.",
        _SET,
        misheard(_at_station, lambda message: _purpose(message) == _DEFAULT),
    )
    yield operation(
        "refused-profile-kept", "A profile that is Rejected is kept as a TxDefaultProfile.", _SET, _keeps_refused
    )
    yield operation(
        "valid-profile-refused",
        "A TxProfile with validTo is Rejected.",
        _SET,
        pretended(lambda message: "validTo" in message.payload[_PROFILE], status="Rejected"),
    )
    yield operation(
        "ampere-refused",
        "A schedule in ampere is Rejected.",
        _SET,
        pretended(lambda message: _unit(message) == "A", status="Rejected"),
    )
    yield operation(
        "clear-stops-transaction",
        "ClearChargingProfile stops the transactions that run.",
        "ClearChargingProfile",
        _stops,
    )
    yield override("profiles-forgotten-at-boot", "A boot forgets all charging profiles.", SmartCharging, _Forgets)
    yield override("tx-profile-endless", "A TxProfile is kept for the next transaction.", SmartCharging, _KeepsAll)


def _purpose(message: Message) -> str:
    return str(message.payload[_PROFILE]["chargingProfilePurpose"])


def _unit(message: Message) -> str:
    return str(message.payload[_PROFILE]["chargingSchedule"]["chargingRateUnit"])


def _is_maximum(message: Message) -> bool:
    return _purpose(message) == "ChargePointMaxProfile"


def _is_of_station(message: Message) -> bool:
    return _purpose(message) == _DEFAULT and message.payload["connectorId"] == 0


def _is_of_connector(message: Message) -> bool:
    return _purpose(message) == _DEFAULT and message.payload["connectorId"] != 0


def _running(message: Message) -> list[Transaction]:
    connectors = cast("Parts", message.base).connectors.values()
    return [one.transaction for one in connectors if one.transaction is not None]


def _is_default_while_charging(message: Message) -> bool:
    return _purpose(message) == _DEFAULT and bool(_running(message))


def _has_begun_with_one(message: Message) -> bool:
    return _purpose(message) == "TxProfile" and any(one.profile is not None for one in _running(message))


def _at_station(_: Message, payload: Payload) -> Payload:
    return {**payload, "connectorId": 0}


def _keeps_refused(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    if answer.payload["status"] == "Rejected":
        profile = {**message.payload[_PROFILE], "chargingProfilePurpose": _DEFAULT}
        profile.pop("transactionId", None)
        operate({**message.payload, _PROFILE: profile})
    return answer


def _stops(message: Message, operate: Operate) -> Answer:
    cast("Parts", message.base).sessions.stop_all("Other")
    return operate(message.payload)


class _Forgets(SmartCharging):
    __slots__ = ()

    def power_on(self) -> None:
        self._keep(EMPTY)
        super().power_on()


class _KeepsAll(SmartCharging):
    __slots__ = ()

    def transaction_stopped(self, connector: Connector, transaction: Transaction) -> None:
        self._apply()
