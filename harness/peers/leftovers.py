"""Taking back what cases left open: each kind has its undo, on the connection of the case or on a fresh one.

A transaction is stopped by the station. What only the CSMS can end (a reservation, a charging profile, a connector out
of service) is ended by the operator, as the station has no CALL for it. Which CALL ends what is of a version
(``harness.v16.csms.leftovers``).
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, Final, Generic, NamedTuple, TypeVar

from harness.adapters import operators
from harness.adapters.operators import NotOffered, OperatorError
from harness.adapters.provisioning.ledger import Entry, Ledger
from harness.case.facts import Case
from harness.case.left_open import LeftOpen, can_undo
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, HarnessError, Unreachable, one_line
from harness.peers.acting import ActingOperator
from harness.peers.station import PlayedStation
from harness.sut import Lane, Sut
from ocppj.session.session import Memory

CLEANUP: Final = Case("CLEANUP_CSMS", "What cases left open", "csms", "core", "", {})

Played = TypeVar("Played", bound=PlayedStation)
Acting = TypeVar("Acting", bound=ActingOperator[Any])


class Undo(NamedTuple):
    """What ends a thing: the action of the CALL, and the members that the operator is asked to give it."""

    action: str
    members: Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Leftovers(NamedTuple, Generic[Played, Acting]):
    """What a version brings: its station, which takes transactions over by their entries, its operator, its CALLs.

    ``undo``: kind -> what ends it.
    """

    station: Callable[[CaseRun], Played]
    takes_over: Callable[[Played, Iterable[Entry]], None]
    operator: Callable[[CaseRun, operators.Operator], Acting]
    undo: Mapping[str, Undo]

    async def undone(self, operator: Acting, station: Played) -> list[str]:
        """Have the operator end what the case left open; a sentence for each thing that is open still. Never raises."""
        problems = []
        for entry in [entry for entry in station.run.left_open if entry.kind in self.undo]:
            problem = await self._undone(operator, station, entry)
            if problem is not None:
                problems.append(f"{entry.text} could not be taken back: {problem}")
        return problems

    async def _undone(self, operator: Acting, station: Played, entry: Entry) -> str | None:
        action, members = self.undo[entry.kind]
        station.forgets_operations()  # what failed in the case is no failure of the undo
        try:
            if not station.is_connected:
                await station.comes_back()
            await operator.asks(action, station, **members(entry.facts))
            request = await station.receives(action)
            await request.answered(status="Accepted")
        except (CaseFailure, HarnessError, NotOffered, OperatorError) as error:
            station.forgets_operations()
            return one_line(error)
        return f"the {action} that came was for something else" if entry in station.run.left_open else None

    async def take_back(self, sut: Sut, ledger: Ledger, entries: Iterable[Entry]) -> list[str]:
        """End what other cases left open, each as the station that opened it; a sentence for each that is open still.

        Nothing of it may be in use any more. When nobody answers at all, the rest is not tried.
        """
        problems: list[str] = []
        of_station = sorted(entries, key=lambda entry: (entry.station, entry.kind != "transaction"))
        for identity, left in groupby(of_station, key=lambda entry: entry.station):
            open_ = list(left)
            try:
                problems += await self._as_station(sut, identity, ledger, open_)
            except Unreachable as error:
                return [*problems, f"what cases left open could not be taken back: {error}"]
            except (CaseFailure, HarnessError, OperatorError) as error:
                problems += [f"{entry.text} could not be taken back: {one_line(error)}" for entry in open_]
        return problems

    async def _as_station(self, sut: Sut, identity: str, ledger: Ledger, entries: list[Entry]) -> list[str]:
        lane = next((lane for lane in sut.lanes if lane.identity == identity), Lane(identity=identity))
        run = CaseRun(CLEANUP, sut, lane, Memory(), left_open=LeftOpen(CLEANUP.id, ledger, is_met_again=True))
        for entry in entries:
            run.left_open.adopt(entry)
        station = self.station(run)
        self.takes_over(station, [entry for entry in entries if entry.kind == "transaction"])
        problems: list[str] = []
        driver = operators.make(sut)
        try:
            await station.comes_back()
            if can_undo(sut):
                operator = self.operator(run, driver)
                problems += await self.undone(operator, station)
                await operator.leaves()
            await station.leaves()
        finally:
            await station.disconnects()
            await driver.close()
        told = [finding.message for finding in run.remarks]
        return [*problems, *told]
