"""What a lenient CSMS lets pass: told by the handshake, the gateway and the versions, counted and kept by the hub."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["path", "subprotocol", "date-time", "member", "number", "authorization-key"]


class Finding(NamedTuple):
    """Something that was let pass, in one sentence."""

    kind: Kind
    sentence: str
