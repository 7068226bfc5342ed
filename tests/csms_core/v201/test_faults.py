"""Every deliberate defect of OCPP 2.0.1 changes what leaves, on its connections alone, and the rules of the first
twenty cases each have one that breaks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from csms_core.v201.faults import FAULTS
from ocppj.v201 import PROTOCOL
from tests.csms_core.support.bench import CATALOGUE, Message, what_leaves
from tests.csms_core.v201.support import BOOT, NOW, energy, event, token

SCHEMAS = PROTOCOL.schemas
MISSING: Any = object()

TIME = {"currentTime": NOW}
ACCEPTED: dict[str, Any] = {"status": "Accepted"}
GROUP = ACCEPTED | {"groupIdToken": token("FAMILY", "Central")}
THRESHOLD = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}
REFUSED = ("Unknown", "Blocked", "Expired", "Invalid")


def boot() -> Message:
    return "BootNotification", BOOT, ACCEPTED | TIME | {"interval": 300}


def state(connector: str) -> Message:
    return "StatusNotification", {"timestamp": NOW, "connectorStatus": connector, "evseId": 1, "connectorId": 1}, {}


def authorize(info: dict[str, Any]) -> Message:
    return "Authorize", {"idToken": token()}, {"idTokenInfo": info}


def said(*words: Any, info: dict[str, Any] | None = None, **members: Any) -> Message:
    payload = event(*words, **members) | ({} if info is None else {"idToken": token()})
    return "TransactionEvent", payload, {} if info is None else {"idTokenInfo": info}


SESSION: Mapping[str, Message] = {
    "boot": boot(),
    "available": state("Available"),
    "heartbeat": ("Heartbeat", {}, TIME),
    "trigger": ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
    "trigger of a connector": (
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}},
    ),
    "get": ("GetVariables", {"getVariableData": [THRESHOLD]}),
    "set": ("SetVariables", {"setVariableData": [THRESHOLD | {"attributeValue": "123"}]}),
    **{f"authorize {status}": authorize({"status": status}) for status in REFUSED},
    **{
        f"event {status}": said(0, "Started", "Authorized", transactionId=status, info={"status": status})
        for status in REFUSED
    },
    **{
        f"stop {status}": said(1, "Ended", "StopAuthorized", transactionId=status, info={"status": status})
        for status in REFUSED
    },
    "occupied": state("Occupied"),
    "plugged in": said(0, "Started", "CablePluggedIn", chargingState="EVConnected"),
    "authorize": authorize(GROUP),
    "authorized": said(1, "Updated", "Authorized", info=GROUP),
    "charging": said(2, chargingState="Charging"),
    "periodic": said(3, "Updated", "MeterValuePeriodic", meterValue=energy(10)),
    "authorize to stop": authorize(GROUP),
    **{f"authorize {status} while charging": authorize({"status": status}) for status in REFUSED},
    "stop authorized": said(4, "Updated", "StopAuthorized", info=GROUP),
    "charged": said(5, chargingState="EVConnected"),
    "unplugged": said(6, "Ended", "EVCommunicationLost", stoppedReason="EVDisconnected"),
    "request start": ("RequestStartTransaction", {"remoteStartId": 1, "evseId": 1, "idToken": token()}),
    "remote start": said(0, "Started", "RemoteStart", transactionId="R", info=ACCEPTED),
    "request stop": ("RequestStopTransaction", {"transactionId": "R"}),
    "remote stop": said(1, "Ended", "RemoteStop", transactionId="R", stoppedReason="Remote"),
    "change availability": ("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": {"id": 1}}),
    "unavailable": state("Unavailable"),
    "faulted": state("Faulted"),
    "reserved": state("Reserved"),
    "data": ("DataTransfer", {"vendorId": "v", "messageId": "m"}, {"status": "UnknownVendorId"}),
    "unlock": ("UnlockConnector", {"evseId": 1, "connectorId": 1}),
    "clear cache": ("ClearCache", {}),
    "meter values": ("MeterValues", {"evseId": 1, "meterValue": energy(1)}, {}),
    "report": ("NotifyReport", {"requestId": 1, "generatedAt": NOW, "seqNo": 0}, {}),
    "security event": ("SecurityEventNotification", {"type": "StartupOfTheDevice", "timestamp": NOW}, {}),
    "reset": ("Reset", {"type": "OnIdle"}),
    "boot after reset": boot(),
    "available after reset": state("Available"),
    "charging on": said(7, chargingState="Charging"),
    "boot while charging": boot(),
}
"""A life of a station as the right CSMS serves it: CALLs with their answers, and CALLs of the CSMS."""


def left(*faults: str, subprotocol: str = "ocpp2.0.1") -> dict[str, Any]:
    return what_leaves(SESSION, *faults, subprotocol=subprotocol)


RIGHT = left()

Judge = Callable[[str, Any], bool]
"""Takes the name of the message, and the payload that left."""


def at(path: str, payload: Any) -> Any:
    for step in path.split("."):
        if isinstance(payload, list) and int(step) < len(payload):
            payload = payload[int(step)]
        elif isinstance(payload, dict) and step in payload:
            payload = payload[step]
        else:
            return MISSING
    return payload


def valid(name: str, payload: Any) -> bool:
    """It was sent, and its schema accepts it."""
    action, _, *answer = SESSION[name]
    checks = SCHEMAS.result if answer else SCHEMAS.call
    return payload is not MISSING and bool(checks[action](payload))


def equals(path: str, *values: Any) -> Judge:
    return lambda name, payload: at(path, payload) in values


def lacks(path: str) -> Judge:
    return lambda name, payload: at(path, payload) is MISSING


ACCEPTED_TOKEN = equals("idTokenInfo.status", "Accepted")
FAMILY = equals("idTokenInfo.groupIdToken.idToken", "FAMILY")
ANSWER = ("-unanswered", "-callerror", "-answer-with-extra-member")


def unacknowledged(name: str) -> tuple[str, ...]:
    """The faults by which a message is not acknowledged."""
    return tuple(f"{name}{end}" for end in ANSWER)


RULES: Mapping[str, tuple[str, Judge, tuple[str, ...]]] = {
    "TC_B_01_CSMS.R1": ("boot", equals("status", "Accepted"), ("boot-pending", "boot-rejected")),
    "TC_B_06_CSMS.R1": (
        "get",
        equals("getVariableData.0.attributeType", "Actual", MISSING),
        ("get-variables-wrong-attribute",),
    ),
    "TC_B_06_CSMS.R2": (
        "get",
        equals("getVariableData.0.variable.name", "OfflineThreshold"),
        ("get-variables-wrong-variable", "get-variables-data-empty"),
    ),
    "TC_B_06_CSMS.R3": (
        "get",
        equals("getVariableData.0.component.name", "OCPPCommCtrlr"),
        ("get-variables-wrong-component", "get-variables-without-component"),
    ),
    "TC_B_09_CSMS.R1": (
        "set",
        equals("setVariableData.0.variable.name", "OfflineThreshold"),
        ("set-variables-wrong-variable", "set-variables-without-variable"),
    ),
    "TC_B_09_CSMS.R2": (
        "set",
        equals("setVariableData.0.component.name", "OCPPCommCtrlr"),
        ("set-variables-wrong-component", "set-variables-without-data"),
    ),
    "TC_B_09_CSMS.R3": (
        "set",
        equals("setVariableData.0.attributeValue", "123"),
        ("set-variables-wrong-value", "set-variables-value-as-number", "set-variables-without-value"),
    ),
    "TC_B_09_CSMS.R4": (
        "set",
        equals("setVariableData.0.attributeType", "Actual", MISSING),
        ("set-variables-wrong-attribute",),
    ),
    "TC_B_20_CSMS.R1": ("reset", lacks("evseId"), ("reset-with-evse",)),
    "TC_B_20_CSMS.R2": ("boot after reset", equals("status", "Accepted"), ("boot-after-reset-rejected",)),
    "TC_B_20_CSMS.R3": ("available after reset", valid, unacknowledged("status-after-reset")),
    "TC_B_21_CSMS.R1": ("reset", lacks("evseId"), ("reset-with-evse",)),
    "TC_B_21_CSMS.R2": ("reset", equals("type", "OnIdle"), ("reset-type-swapped", "reset-without-type")),
    "TC_B_21_CSMS.R3": ("stop authorized", valid, unacknowledged("stop-authorized")),
    "TC_B_21_CSMS.R4": ("unplugged", valid, (*unacknowledged("ended"), *unacknowledged("ev-disconnected"))),
    "TC_B_21_CSMS.R5": ("boot after reset", equals("status", "Accepted"), ("boot-after-reset-rejected",)),
    "TC_B_21_CSMS.R6": ("available after reset", valid, unacknowledged("status-after-reset")),
    "TC_C_02_CSMS.R1": (
        "authorize Unknown",
        equals("idTokenInfo.status", "Invalid", "Unknown"),
        ("authorize-accepts-everyone", "authorize-unknown-as-blocked"),
    ),
    "TC_C_06_CSMS.R1": (
        "authorize Blocked",
        equals("idTokenInfo.status", "Blocked", "Invalid"),
        ("authorize-accepts-everyone", "authorize-blocked-as-expired"),
    ),
    "TC_C_08_CSMS.R1": (
        "authorized",
        ACCEPTED_TOKEN,
        ("transaction-event-invalid", "transaction-event-without-token-info", "authorized-unanswered"),
    ),
    "TC_C_39_CSMS.R1": ("authorize", ACCEPTED_TOKEN, ("authorize-invalid", "authorize-without-status")),
    "TC_C_39_CSMS.R2": ("authorize", FAMILY, ("authorize-without-group", "authorize-wrong-group")),
    "TC_C_39_CSMS.R3": ("authorized", ACCEPTED_TOKEN, ("transaction-event-invalid",)),
    "TC_C_39_CSMS.R4": ("authorized", FAMILY, ("transaction-event-without-group", "transaction-event-wrong-group")),
    "TC_C_39_CSMS.R5": ("authorize to stop", ACCEPTED_TOKEN, ("authorize-while-charging-invalid",)),
    "TC_C_39_CSMS.R6": (
        "authorize to stop",
        FAMILY,
        ("authorize-while-charging-without-group", "authorize-while-charging-wrong-group"),
    ),
    "TC_C_39_CSMS.R7": ("stop authorized", ACCEPTED_TOKEN, ("stop-authorized-invalid",)),
    "TC_C_39_CSMS.R8": ("stop authorized", FAMILY, ("stop-authorized-without-group", "stop-authorized-wrong-group")),
    "TC_E_03_CSMS.R1": ("authorized", ACCEPTED_TOKEN, ("transaction-event-invalid",)),
    "TC_E_03_CSMS.R2": ("charging", valid, unacknowledged("charging-begun")),
    "TC_E_04_CSMS.R1": ("authorize", ACCEPTED_TOKEN, ("authorize-invalid",)),
    "TC_E_04_CSMS.R2": ("plugged in", valid, unacknowledged("cable-plugged-in")),
    "TC_E_15_CSMS.R1": ("unplugged", valid, unacknowledged("ended")),
    "TC_E_21_CSMS.R1": (
        "request stop",
        equals("transactionId", "R"),
        ("request-stop-wrong-transaction", "request-stop-without-transaction", "request-stop-not-sent"),
    ),
    "TC_E_21_CSMS.R2": ("remote stop", valid, (*unacknowledged("ended"), *unacknowledged("remote-stop"))),
    "TC_F_01_CSMS.R1": (
        "request start",
        equals("idToken.idToken", "GOOD"),
        ("request-start-wrong-token", "request-start-without-token"),
    ),
    "TC_F_01_CSMS.R2": (
        "request start",
        equals("idToken.type", "ISO14443"),
        ("request-start-wrong-token-type", "request-start-without-token-type"),
    ),
    "TC_F_01_CSMS.R3": ("remote start", valid, unacknowledged("remote-start")),
    "TC_F_02_CSMS.R1": ("request start", equals("idToken.idToken", "GOOD"), ("request-start-wrong-token",)),
    "TC_F_02_CSMS.R2": ("request start", equals("idToken.type", "ISO14443"), ("request-start-wrong-token-type",)),
    "TC_F_02_CSMS.R3": ("authorize", ACCEPTED_TOKEN, ("authorize-invalid",)),
    "TC_F_02_CSMS.R4": ("remote start", valid, unacknowledged("remote-start")),
    "TC_F_20_CSMS.R1": (
        "trigger",
        equals("requestedMessage", "Heartbeat"),
        ("trigger-wrong-message", "trigger-without-message", "trigger-not-sent"),
    ),
    "TC_F_20_CSMS.R2": (
        "heartbeat",
        valid,
        (*unacknowledged("heartbeat"), "heartbeat-answer-without-current-time"),
    ),
    "STATE_Unavailable_CSMS.R1": (
        "change availability",
        equals("operationalStatus", "Inoperative"),
        ("change-availability-type-swapped", "change-availability-without-status"),
    ),
    "STATE_Unavailable_CSMS.R2": (
        "change availability",
        equals("evse.id", 1),
        ("change-availability-wrong-evse", "change-availability-without-evse", "change-availability-not-sent"),
    ),
    "STATE_Unavailable_CSMS.R3": (
        "change availability",
        lacks("evse.connectorId"),
        ("change-availability-with-connector",),
    ),
    "TC_J_09_CSMS.R1": ("periodic", valid, unacknowledged("meter-value-periodic")),
    "TC_P_02_CSMS.R1": (
        "data",
        equals("status", "UnknownVendorId", "UnknownMessageId", "Rejected"),
        ("data-transfer-accepts-everything", "data-transfer-unknown-status", "data-transfer-without-status"),
    ),
}
"""The rules of the first twenty cases that are about messages: the message, what is asked of it, and what breaks it.
TC_B_58_CSMS is about the handshake, whose faults have to do with no version."""


def test_the_session_of_these_tests_is_valid() -> None:
    assert set(RIGHT) == set(SESSION)
    assert [name for name, payload in RIGHT.items() if not valid(name, payload)] == []


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_every_fault_changes_what_leaves_and_on_its_connections_alone(name: str) -> None:
    def differs(wrong: dict[str, Any]) -> set[str]:
        return {name for name in SESSION if wrong.get(name, MISSING) != RIGHT[name]}

    assert differs(left(name)), "nothing in the session of a station is changed by this fault"
    assert not differs(left(name, subprotocol="ocpp2.1"))


@pytest.mark.parametrize("rid", RULES)
def test_every_rule_of_a_message_has_a_fault_that_breaks_it(rid: str) -> None:
    name, holds, faults = RULES[rid]

    assert holds(name, RIGHT[name])
    assert faults
    for fault in faults:
        assert not holds(name, left(fault).get(name, MISSING)), fault


@pytest.mark.parametrize(
    ("fault", "messages"),
    [
        ("boot-after-reset-rejected", {"boot after reset"}),
        ("boot-after-power-loss-rejected", {"boot while charging"}),
        ("status-after-reset-unanswered", {"available after reset"}),
        ("unavailable-unanswered", {"unavailable"}),
        ("charging-begun-unanswered", {"charging", "charging on"}),
        ("charging-over-unanswered", {"charged"}),
        ("remote-stop-unanswered", {"remote stop"}),
        ("authorize-while-charging-invalid", {"authorize to stop"}),
        ("stop-authorized-without-group", {"stop authorized"}),
        ("trigger-without-evse", {"trigger of a connector"}),
    ],
)
def test_a_fault_changes_only_what_it_says(fault: str, messages: set[str]) -> None:
    wrong = left(fault)

    assert {name for name in SESSION if wrong.get(name, MISSING) != RIGHT[name]} == messages


def test_all_faults_are_in_the_catalogue() -> None:
    assert {fault.name for fault in FAULTS} <= CATALOGUE.keys()
