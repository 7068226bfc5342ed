"""Taking back what cases left open: each kind has its undo, on the connection of the case or on a fresh one.

A transaction is stopped by the station. What only the CSMS can end (a reservation, a charging profile, a connector out
of service) is ended by the operator, as the station has no CALL for it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from harness import operators
from harness.case import Case
from harness.ledger import Entry, Ledger
from harness.left_open import LeftOpen, can_undo
from harness.operator import Operator
from harness.operators import NotOffered, OperatorError
from harness.run import CaseRun
from harness.station import Station
from harness.sut import Lane, Sut
from harness.verdicts import CaseFailure, HarnessError, Unreachable, one_line
from ocppj.session import Memory

CLEANUP: Final = Case("CLEANUP_CSMS", "What cases left open", "csms", "core", "", {})

Undo = tuple[str, Callable[[Operator, Station, Mapping[str, Any]], Awaitable[None]]]

_UNDO: Final[Mapping[str, Undo]] = {
    "reservation": (
        "CancelReservation",
        lambda operator, station, facts: operator.cancel_reservation(station, reservationId=facts["reservationId"]),
    ),
    "profile": (
        "ClearChargingProfile",
        lambda operator, station, facts: operator.clear_charging_profile(station, id=facts["id"]),
    ),
    "availability": (
        "ChangeAvailability",
        lambda operator, station, facts: operator.change_availability(
            station, connectorId=facts["connectorId"], type="Operative"
        ),
    ),
}
"""Kind -> the CALL that ends it, and how the operator is asked for it."""


async def undo(operator: Operator, station: Station) -> list[str]:
    """Have the operator end what the case left open; a sentence for each thing that is open still. Never raises."""
    problems = []
    for entry in [entry for entry in station.run.left_open if entry.kind in _UNDO]:
        problem = await _undone(operator, station, entry)
        if problem is not None:
            problems.append(f"{entry.text} could not be taken back: {problem}")
    return problems


async def _undone(operator: Operator, station: Station, entry: Entry) -> str | None:
    action, asks = _UNDO[entry.kind]
    station.forgets_operations()  # what failed in the case is no failure of the undo
    try:
        if not station.is_connected:
            await station.comes_back()
        await asks(operator, station, entry.facts)
        request = await station.receives(action)
        await request.answered(status="Accepted")
    except (CaseFailure, HarnessError, NotOffered, OperatorError) as error:
        station.forgets_operations()
        return one_line(error)
    return f"the {action} that came was for something else" if entry in station.run.left_open else None


async def take_back(sut: Sut, ledger: Ledger, entries: Iterable[Entry]) -> list[str]:
    """End what other cases left open, each as the station that opened it; a sentence for each thing that is open still.

    Nothing of it may be in use any more. When nobody answers at all, the rest is not tried.
    """
    problems: list[str] = []
    of_station = sorted(entries, key=lambda entry: (entry.station, entry.kind != "transaction"))
    for identity, left in groupby(of_station, key=lambda entry: entry.station):
        open_ = list(left)
        try:
            problems += await _as_station(sut, identity, ledger, open_)
        except Unreachable as error:
            return [*problems, f"what cases left open could not be taken back: {error}"]
        except (CaseFailure, HarnessError, OperatorError) as error:
            problems += [f"{entry.text} could not be taken back: {one_line(error)}" for entry in open_]
    return problems


async def _as_station(sut: Sut, identity: str, ledger: Ledger, entries: list[Entry]) -> list[str]:
    lane = next((lane for lane in sut.lanes if lane.identity == identity), Lane(identity=identity))
    run = CaseRun(CLEANUP, sut, lane, Memory(), left_open=LeftOpen(CLEANUP.id, ledger, is_met_again=True))
    for entry in entries:
        run.left_open.adopt(entry)
    station = Station(run)
    station.transactions |= {entry.facts["transactionId"] for entry in entries if entry.kind == "transaction"}
    problems: list[str] = []
    driver = operators.make(sut)
    try:
        await station.comes_back()
        if can_undo(sut):
            operator = Operator(run, driver)
            problems += await undo(operator, station)
            await operator.leaves()
        await station.leaves()
    finally:
        await station.disconnects()
        await driver.close()
    told = [finding.message for finding in run.remarks]
    return [*problems, *told]
