"""Which characters an identifierString of a CALL of the CSMS may hold, whatever its block (Part 2, primitive
datatypes)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Check, Payload, Registry
from csms_core.v201.id_tokens import IDENTIFIER

registry = Registry()

PATHS: Mapping[str, tuple[str, ...]] = {
    "RequestStartTransaction": ("idToken.idToken", "groupIdToken.idToken"),
    "RequestStopTransaction": ("transactionId",),
}


def _check(paths: tuple[str, ...]) -> Check:
    def only_characters_of_identifiers(connection: Connection, station: StationContext, payload: Payload) -> str | None:
        wrong = [path for path in paths for text in _texts(payload, path) if IDENTIFIER.fullmatch(text) is None]
        return f"{', '.join(wrong)} holds other characters than an identifierString may (VAL-20)." if wrong else None

    return only_characters_of_identifiers


def _texts(payload: Payload, path: str) -> Iterator[str]:
    *above, name = path.split(".")
    for step in above:
        payload = payload.get(step, {})
    if name in payload:
        yield payload[name]


for _action, _paths in PATHS.items():
    registry.checks(_action)(_check(_paths))
