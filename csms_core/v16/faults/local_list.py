"""Faults of the Local Authorization List Management profile (OCPP 1.6 §5.10, §5.15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from csms_core.faults.edits import call_of, fault, put, replace, says, silence
from csms_core.faults.model import Fault, Outgoing


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    version, send = call_of("GetLocalListVersion"), call_of("SendLocalList")
    full = call_of("SendLocalList", says("updateType", "Full"))
    differential = call_of("SendLocalList", says("updateType", "Differential"))
    yield fault("get-local-list-version-not-sent", "GetLocalListVersion is not sent.", version, silence)
    yield fault(
        "get-local-list-version-with-extra-member",
        "GetLocalListVersion has a member the schema does not know.",
        version,
        replace({"listVersion": 1}),
    )
    yield fault("send-local-list-not-sent", "SendLocalList is not sent.", send, silence)
    yield fault(
        "send-local-list-full-as-differential",
        "A Full list is sent as Differential.",
        full,
        put("updateType", "Differential"),
    )
    yield fault(
        "send-local-list-differential-as-full",
        "A Differential update is sent as Full.",
        differential,
        put("updateType", "Full"),
    )
    for kind, where in (("full", full), ("differential", differential)):
        yield fault(
            f"send-local-list-{kind}-without-info",
            f"No entry of a {kind.capitalize()} list has an idTagInfo.",
            where,
            put("localAuthorizationList", _without_info),
        )
    yield fault(
        "send-local-list-blocked",
        "Every entry of a list is Blocked.",
        send,
        put(
            "localAuthorizationList",
            lambda message: [{**entry, "idTagInfo": {"status": "Blocked"}} for entry in _entries(message)],
        ),
    )
    yield fault(
        "send-local-list-differential-with-more",
        "A Differential update names a tag nobody chose.",
        differential,
        put("localAuthorizationList", _with_more),
    )
    yield fault(
        "send-local-list-differential-wrong-tag",
        "A Differential update names another idTag.",
        differential,
        put("localAuthorizationList", lambda message: [{**entry, "idTag": "WRONG-TAG"} for entry in _entries(message)]),
    )
    yield fault(
        "send-local-list-same-version",
        "Every Differential update has the listVersion 1.",
        differential,
        put("listVersion", 1),
    )
    yield fault("send-local-list-version-0", "Every list has the listVersion 0.", send, put("listVersion", 0))
    yield fault(
        "full-list-after-mismatch-not-sent",
        "A Differential update that failed is not followed by the Full list.",
        call_of("SendLocalList", says("updateType", "Full"), _after_mismatch),
        silence,
    )


def _after_mismatch(message: Outgoing) -> bool:
    for past in reversed(message.history):
        if past.action == "SendLocalList" and past.kind == "result":
            return bool(past.payload.get("status") in ("Failed", "VersionMismatch"))
    return False


def _entries(message: Outgoing) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = message.payload.get("localAuthorizationList", [])
    return entries


def _without_info(message: Outgoing) -> list[dict[str, Any]]:
    return [{"idTag": entry["idTag"]} for entry in _entries(message)]


def _with_more(message: Outgoing) -> list[dict[str, Any]]:
    return [*_entries(message), {"idTag": "NOT-CHOSEN", "idTagInfo": {"status": "Accepted"}}]
