"""What a charge point does and refuses, against what its vendor claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from harness.case.claims.model import Against, Conversation, Exchange, Mismatch, Path
from harness.v16.charge_point.claims.configuration import of_configuration
from harness.v16.contradictions import PROFILE_OF, TRIGGERS, data_transfer

_DEFAULT_MEASURAND: Final = "Energy.Active.Import.Register"
_DONE: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    "GetLocalListVersion": lambda answer: isinstance(version := answer.get("listVersion"), int) and version >= 0,
    "UpdateFirmware": lambda answer: True,
    "GetDiagnostics": lambda answer: "fileName" in answer,
}
"""Operations whose answer has no status: how to see that they are carried out."""


def of_station(against: Against, conversation: Conversation) -> Iterator[Mismatch]:
    """All contradictions of one trace."""
    for exchange in conversation.exchanges:
        if exchange.by == "csms":
            yield from _operation(against, exchange)
            yield from data_transfer(against, exchange)
            if exchange.action == "GetConfiguration" and exchange.answer is not None:
                yield from of_configuration(against, exchange)
        else:
            yield from _message(against, exchange)


def _operation(against: Against, exchange: Exchange) -> Iterator[Mismatch]:
    action, answer = exchange.action, exchange.answer
    profile = PROFILE_OF.get(action)
    if exchange.unsupported:
        what = f"{action} is answered with {exchange.refusal}"
        yield from against.claimed(profile or "profiles.core", exchange.refusal, what, exchange.answer_seq)
    if answer is None:
        return
    status, seq, path = answer.get("status"), exchange.answer_seq, ("status",) if "status" in answer else ()
    what = f"{action} is answered with {status}" if "status" in answer else f"{action} is carried out"
    if _DONE[action](answer) if action in _DONE else status == "Accepted":
        if profile is not None:
            yield from against.denied(profile, status or action, what, seq, path)
        yield from _accepted(against, exchange, path)
    trigger = TRIGGERS.get(str(exchange.asked.get("requestedMessage")))
    refused = {
        "SendLocalList": ("NotSupported", profile),
        "TriggerMessage": ("NotImplemented", trigger),
        "UnlockConnector": ("NotSupported", "hardware.connector_lock"),
    }.get(action)
    if refused and refused[0] == status and refused[1] and _is_there(against, exchange):
        yield from against.claimed(refused[1], status, what, seq, path)
    if action == "UnlockConnector" and status == "Unlocked":
        yield from against.denied("hardware.connector_lock", status, what, seq, path)


def _is_there(against: Against, exchange: Exchange) -> bool:
    """Whether the station may have the connector that was named, if any was."""
    connector, connectors = exchange.asked.get("connectorId"), against.claim("hardware.connectors")
    return connectors is None or not isinstance(connector, int) or connector <= connectors


def _accepted(against: Against, exchange: Exchange, path: Path) -> Iterator[Mismatch]:
    """What follows from an operation that is accepted as it was asked."""
    action, asked, seq = exchange.action, exchange.asked, exchange.answer_seq
    if action == "ReserveNow" and asked.get("connectorId") == 0:
        yield from against.denied("limits.reserve_connector_zero", True, "connector 0 can be reserved", seq, path)
    elif action == "ClearCache":
        yield from against.denied("features.auth_cache", "Accepted", "ClearCache is accepted", seq, path)
    elif action == "RemoteStartTransaction" and "connectorId" not in asked:
        what = "a RemoteStartTransaction without connectorId is accepted"
        yield from against.denied("features.remote_start_without_connector", True, what, seq, path)
    elif action == "TriggerMessage":
        message = str(asked.get("requestedMessage"))
        if message in TRIGGERS:
            yield from against.denied(TRIGGERS[message], message, f"{message} can be triggered", seq, path)
    elif action == "SetChargingProfile":
        yield from _charging_profile(against, asked.get("csChargingProfiles"), seq, path)
    elif action == "SendLocalList":
        length = _length(asked.get("localAuthorizationList"))
        yield from _beyond(
            against, "limits.send_local_list_max_length", length, "a list with so many entries", seq, path
        )


def _charging_profile(against: Against, profile: Any, seq: int, path: Path) -> Iterator[Mismatch]:
    profile = profile if isinstance(profile, dict) else {}
    schedule = profile.get("chargingSchedule")
    schedule = schedule if isinstance(schedule, dict) else {}
    level, unit = profile.get("stackLevel"), schedule.get("chargingRateUnit")
    if isinstance(level, int):
        yield from _beyond(against, "limits.charge_profile_max_stack_level", level, "stackLevel", seq, path)
    periods = _length(schedule.get("chargingSchedulePeriod"))
    yield from _beyond(against, "limits.charging_schedule_max_periods", periods, "number of periods", seq, path)
    units = against.claim("features.charging_rate_units")
    if units is not None and unit is not None and unit not in units:
        what = f"a charging profile in {unit} is accepted"
        yield against.made("PICS-01", "features.charging_rate_units", unit, what, seq, path)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _beyond(against: Against, name: str, value: int, what: str, seq: int, path: Path) -> Iterator[Mismatch]:
    limit = against.claim(name)
    if limit is not None and value > limit:
        yield against.made("PICS-03", name, value, f"{what} {value} is accepted", seq, path)


def _message(against: Against, exchange: Exchange) -> Iterator[Mismatch]:
    asked, seq = exchange.asked, exchange.seq
    if exchange.action == "BootNotification" and "firmwareVersion" in asked:
        version = asked["firmwareVersion"]
        what = f"a BootNotification has firmwareVersion = {version}"
        yield from against.differs("product.firmware_version", version, what, seq, ("firmwareVersion",))
    connector, connectors = asked.get("connectorId"), against.claim("hardware.connectors")
    if connectors is not None and isinstance(connector, int) and connector > connectors:
        what = f"{exchange.action} comes from connector {connector}"
        yield against.made("PICS-03", "hardware.connectors", connector, what, seq, ("connectorId",))
    yield from _measurands(against, exchange)


def _measurands(against: Against, exchange: Exchange) -> Iterator[Mismatch]:
    declared = against.claim("limits.measurands")
    member = {"MeterValues": "meterValue", "StopTransaction": "transactionData"}.get(exchange.action)
    if declared is None or member is None:
        return
    for path, sample in _samples(exchange.asked.get(member), member):
        measurand = sample.get("measurand", _DEFAULT_MEASURAND)
        if measurand not in declared:
            what = f"{exchange.action} has {measurand}"
            yield against.made("PICS-03", "limits.measurands", measurand, what, exchange.seq, path)


def _samples(meter_values: Any, member: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for outer, value in enumerate(meter_values if isinstance(meter_values, list) else ()):
        samples = value.get("sampledValue") if isinstance(value, dict) else None
        for inner, sample in enumerate(samples if isinstance(samples, list) else ()):
            if isinstance(sample, dict):
                yield (member, outer, "sampledValue", inner), sample
