"""Faults of configuration keys (OCPP 1.6 §5.3, §5.8, §9)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault, Message, Payload
from simulator.faults.words import Change, answered, operation, pretended, put

_ENTRIES = "configurationKey"
_READ_ONLY = "readonly"


def faults() -> Iterator[Fault]:
    """The faults of these sections."""
    get, change = "GetConfiguration", "ChangeConfiguration"
    yield operation("keys-not-told", "GetConfiguration names no key.", get, answered(put(_ENTRIES, [])))
    yield operation(
        "keys-missing",
        "GetConfiguration leaves out every other key.",
        get,
        answered(put(_ENTRIES, lambda all: all[1::2])),
    )
    yield operation(
        "keys-unknown",
        "GetConfiguration says of every key it tells that it does not know it.",
        get,
        answered(_unknown),
    )
    yield operation(
        "keys-read-only", "GetConfiguration says that every key is read-only.", get, answered(_access(True))
    )
    yield operation(
        "keys-writable", "GetConfiguration says that every key can be written.", get, answered(_access(False))
    )
    yield operation(
        "change-configuration-rejected", "ChangeConfiguration is always Rejected.", change, pretended(status="Rejected")
    )
    yield operation(
        "change-configuration-undone",
        "ChangeConfiguration is Accepted, and the key keeps its value.",
        change,
        pretended(status="Accepted"),
    )
    yield operation(
        "change-configuration-accepts-everything",
        "ChangeConfiguration is Accepted also when it should not be.",
        change,
        answered(put("status", "Accepted")),
    )


def _unknown(_: Message, payload: Payload) -> Payload:
    return {**payload, "unknownKey": [entry["key"] for entry in payload[_ENTRIES]]}


def _access(read_only: bool) -> Change:
    def change(_: Message, payload: Payload) -> Payload:
        return {**payload, _ENTRIES: [{**entry, _READ_ONLY: read_only} for entry in payload[_ENTRIES]]}

    return change
