"""Faults of the opening handshake (OCPP-J 1.6 §3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from csms_core.faults.model import Fault


def faults() -> Iterator[Fault]:
    """The faults of the handshake."""
    yield Fault(
        "identity-not-decoded",
        "A percent-encoded identity is looked up as it stands in the path.",
        handshake=lambda right: replace(right, decode=lambda segment: segment),
    )
    yield Fault(
        "unknown-station-admitted",
        "A station that was never registered may connect.",
        handshake=lambda right: replace(right, admit=lambda known: True),
    )
    yield Fault(
        "any-subprotocol",
        "The first subprotocol offered is agreed to, whatever it is.",
        handshake=lambda right: replace(right, choose=_first),
    )
    yield Fault(
        "no-subprotocol",
        "No subprotocol is agreed on, and the connection is used all the same.",
        handshake=lambda right: replace(right, choose=lambda offered: None),
    )


def _first(offered: Sequence[str]) -> str | None:
    return offered[0] if offered else None
