"""Rules of configuration keys and of data transfers, broken (OCPP 1.6 §5.3, §5.6, §5.8; CFG-01 to CFG-08, DT-01)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.faults.model import Fault, Message, Operate, Payload
from simulator.faults.words import answered, drop, operation, put
from simulator.wire.operations import Answer

_GET, _CHANGE = "GetConfiguration", "ChangeConfiguration"
_ENTRIES, _UNKNOWN = "configurationKey", "unknownKey"
_PASSWORD, _UNLOCKS = "AuthorizationKey", "UnlockConnectorOnEVSideDisconnect"


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    yield operation("unknown-keys-untold", "GetConfiguration names no unknown keys.", _GET, answered(drop(_UNKNOWN)))
    yield Fault(
        "refused-values-told",
        "GetConfiguration tells a value that ChangeConfiguration has refused.",
        answers={_CHANGE: _tried, _GET: _told},
    )
    yield operation(
        "password-told",
        "GetConfiguration tells a value of AuthorizationKey.",
        _GET,
        answered(_with_password),
    )
    yield operation(
        "unlock-key-true",
        "UnlockConnectorOnEVSideDisconnect is told as true whatever it is.",
        _GET,
        answered(_unlocks),
    )
    yield operation(
        "data-transfer-with-data",
        "A DataTransfer that is refused is answered with data.",
        "DataTransfer",
        answered(put("data", "nothing is known of this vendor")),
    )


def _tried(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    if answer.payload["status"] not in ("Accepted", "RebootRequired"):
        message.memory[message.payload["key"]] = message.payload["value"]
    return answer


def _told(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    refused: dict[str, Any] = message.memory
    entries = [
        {**entry, "value": refused[entry["key"]]} if entry["key"] in refused else entry
        for entry in answer.payload[_ENTRIES]
    ]
    unknown = answer.payload.get(_UNKNOWN, [])
    entries += [{"key": name, "readonly": False, "value": refused[name]} for name in unknown if name in refused]
    payload: Payload = {_ENTRIES: entries}
    if left := [name for name in unknown if name not in refused]:
        payload[_UNKNOWN] = left
    return Answer(payload, answer.then)


def _with_password(message: Message, payload: Payload) -> Payload:
    if _PASSWORD not in message.payload.get("key", [_PASSWORD]):
        return payload
    others = [entry for entry in payload[_ENTRIES] if entry["key"] != _PASSWORD]
    told = {"key": _PASSWORD, "readonly": False, "value": "not-the-real-password"}
    return {_ENTRIES: [*others, told]}


def _unlocks(_: Message, payload: Payload) -> Payload:
    entries = [{**one, "value": "true"} if one["key"] == _UNLOCKS else one for one in payload[_ENTRIES]]
    return {**payload, _ENTRIES: entries}
