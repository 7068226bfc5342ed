"""What a handler may know and touch: its station, the store, the settings, the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from csms_core import clock
from csms_core.config import Config
from csms_core.pki import Pki
from csms_core.store import Store


def _nowhere(work: Coroutine[Any, Any, None]) -> None:
    work.close()


async def _nobody(identity: str, action: str, payload: Any) -> Any:
    raise LookupError("This station is not served by a hub.")


@dataclass(slots=True)
class Backroom:
    """What the stations share besides the store.

    `later` runs something on its own, once the CALL under way has been answered: it is the last thing a handler does.
    `operate` sends an operation (identity, action, payload) and gives its answer; it raises
    `operations.OperationError`.
    """

    pki: Pki | None = None
    later: Callable[[Coroutine[Any, Any, None]], None] = _nowhere
    operate: Callable[[str, str, Any], Awaitable[Any]] = _nobody


@dataclass(slots=True)
class StationContext:
    """One connection of a station.

    `registered_as` is the answer to its last BootNotification, None before the first; `invited` are the actions it
    was asked for by TriggerMessage while it was not accepted, and how often (OCPP 1.6 §4.2 allows exactly these).
    """

    identity: str
    store: Store
    config: Config
    registered_as: str | None = None
    invited: Counter[str] = field(default_factory=Counter)
    signing: bool = False  # a certificate for this station is under way
    backroom: Backroom = field(default_factory=Backroom)
    now: Callable[[], datetime] = clock.now
