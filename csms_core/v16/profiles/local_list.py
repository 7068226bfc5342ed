"""Local Authorization List Management: versions, updates, and what follows a refused one (OCPP 1.6 §5.10, §5.15)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.exchanges import Exchange, books
from csms_core.hub.handling.answers import is_accepted, status_of
from csms_core.hub.registry import Payload, Registry, Request
from csms_core.store import tags
from csms_core.store.ids import LARGEST
from csms_core.v16.store import configuration, local_lists
from csms_core.v16.store.local_lists import Entries

registry = Registry()

MAX_ENTRIES = 1000
"""Entries of one SendLocalList to a station that has not told its SendLocalListMaxLength: about 100 KB, which common
WebSocket limits let pass."""


def max_entries(connection: Connection, identity: str) -> int:
    """How many entries one SendLocalList to the station may have (SendLocalListMaxLength, LIST-07)."""
    told = configuration.limit(connection, identity, "SendLocalListMaxLength")
    return MAX_ENTRIES if told is None else told


def full(connection: Connection, identity: str, wanted: Entries) -> list[Request]:
    """The updates that make the list of a station this one, whatever it holds: one Full, and Differentials for what
    does not fit into one message."""
    return _requests("Full", wanted, [], local_lists.find(connection, identity), max_entries(connection, identity))


def differential(connection: Connection, identity: str, wanted: Entries) -> list[Request]:
    """The updates that make the list of a station this one, given that it holds what was last sent; none when it is
    this one already."""
    kept = {tags.fold(tag): info for tag, info in local_lists.entries(connection, identity).items()}
    named = {tags.fold(tag) for tag in wanted}
    changed = {tag: info for tag, info in wanted.items() if kept.get(tags.fold(tag)) != info}
    gone = [tag for tag in local_lists.entries(connection, identity) if tags.fold(tag) not in named]
    if not changed and not gone:
        return []
    known = local_lists.find(connection, identity)
    return _requests("Differential", changed, gone, known, max_entries(connection, identity))


def _requests(first: str, changed: Entries, gone: list[str], known: local_lists.LocalList, most: int) -> list[Request]:
    entries: list[Payload] = [{"idTag": tag, "idTagInfo": info} for tag, info in changed.items()]
    entries += [{"idTag": tag} for tag in gone]
    requests: list[Request] = []
    version = known.next_version
    for start in range(0, max(len(entries), 1), most):
        kind = first if start == 0 else "Differential"
        part = entries[start : start + most]
        requests.append(("SendLocalList", {"listVersion": version, "updateType": kind, "localAuthorizationList": part}))
        version += 1
    return requests


@registry.checks("SendLocalList")
def check_send(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """LIST-02, LIST-07, and that a Full list names no tag without its idTagInfo (OCPP 1.6 §7.8)."""
    entries = payload.get("localAuthorizationList", [])
    if payload["listVersion"] in (0, -1):
        return "listVersion is neither 0 (the list is empty) nor -1 (no list) (LIST-02)."
    if payload["updateType"] == "Full" and any("idTagInfo" not in entry for entry in entries):
        return "every entry of a Full list needs an idTagInfo; only a Differential removes entries."
    told = configuration.limit(connection, station.identity, "SendLocalListMaxLength")
    if told is not None and len(entries) > told:
        return f"{len(entries)} entries are more than the {told} this station takes (SendLocalListMaxLength, LIST-07)."
    return None


@books(registry, "SendLocalList")
def book_send(connection: Connection, exchange: Exchange) -> None:
    """Keep what the station has taken over."""
    if is_accepted(exchange.answer):
        local_lists.book_accepted(connection, exchange.identity, exchange.payload, exchange.at)
    else:
        local_lists.book_refused(connection, exchange.identity, status_of(exchange.answer), exchange.at)


@books(registry, "GetLocalListVersion")
def book_version(connection: Connection, exchange: Exchange) -> None:
    """Keep the version the station told."""
    if exchange.outcome == "answered":
        local_lists.book_version(connection, exchange.identity, exchange.answer["listVersion"], exchange.at)


@registry.follows("SendLocalList")
def full_after_differential(
    connection: Connection, station: StationContext, payload: Payload, answer: Payload
) -> Sequence[Request]:
    """A Differential that failed is followed by the Full list it would have led to (LIST-05)."""
    if payload["updateType"] != "Differential" or answer.get("status") not in ("Failed", "VersionMismatch"):
        return ()
    wanted = {tags.fold(tag): (tag, info) for tag, info in local_lists.entries(connection, station.identity).items()}
    for entry in payload.get("localAuthorizationList", []):
        folded = tags.fold(entry["idTag"])
        if "idTagInfo" in entry:
            wanted[folded] = (entry["idTag"], entry["idTagInfo"])
        else:
            wanted.pop(folded, None)
    requests = full(connection, station.identity, dict(wanted.values()))
    return [_above(request, payload["listVersion"] + index) for index, request in enumerate(requests)]


def _above(request: Request, version: int) -> Request:
    """The request with a version that is above the one that was refused, too."""
    action, payload = request
    if version >= LARGEST:
        return request
    return action, {**payload, "listVersion": max(payload["listVersion"], version + 1, 1)}
