"""The response times of a charge point, from the texts of a trace."""

import json
from typing import Any

import pytest

from harness.v16.effects import EFFECTS
from reports.results.station_times import MEASURES, OCPP_RESPONSE, START, STOP, TRIGGERED, station_times

DOWN, UP = "csms->station", "station->csms"


def line(at: int, direction: str | None, frame: Any, kind: str = "frame") -> dict[str, Any]:
    text = frame if isinstance(frame, str) else json.dumps(frame)
    return {"kind": kind, "direction": direction, "at_ns": at, "text": text}


def ask(at: int, action: str, payload: Any, answer: Any, *, id: str = "1", took: int = 5) -> list[dict[str, Any]]:
    """An operation of the tool, and the answer of the station ``took`` nanoseconds later."""
    return [line(at, DOWN, [2, id, action, payload]), line(at + took, UP, [3, id, answer])]


def say(at: int, action: str, payload: Any) -> list[dict[str, Any]]:
    """A CALL of the station, answered at once."""
    return [line(at, UP, [2, f"s{at}", action, payload]), line(at + 1, DOWN, [3, f"s{at}", {}])]


def own(*parts: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """What only a station is measured by: measure, operation, nanoseconds."""
    times = station_times([entry for part in parts for entry in part], EFFECTS)
    return [(one.measure, one.action, one.ns) for one in times if one.measure != OCPP_RESPONSE]


ACCEPTED = {"status": "Accepted"}


def test_a_response_time_is_from_the_call_of_the_tool_to_its_answer() -> None:
    times = station_times(
        [
            line(0, UP, "GET /ocpp/CP1", "handshake"),
            line(10, DOWN, [2, "a", "GetConfiguration", {}]),
            line(25, UP, [3, "a", {}]),
            line(30, DOWN, [2, "b", "Reset", {"type": "Soft"}]),
            line(37, UP, [4, "b", "InternalError", "", {}]),
            line(38, None, "the station is away", "note"),
            line(40, DOWN, [2, "lost", "ClearCache", {}]),
            line(50, UP, "GET /ocpp/CP1", "handshake"),
            line(60, DOWN, [2, "c", "ClearCache", {}]),
            line(61, UP, [3, "lost", ACCEPTED]),
            line(64, UP, [3, "c", ACCEPTED]),
            line(70, UP, [3, "c", ACCEPTED]),
        ],
        EFFECTS,
    )
    assert [(one.measure, one.action, one.at, one.ns, one.first) for one in times] == [
        (OCPP_RESPONSE, "GetConfiguration", 10, 15, True),
        (OCPP_RESPONSE, "Reset", 30, 7, False),
        (OCPP_RESPONSE, "ClearCache", 60, 4, True),
    ]


START_A = {"idTag": "TAG-A", "connectorId": 1}


def test_a_remote_start_ends_with_the_start_of_that_driver_at_that_connector() -> None:
    others = [*say(20, "StartTransaction", {**START_A, "connectorId": 2}), *say(30, "StartTransaction", {"idTag": "B"})]
    measured = own(
        ask(10, "RemoteStartTransaction", START_A, ACCEPTED),
        others,
        say(50, "StatusNotification", {"connectorId": 1, "status": "Preparing"}),
        say(60, "StartTransaction", {"idTag": "tag-a", "connectorId": 1}),
        say(70, "StartTransaction", START_A),
    )
    assert measured == [(START, "RemoteStartTransaction", 50)]


def test_without_a_connector_any_will_do() -> None:
    measured = own(
        ask(10, "RemoteStartTransaction", {"idTag": "TAG-A"}, ACCEPTED),
        say(30, "StartTransaction", {**START_A, "connectorId": 2}),
    )
    assert measured == [(START, "RemoteStartTransaction", 20)]


def test_a_start_that_comes_before_the_answer_counts_too() -> None:
    measured = own(
        [line(10, DOWN, [2, "1", "RemoteStartTransaction", START_A])],
        say(20, "StartTransaction", START_A),
        [line(30, UP, [3, "1", ACCEPTED])],
    )
    assert measured == [(START, "RemoteStartTransaction", 10)]


def test_what_a_person_did_meanwhile_is_not_the_stations_time() -> None:
    plug = [line(20, None, "plugs the cable in", "driver")]
    start = say(60, "StartTransaction", START_A)
    assert own(ask(10, "RemoteStartTransaction", START_A, ACCEPTED), plug, start) == []
    assert own(plug, ask(30, "RemoteStartTransaction", START_A, ACCEPTED), start) == [
        (START, "RemoteStartTransaction", 30)
    ]


@pytest.mark.parametrize("answer", [{"status": "Rejected"}, {}])
def test_what_was_not_accepted_has_no_effect(answer: Any) -> None:
    assert own(ask(10, "RemoteStartTransaction", START_A, answer), say(20, "StartTransaction", START_A)) == []
    trigger = {"requestedMessage": "Heartbeat"}
    assert own(ask(10, "TriggerMessage", trigger, answer), say(20, "Heartbeat", {})) == []


def test_a_refusal_is_no_acceptance() -> None:
    asked = [line(10, DOWN, [2, "1", "RemoteStartTransaction", START_A])]
    refused = [line(12, UP, [4, "1", "NotSupported", "", {}])]
    assert own(asked, refused, say(20, "StartTransaction", START_A)) == []


def test_a_remote_stop_ends_with_the_stop_of_that_transaction() -> None:
    measured = own(
        ask(10, "RemoteStopTransaction", {"transactionId": 7}, ACCEPTED),
        say(20, "StopTransaction", {"transactionId": 8}),
        say(31, "StopTransaction", {"transactionId": 7}),
    )
    assert measured == [(STOP, "RemoteStopTransaction", 21)]


@pytest.mark.parametrize(
    ("action", "payload", "wrong", "right"),
    [
        (
            "TriggerMessage",
            {"requestedMessage": "StatusNotification", "connectorId": 1},
            ("StatusNotification", {"connectorId": 2}),
            ("StatusNotification", {"connectorId": 1}),
        ),
        (
            "ExtendedTriggerMessage",
            {"requestedMessage": "SignChargePointCertificate"},
            ("BootNotification", {}),
            ("SignCertificate", {"csr": "x"}),
        ),
        ("Reset", {"type": "Hard"}, ("Heartbeat", {}), ("BootNotification", {})),
        (
            "ChangeAvailability",
            {"connectorId": 0, "type": "Inoperative"},
            ("StatusNotification", {"connectorId": 1, "status": "Available"}),
            ("StatusNotification", {"connectorId": 1, "status": "Unavailable"}),
        ),
        (
            "ChangeAvailability",
            {"connectorId": 1, "type": "Operative"},
            ("StatusNotification", {"connectorId": 2, "status": "Available"}),
            ("StatusNotification", {"connectorId": 1, "status": "Available"}),
        ),
        (
            "ReserveNow",
            {"connectorId": 1, "reservationId": 3},
            ("StatusNotification", {"connectorId": 1, "status": "Preparing"}),
            ("StatusNotification", {"connectorId": 1, "status": "Reserved"}),
        ),
        (
            "CancelReservation",
            {"reservationId": 3},
            ("StatusNotification", {"connectorId": 1, "status": "Reserved"}),
            ("StatusNotification", {"connectorId": 1, "status": "Available"}),
        ),
        (
            "GetLog",
            {"requestId": 5},
            ("LogStatusNotification", {"requestId": 4}),
            ("LogStatusNotification", {"requestId": 5}),
        ),
        (
            "SignedUpdateFirmware",
            {"requestId": 5},
            ("FirmwareStatusNotification", {}),
            ("SignedFirmwareStatusNotification", {"requestId": 5}),
        ),
    ],
)
def test_a_triggered_function_is_from_its_acceptance_to_its_effect(
    action: str, payload: Any, wrong: tuple[str, Any], right: tuple[str, Any]
) -> None:
    early = say(5, *right)
    measured = own(early, ask(10, action, payload, ACCEPTED), say(20, *wrong), say(40, *right), say(50, *right))
    assert measured == [(TRIGGERED, action, 25)]


def test_one_message_is_the_effect_of_one_operation_of_each_kind() -> None:
    heartbeat = {"requestedMessage": "Heartbeat"}
    measured = own(
        ask(10, "TriggerMessage", heartbeat, ACCEPTED),
        ask(20, "TriggerMessage", heartbeat, ACCEPTED, id="2"),
        say(30, "Heartbeat", {}),
        say(45, "Heartbeat", {}),
    )
    assert measured == [(TRIGGERED, "TriggerMessage", 15), (TRIGGERED, "TriggerMessage", 20)]


@pytest.mark.parametrize(
    "text",
    ["no JSON", "{}", "[]", '["2"]', "[9,1]", '[2,"1","Reset"]', '[2,1,"Reset",{}]', '[3,"1",[]]', "[true,1]"],
)
def test_what_is_no_message_is_passed_over(text: str) -> None:
    broken = [line(15, DOWN, text), line(16, UP, text)]
    assert own(ask(10, "Reset", {"type": "Soft"}, ACCEPTED), broken, say(30, "BootNotification", {})) == [
        (TRIGGERED, "Reset", 15)
    ]


def test_a_version_without_effects_is_measured_by_its_answers() -> None:
    lines = [*ask(10, "Reset", {"type": "Soft"}, ACCEPTED), *say(40, "BootNotification", {})]
    assert [(one.measure, one.action) for one in station_times(lines, {})] == [(OCPP_RESPONSE, "Reset")]


def test_the_measures_are_those_of_the_abstract() -> None:
    assert set(MEASURES) == {TRIGGERED, START, STOP}
