"""What the views need of the station they show, of whichever version of OCPP it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ocppj.errors import ConnectFailed
from ocppj.session.session import Seen
from simulator.faults.catalogue import Breakable
from simulator.kernel.clock import Clock
from simulator.kernel.events import Events
from simulator.kernel.snapshot import State
from simulator.kernel.verbs import Verb


class Subject(Breakable, Protocol):
    """A station that can be watched, and played by the names of its verbs."""

    @property
    def clock(self) -> Clock: ...
    @property
    def events(self) -> Events: ...
    @property
    def registration(self) -> str | None: ...
    @property
    def last_failure(self) -> ConnectFailed | None: ...
    def state(self) -> State: ...
    def verbs(self) -> Mapping[str, Verb]: ...
    def secrets(self) -> list[str]: ...
    def observe(self, observer: Callable[[Seen], None]) -> None: ...
    async def until(self, condition: Callable[[Any], object], *, within: float | None = None) -> None: ...
