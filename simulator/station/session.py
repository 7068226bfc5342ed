"""A session that is charged once (`plugproof station`): its steps, and what the CSMS answers to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from ocppj.errors import BadAnswer, CallRefused
from ocppj.evidence.outside import shown
from ocppj.frames import CallResult
from ocppj.peers.base import payload_of
from ocppj.session.session import Exchange, Seen
from simulator.kernel.errors import NotDone
from simulator.kernel.events import NotReached
from simulator.station.facade import Facade

_S = TypeVar("_S", bound=Facade[Any])


class Session(ABC, Generic[_S]):
    """A session at connector 1. Make it before the station goes online: it looks at what the CSMS answers."""

    def __init__(self, station: _S) -> None:
        self._station = station
        station.observe(self._see)

    async def charge(self, tag: str, seconds: float, patience: float) -> None:
        """Charge once; each step is waited for so long. Raises `NotDone`."""
        station = self._station
        try:
            await self._steps(tag, seconds, patience)
        except NotReached:
            state = f"registration {station.registration or 'unanswered'}, connector 1 {station.connector(1).status}"
            queued = f", {station.queued} messages unsent" if station.queued else ""
            raise NotDone(f"the session did not come about: {state}{queued}; see the lines above") from None
        for problem in self._problems():
            raise NotDone(f"the session did not come about: {problem}")

    @abstractmethod
    async def _steps(self, tag: str, seconds: float, patience: float) -> None:
        """Charge once. Raises `NotReached`."""

    @abstractmethod
    def _answered(self, request: Exchange, seen: Seen) -> None:
        """The CSMS has answered a CALL of the station."""

    @abstractmethod
    def _problems(self) -> Iterable[str]:
        """Why the session is none to be content with."""

    def _see(self, seen: Seen) -> None:
        if seen.sender == "csms" and seen.request is not None:
            self._answered(seen.request, seen)


def unusable(action: str, seen: Seen) -> str | None:
    """Why an answer is no CALLRESULT as the schema has it; None when it is one."""
    if not isinstance(seen.frame, CallResult):
        try:
            payload_of(action, seen.frame)
        except (CallRefused, BadAnswer) as error:
            return shown(str(error))
    return None if seen.valid else "the answer is against the schema"


def refused(seen: Seen, member: str) -> str | None:
    """What an answer says of whom it was asked about, in this member, unless that is Accepted."""
    info = seen.frame.payload.get(member) if isinstance(seen.frame, CallResult) else None
    return f"the CSMS says {info['status']}" if info is not None and info["status"] != "Accepted" else None
