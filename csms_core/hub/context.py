"""What a handler may know and touch: its station, the store, the settings, the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from csms_core.auth.changes import Changes
from csms_core.config.model import Config
from csms_core.pki import Pki
from csms_core.store import Store, clock
from ocppj.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Backroom:
    """What the stations of one version share besides the store.

    `later` runs something on its own, once the CALL under way has been answered: it is the last thing a handler does.
    `operate` sends an operation (identity, action, payload) and gives its answer; it raises `errors.OperationError`.
    `changes` are those of credentials that are under way.
    """

    pki: Pki | None
    later: Callable[[Coroutine[Any, Any, None]], None]
    operate: Callable[[str, str, Any], Awaitable[Any]]
    changes: Changes


@dataclass(slots=True)
class StationContext:
    """One connection of a station.

    `protocol` is its version of OCPP. `registered_as` is the answer to its last BootNotification, None before the
    first; `invited` are the actions it was asked for while it was not accepted, and how often (OCPP 1.6 §4.2 allows
    exactly these).
    """

    identity: str
    store: Store
    config: Config
    protocol: Protocol
    backroom: Backroom
    registered_as: str | None = None
    invited: Counter[str] = field(default_factory=Counter)
    signing: bool = False  # a certificate for this station is under way
    now: Callable[[], datetime] = clock.now
