"""What the harness's station answers to what nobody asked for: always valid, never what would upset a case."""

from typing import Any

import pytest

import schemas
from harness.sut import Keys
from harness.v16.csms.responder import Responder

SET = schemas.load("1.6")
FROM_A_CSMS = sorted(name for name, info in SET.actions.items() if info.sender in ("csms", "both"))
TRIGGERS = [
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SignChargePointCertificate",
    "StatusNotification",
]


@pytest.fixture
def responder() -> Responder:
    return Responder(2, Keys(heartbeat_s=60, sample_interval_s=15))


@pytest.mark.parametrize("action", FROM_A_CSMS)
def test_every_action_of_a_csms_gets_a_valid_answer(responder: Responder, action: str) -> None:
    payloads: dict[str, list[dict[str, Any]]] = {
        "ChangeConfiguration": [{"key": key, "value": "7"} for key in ("HeartbeatInterval", "NumberOfConnectors", "X")],
        "ExtendedTriggerMessage": [{"requestedMessage": name} for name in TRIGGERS],
        "GetConfiguration": [{}, {"key": []}, {"key": ["heartbeatinterval", "X"]}],
        "TriggerMessage": [{"requestedMessage": name} for name in TRIGGERS],
    }
    for payload in payloads.get(action, [{}]):
        answer = responder.answer(action, payload)
        assert answer is not None
        assert SET.diagnose(action, "result", answer) == ()
        assert answer.get("status") not in {"Unlocked", "Scheduled"}


def test_an_unknown_action_has_no_answer(responder: Responder) -> None:
    assert responder.answer("Nonsense", {}) is None


def test_commands_that_would_change_the_case_are_not_followed(responder: Responder) -> None:
    for action in ("RemoteStartTransaction", "RemoteStopTransaction", "Reset", "ChangeAvailability", "ReserveNow"):
        assert responder.answer(action, {}) == {"status": "Rejected"}


def test_configuration_by_name_without_regard_to_case(responder: Responder) -> None:
    assert responder.get_configuration({"key": ["MeterValueSAMPLEInterval", "Nonsense", "nonsense"]}) == {
        "configurationKey": [{"key": "MeterValueSampleInterval", "readonly": False, "value": "15"}],
        "unknownKey": ["Nonsense", "nonsense"],
    }
    assert responder.get_configuration({"key": ["numberofconnectors"]}) == {
        "configurationKey": [{"key": "NumberOfConnectors", "readonly": True, "value": "2"}]
    }


def test_all_configuration_is_given_when_no_key_is_named(responder: Responder) -> None:
    names = [entry["key"] for entry in responder.get_configuration({})["configurationKey"]]

    assert names == list(responder.configuration)
    assert len(names) <= int(responder.configuration["GetConfigurationMaxKeys"][0])


@pytest.mark.parametrize(
    ("key", "status", "value"),
    [
        ("heartbeatINTERVAL", "Accepted", "7"),
        ("NumberOfConnectors", "Rejected", "2"),
        ("PlugproofNoSuchKey", "NotSupported", None),
    ],
)
def test_a_key_is_changed_only_where_it_may(responder: Responder, key: str, status: str, value: str | None) -> None:
    assert responder.change_configuration({"key": key, "value": "7"}) == {"status": status}
    entries = responder.get_configuration({"key": [key]})["configurationKey"]
    assert [entry["value"] for entry in entries] == ([] if value is None else [value])


@pytest.mark.parametrize("action", ["TriggerMessage", "ExtendedTriggerMessage"])
@pytest.mark.parametrize("message", TRIGGERS)
def test_what_is_triggered_is_sent_if_and_only_if_it_was_accepted(
    responder: Responder, action: str, message: str
) -> None:
    payload = {"requestedMessage": message, "connectorId": 1}
    answer = responder.answer(action, payload)
    triggered = responder.triggered(payload, lambda connector: "Charging")

    assert answer is not None
    assert (answer["status"] == "Accepted") == (triggered is not None)
    if triggered is not None:
        assert triggered[0] == message
        assert SET.diagnose(*triggered[:1], "call", triggered[1]) == ()


def test_a_triggered_status_is_that_of_the_connector(responder: Responder) -> None:
    statuses = {0: "Available", 2: "Charging"}

    for payload, connector in (({}, 0), ({"connectorId": 2}, 2)):
        asked = {"requestedMessage": "StatusNotification", **payload}
        assert responder.triggered(asked, statuses.__getitem__) == (
            "StatusNotification",
            {"connectorId": connector, "errorCode": "NoError", "status": statuses[connector]},
        )
