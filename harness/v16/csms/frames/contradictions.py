"""What a back office does and refuses, against what its vendor claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from harness.case.claims.model import Against, Conversation, Exchange, Mismatch, Path
from harness.v16.contradictions import PROFILE_OF, TRIGGERS, data_transfer
from ocppj.evidence.trace import Entry

_FEATURE_OF: Final = {
    "UnlockConnector": "features.unlock_connector",
    "ClearCache": "features.clear_cache",
    "GetLocalListVersion": "features.local_list.get_version",
    "ClearChargingProfile": "features.smart.clear",
    "GetCompositeSchedule": "features.smart.composite",
    "UpdateFirmware": "features.firmware.plain",
    "SignedUpdateFirmware": "features.firmware.signed",
    "GetDiagnostics": "features.diagnostics",
    "GetLog": "features.security_log",
}
_PURPOSES: Final = {
    "TxDefaultProfile": "features.smart.tx_default",
    "TxProfile": "features.smart.tx",
    "ChargePointMaxProfile": "features.smart.max",
}
_UPDATES: Final = {"Full": "features.local_list.full", "Differential": "features.local_list.differential"}
_ANSWERED: Final = {
    "FirmwareStatusNotification": "profiles.firmware_management",
    "DiagnosticsStatusNotification": "profiles.firmware_management",
    "SignedFirmwareStatusNotification": "features.firmware.signed",
    "LogStatusNotification": "features.security_log",
}
"""Messages of a station that a back office has to take once it claims what they report."""
_CORE: Final = frozenset(
    {
        "Authorize",
        "BootNotification",
        "DataTransfer",
        "Heartbeat",
        "MeterValues",
        "StartTransaction",
        "StatusNotification",
        "StopTransaction",
    }
)
_TLS: Final = re.compile(r"TLS (1\.\d)")


def of_csms(against: Against, conversation: Conversation) -> Iterator[Mismatch]:
    """All contradictions of one trace."""
    for exchange in conversation.exchanges:
        if exchange.by == "csms":
            yield from _operation(against, exchange, conversation.connectors)
        else:
            yield from _answer(against, exchange)
            yield from data_transfer(against, exchange)
    for entry in conversation.entries:
        if entry.kind == "handshake" and entry.direction == "csms->station":
            yield from _tls(against, entry)


def _operation(against: Against, exchange: Exchange, connectors: int) -> Iterator[Mismatch]:
    asked = exchange.asked
    for name, path in _used(exchange.action, asked, connectors):
        shown = exchange.action if not path else f"{exchange.action} with {path[-1]} = {_at(asked, path)}"
        yield from against.denied(name, shown, f"the back office sends {shown}", exchange.seq, path)
    if exchange.action == "ChangeConfiguration" and asked.get("key") == "SecurityProfile":
        profiles = against.claim("security.profiles")
        value = str(asked.get("value"))
        if profiles is not None and value not in map(str, profiles):
            what = f"the back office switches a station to security profile {value}"
            yield against.made("PICS-01", "security.profiles", value, what, exchange.seq, ("value",))


def _used(action: str, asked: dict[str, Any], connectors: int) -> Iterator[tuple[str, Path]]:
    """The questions that a CALL answers with yes, and the member that does."""
    for table in (PROFILE_OF, _FEATURE_OF):
        if action in table:
            yield table[action], ()
    connector = asked.get("connectorId")
    unknown = isinstance(connector, int) and connector > connectors
    if action == "ReserveNow":
        if connector == 0:
            yield "features.reservation_connector_zero", ("connectorId",)
        if "parentIdTag" in asked:
            yield "features.reservation_parent", ("parentIdTag",)
    elif action == "RemoteStartTransaction" and "chargingProfile" in asked:
        yield "features.smart.remote_start_profile", ("chargingProfile",)
    elif action == "SetChargingProfile":
        yield from _listed(_PURPOSES, asked, ("csChargingProfiles", "chargingProfilePurpose"))
    elif action == "SendLocalList":
        yield from _listed(_UPDATES, asked, ("updateType",))
    elif action == "TriggerMessage":
        yield from _listed(TRIGGERS, asked, ("requestedMessage",))
        if unknown:
            yield "features.trigger_unknown_connector", ("connectorId",)
    elif action == "UnlockConnector" and unknown:
        yield "features.unlock_unknown_connector", ("connectorId",)
    elif action == "GetConfiguration":
        some = bool(asked.get("key"))
        yield f"features.get_configuration_{'some' if some else 'all'}", ("key",) if some else ()


def _listed(table: dict[str, str], asked: dict[str, Any], path: Path) -> Iterator[tuple[str, Path]]:
    name = table.get(str(_at(asked, path)))
    if name is not None:
        yield name, path


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _answer(against: Against, exchange: Exchange) -> Iterator[Mismatch]:
    action = exchange.action
    if exchange.unsupported:
        name = "profiles.core" if action in _CORE else _ANSWERED.get(action)
        if name is not None:
            what = f"the back office answers {action} with {exchange.refusal}"
            yield from against.claimed(name, exchange.refusal, what, exchange.answer_seq)
    if action != "BootNotification" or exchange.answer is None:
        return
    status, interval = exchange.answer.get("status"), exchange.answer.get("interval")
    if status in ("Pending", "Rejected"):
        what = f"a BootNotification is answered with {status}"
        yield from against.denied("features.boot_pending", status, what, exchange.answer_seq, ("status",))
    elif status == "Accepted":
        what = f"a BootNotification is answered with interval = {interval}"
        name = "features.heartbeat_interval_s"
        yield from against.differs(name, interval, what, exchange.answer_seq, ("interval",))


def _tls(against: Against, entry: Entry) -> Iterator[Mismatch]:
    declared = against.claim("security.tls_versions")
    match = _TLS.match(entry.text)
    if declared is None or match is None or any(match[1] in version for version in declared):
        return
    what = f"the back office agrees on TLS {match[1]}"
    yield against.made("PICS-01", "security.tls_versions", match[1], what, entry.seq)
