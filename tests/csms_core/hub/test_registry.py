"""Handlers are found by action, and there is one for all a station may send that needs no more than an answer."""

from __future__ import annotations

from typing import Any

import pytest

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Registry, merged
from csms_core.v16.profiles import HANDLERS
from schemas import load


async def handler(station: StationContext, payload: dict[str, Any]) -> dict[str, Any]:
    return {}


def test_an_action_has_one_handler() -> None:
    registry, other = Registry(), Registry()
    registry.handles("Heartbeat")(handler)
    other.handles("Heartbeat")(handler)

    with pytest.raises(ValueError, match="Heartbeat has two handlers"):
        registry.handles("Heartbeat")(handler)
    with pytest.raises(ValueError, match="Heartbeat has two handlers"):
        merged((registry, other))


def test_every_message_of_a_station_has_a_handler() -> None:
    sent = {name for name, info in load("1.6").actions.items() if info.sender != "csms"}

    assert HANDLERS.keys() == sent
