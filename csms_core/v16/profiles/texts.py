"""Which characters a CALL of the CSMS may hold, whatever its profile (OCPP 1.6 §2.2).

CiString and String are printable ASCII. Certificates have line breaks, and what vendors send each other in
`DataTransfer.data` is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Payload, Registry
from ocppj.v16 import PROTOCOL

registry = Registry()

_PRINTABLE = re.compile(r"[ -~]*")
_OTHER_TEXT = frozenset({"certificate", "certificateChain", "data", "signingCertificate"})


def only_printable_ascii(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """VAL-06. The text itself is not repeated: it may be a secret."""
    member = next(_unprintable(payload, ""), None)
    return None if member is None else f"{member} holds other characters than printable ASCII (VAL-06)."


def _unprintable(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and _PRINTABLE.fullmatch(value) is None:
        yield path
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in _OTHER_TEXT:
                yield from _unprintable(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unprintable(item, f"{path}.{index}")


for _action, _info in PROTOCOL.schemas.actions.items():
    if _info.sender != "station":
        registry.checks(_action)(only_printable_ascii)
