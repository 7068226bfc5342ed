"""The session of health: a product that answers every message as it should, and is no longer well, is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.instruments.fuzzing.arena import Arena
from harness.instruments.fuzzing.steps import call
from harness.instruments.fuzzing.table import VALID
from tests.harness.instruments.fuzzing.benches import Bench, a_csms, a_station

SESSIONS = 3
"""Of which each leaves something that the next one must not meet."""


@pytest.fixture(scope="module")
def csms() -> Iterator[Bench]:
    with a_csms() as bench:
        yield bench


@pytest.fixture(scope="module")
def station() -> Iterator[Bench]:
    with a_station() as bench:
        yield bench


def well(bench: Bench) -> Arena:
    """An arena that knows how the product answers when it is well."""
    arena = bench.arena()
    assert arena.plays(())[0] is None
    return arena


@pytest.mark.parametrize(
    ("fault", "action", "told"),
    [
        ("trigger-undone", "TriggerMessage", "no Heartbeat came, as one did when the run began"),
        ("trigger-rejected", "TriggerMessage", "status is Rejected, and was Accepted when the run began"),
        ("reserve-rejected", "ReserveNow", "status is Rejected, and was Accepted when the run began"),
        ("cancel-rejected", "CancelReservation", "status is Rejected, and was Accepted when the run began"),
        (
            "remote-stop-accepts-everything",
            "RemoteStopTransaction",
            "status is Accepted, and was Rejected when the run began",
        ),
        (
            "change-availability-rejected",
            "ChangeAvailability",
            "status is Rejected, and was Accepted when the run began",
        ),
    ],
)
def test_a_station_that_is_broken_in_that_alone_is_found(station: Bench, fault: str, action: str, told: str) -> None:
    arena = well(station)
    arena.patience.is_quick = True  # what does not come is waited for in vain
    station.broken(fault)
    try:
        problem, _ = arena.plays(())
    finally:
        station.broken()

    assert problem is not None
    assert (problem.symptom, problem.steps[-1].action, problem.actual) == ("health", action, told)
    assert problem.title == f"after the session {action} is answered otherwise than before"


@pytest.mark.parametrize(
    ("fault", "action", "told"),
    [
        (
            "start-transaction-invalid",
            "StartTransaction",
            "status is Invalid, and was Accepted when the run began",
        ),
        ("stop-transaction-callerror", "StopTransaction", None),
    ],
)
def test_a_csms_that_is_broken_in_that_alone_is_found(csms: Bench, fault: str, action: str, told: str | None) -> None:
    arena = well(csms)
    csms.broken(fault)
    try:
        problem, _ = arena.plays(())
    finally:
        csms.broken()

    assert problem is not None
    assert problem.steps[-1].action == action
    assert told is None or (problem.symptom, problem.actual) == ("health", told)


def test_what_a_session_leaves_at_a_station_is_no_reason_to_be_unwell(station: Bench) -> None:
    arena = well(station)
    reserve = {"connectorId": 1, "expiryDate": "2099-01-01T00:00:00Z", "idTag": "@tag", "reservationId": 7}
    session = [
        call(0, VALID, "ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}, "@run-1"),
        call(0, VALID, "ChangeAvailability", {"connectorId": 0, "type": "Operative"}, "@run-2"),
        call(0, VALID, "ReserveNow", reserve, "@run-3"),
        call(0, VALID, "RemoteStartTransaction", {"connectorId": 1, "idTag": "@tag"}, "@run-4"),
    ]

    assert [arena.plays(session)[0] for _ in range(SESSIONS)] == [None] * SESSIONS


def test_what_a_session_leaves_at_a_csms_is_no_reason_to_be_unwell(csms: Bench) -> None:
    arena = well(csms)
    start = {"connectorId": 2, "idTag": "@tag", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}
    session = [call(0, VALID, "StartTransaction", start, "@run-1")]

    assert [arena.plays(session)[0] for _ in range(SESSIONS)] == [None] * SESSIONS


def test_the_transaction_of_health_is_ended(csms: Bench) -> None:
    problem, trace = csms.arena().plays(())

    assert problem is None
    passed = [entry.text for entry in trace if entry.kind == "frame"]
    given = next(text for text in passed if '"transactionId"' in text and text.startswith("[3,"))
    number = given.partition('"transactionId":')[2].partition("}")[0].partition(",")[0]
    assert any('"StopTransaction"' in text and f'"transactionId":{number}' in text for text in passed)
