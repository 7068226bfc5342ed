"""Faults of what a station makes of dates and texts (OCPP 1.6 §2.2, §3.9, §3.15)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ocppj.errors import OcppError
from simulator.faults.model import Fault, Message, Operate, Payload
from simulator.faults.words import call, misheard, operation, override, put, said
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.transactions.reader import Reader
from simulator.wire.operations import Answer

_ZONE = re.compile(r"[+-]\d\d:\d\d$")


def faults() -> Iterator[Fault]:
    """The faults of these sections."""
    yield operation(
        "zones-ignored",
        "The expiryDate of a reservation counts as UTC whatever its time zone.",
        "ReserveNow",
        misheard(put("expiryDate", lambda text: _ZONE.sub("Z", text))),
    )
    yield operation(
        "fractions-refused",
        "A reservation with fractions of a second in its expiryDate is refused.",
        "ReserveNow",
        _without_fractions,
    )
    yield override(
        "tags-case-sensitive",
        "A card stops a transaction only when its idTag is in the same letter case.",
        Reader,
        _Exact,
    )
    yield operation(
        "keys-case-sensitive",
        "GetConfiguration knows a key only in its own letter case.",
        "GetConfiguration",
        _exact_keys,
    )
    yield call(
        "start-tag-in-capitals",
        "StartTransaction has its idTag in capital letters.",
        "StartTransaction",
        said(put("idTag", str.upper)),
    )
    yield operation(
        "odd-tags-rejected",
        "A RemoteStartTransaction is Rejected when its idTag is not hexadecimal.",
        "RemoteStartTransaction",
        _only_hexadecimal,
    )


def _without_fractions(message: Message, operate: Operate) -> Answer:
    if "." in message.payload["expiryDate"]:
        raise OcppError("FormationViolation", "this station is broken on purpose")
    return operate(message.payload)


def _exact_keys(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    asked = message.payload.get("key")
    if not asked:
        return answer
    told = [entry for entry in answer.payload["configurationKey"] if entry["key"] in asked]
    known = {entry["key"] for entry in told}
    changed: Payload = {"configurationKey": told, "unknownKey": [key for key in asked if key not in known]}
    return Answer(changed)


def _only_hexadecimal(message: Message, operate: Operate) -> Answer:
    is_hexadecimal = re.fullmatch("[0-9A-Fa-f]+", message.payload["idTag"]) is not None
    return operate(message.payload) if is_hexadecimal else Answer({"status": "Rejected"})


class _Exact(Reader):
    __slots__ = ()

    async def _to_stop(self, connector: Connector, transaction: Transaction, tag: str) -> None:
        if tag == transaction.idTag:
            await super()._to_stop(connector, transaction, tag)
        else:
            self._refused(connector, tag, "another card has started here")
