"""Faults of the Local Authorization List Management profile (OCPP 1.6 §5.10, §5.15)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault
from simulator.faults.words import answered, operation, pretended, put


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    send = "SendLocalList"
    yield operation(
        "list-version-wrong",
        "GetLocalListVersion says one more than it is.",
        "GetLocalListVersion",
        answered(put("listVersion", lambda version: version + 1)),
    )
    yield operation("send-list-fails", "SendLocalList always says Failed.", send, pretended(status="Failed"))
    yield operation(
        "send-list-undone", "SendLocalList is Accepted, and the list is as before.", send, pretended(status="Accepted")
    )
    yield operation(
        "send-list-accepts-everything",
        "SendLocalList is Accepted also when it should not be.",
        send,
        answered(put("status", "Accepted")),
    )
