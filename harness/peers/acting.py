"""The operator as a case sees it: an OCPP action is asked for and not waited for.

What the operator's API answers is no evidence and may come before, after or without the frame; the case looks at the
wire. A failing request is raised by the next ``receives`` instead of passing for silence. The verbs are of a version
(``harness.v16.csms.operator``).
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from harness.adapters import operators
from harness.case.run import Asked, CaseRun
from harness.peers.station import PlayedStation
from ocppj.matchers import shown

Played = TypeVar("Played", bound=PlayedStation)


class ActingOperator(Generic[Played]):
    """A person or an API that acts on the CSMS under test, on behalf of one case."""

    def __init__(self, run: CaseRun, driver: operators.Operator) -> None:
        self._run = run
        self._driver = driver
        self.station: Played | None = None
        """For which something was asked last."""

    def keys_in(self, action: str, members: Mapping[str, Any]) -> Iterable[str]:
        """Every way to write the secrets that travel in an operation."""
        raise NotImplementedError

    async def asks(self, action: str, station: Played, /, **members: Any) -> None:
        """Ask for any OCPP operation towards ``station``, with the members its CALL is to have."""
        self.station = station
        station.expects(action)
        told = " ".join(f"{name}={shown(value)}" for name, value in members.items())
        seq = self._run.trace.add("operator", f"{action} {told}".rstrip())
        self._run.exchanges.clear()
        self._run.trace.hide(self.keys_in(action, members))
        self._run.asked.append(Asked(action, members, seq))
        earlier = [task for task in self._run.operations if not task.done()]
        task = asyncio.create_task(self._performs(earlier, action, station.identity, members))
        self._run.operations.add(task)
        task.add_done_callback(station.wake)

    async def _performs(
        self, earlier: list[asyncio.Task[None]], action: str, identity: str, members: dict[str, Any]
    ) -> None:
        """One after the other, as a person would: a CSMS may count its list versions when it has the answer."""
        if earlier:
            await asyncio.wait(earlier, timeout=self._run.sut.timeouts.message_s)
        await self._driver.perform(action, identity, members)

    async def leaves(self) -> None:
        """End what is still under way; an operation that failed late is only noted."""
        for task in self._run.operations:
            task.cancel()
        for outcome in await asyncio.gather(*self._run.operations, return_exceptions=True):
            if isinstance(outcome, Exception):
                self._run.note(f"operator: {outcome}")
