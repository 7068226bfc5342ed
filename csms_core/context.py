"""What a handler may know and touch: its station, the store, the settings, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from csms_core import clock
from csms_core.config import Config
from csms_core.store import Store


@dataclass(slots=True)
class StationContext:
    """One connection of a station.

    `registered_as` is the answer to its last BootNotification, None before the first; `invited` are the actions it
    was asked for by TriggerMessage while it was not accepted (OCPP 1.6 §4.2 allows exactly these).
    """

    identity: str
    store: Store
    config: Config
    registered_as: str | None = None
    invited: set[str] = field(default_factory=set)
    now: Callable[[], datetime] = clock.now
