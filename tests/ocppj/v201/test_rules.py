"""What OCPP 2.0.1 rules otherwise than 1.6; what both have in common is in tests/ocppj/rules/test_rules.py."""

from typing import Any, get_args

import pytest

from ocppj.evidence.trace import Role
from ocppj.v201.rules.values import DATES
from schemas.errata import subschemas
from schemas.model import Kind
from tests.ocppj.support.line import Line
from tests.ocppj.support.spoken import OCPP_2_0_1

PROTOCOL = OCPP_2_0_1.protocol
NOW = "2026-11-21T10:00:00Z"

both = pytest.mark.parametrize("party", ["station", "csms"])


def line_of(party: Role, **options: Any) -> Line:
    return Line(party, OCPP_2_0_1, **options)


@both
def test_rpc_06_a_call_that_is_sent_again_has_an_id_of_its_own(party: Role) -> None:
    line = line_of(party)
    line.calls("1")
    line.passes(60)
    line.calls("2")
    assert line.broken == []

    line.passes(60)
    line.calls("1")
    assert line.broken == [("RPC-06", "MUST")]


@both
@pytest.mark.parametrize(("text", "id"), [('[9,"x"]', "x"), ("[9]", "-1")])
def test_rpc_11_a_message_of_unknown_type_is_ignored_or_refused_with_its_code(party: Role, text: str, id: str) -> None:
    line = line_of(party)
    line.hears(text)
    line.refuses(id, "MessageTypeNotSupported")
    line.hears(text)
    line.session.close(line.other, line.now)
    assert line.broken == []

    line.refuses(id, "FormatViolation")
    assert line.broken == [("RPC-11", "MUST")]


@both
def test_rpc_11_a_message_of_unknown_type_has_no_result(party: Role) -> None:
    line = line_of(party)
    line.hears('[9,"x"]')
    line.answers("x")
    assert line.broken == [("RPC-11", "MUST")]
    assert "a CALLRESULT" in line.session.findings[-1].message


@both
def test_rpc_11_the_connection_stays_up(party: Role) -> None:
    line = line_of(party)
    line.hears('[9,"x"]')
    line.session.close(party, line.now)
    assert line.broken == [("RPC-11", "MUST")]


@both
@pytest.mark.parametrize("text", ["{", "[]", "[2]", '[2,7,"Heartbeat",{}]'])
def test_rpc_12_what_has_no_id_is_answered_with_minus_one(party: Role, text: str) -> None:
    line = line_of(party)
    line.hears(text)
    line.refuses("-1", "RpcFrameworkError")
    assert line.broken == []

    line.refuses("-1", "RpcFrameworkError")  # there was one such text only
    assert line.broken[-1:] == [("RPC-14", "MUST")]


@both
def test_rpc_12_what_has_no_id_is_answered_with_no_other_id(party: Role) -> None:
    line = line_of(party)
    line.hears("{")
    line.refuses("0", "RpcFrameworkError")
    assert line.broken == [("RPC-12", "MUST")]


@both
def test_rpc_13_what_does_not_conform_may_be_dropped(party: Role) -> None:
    line = line_of(party)
    line.is_called("1", payload={"more": 1})
    line.session.time_out("1", line.now)
    assert line.broken == [("RPC-13", "INFO")]


@both
def test_rpc_15_is_a_must(party: Role) -> None:
    assert OCPP_2_0_1.level("RPC-15") == "MUST"


def test_err_08_leaves_alone_a_message_with_more_than_the_station_takes() -> None:
    line = line_of("station")
    variables = [{"component": {"name": "c"}, "variable": {"name": "v"}}]
    line.is_called("1", "GetReport", {"requestId": 1, "componentVariable": variables})
    line.refuses("1", "OccurrenceConstraintViolation")
    line.is_called("2", "GetVariables", {"getVariableData": variables})
    line.refuses("2", "FormatViolation")
    assert line.broken == []


_TOKEN = {"idToken": "A1", "type": "Central"}
_EVENT = {
    "eventType": "Started",
    "timestamp": NOW,
    "triggerReason": "Authorized",
    "seqNo": 0,
    "transactionInfo": {"transactionId": "T1"},
}
_BOOT = {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}}


def _event(**members: Any) -> dict[str, Any]:
    return {**_EVENT, **members}


def _profile(limit: float) -> dict[str, Any]:
    period = {"startPeriod": 0, "limit": limit}
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
    profile = {
        "id": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": [schedule],
    }
    return {"evseId": 1, "chargingProfile": profile}


def _sample(**members: Any) -> dict[str, Any]:
    return {"evseId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [{"value": 1.5, **members}]}]}


def _monitor(value: float) -> dict[str, Any]:
    monitor = {"value": value, "type": "UpperThreshold", "severity": 1}
    return {"setMonitoringData": [{**monitor, "component": {"name": "c"}, "variable": {"name": "v"}}]}


CALLS: list[tuple[str, Role, str, dict[str, Any], dict[str, Any]]] = [
    ("VAL-00", "station", "Authorize", {"idToken": _TOKEN}, {}),
    ("VAL-00", "csms", "GetVariables", {"getVariableData": [{"component": {"name": "c"}, "variable": {"name": "v"}}]},
     {"getVariableData": []}),
    ("VAL-00", "station", "MeterValues", _sample(), _sample(value="1.5")),
    ("VAL-00", "csms", "SetMonitoringLevel", {"severity": 9}, {"severity": 9.5}),
    ("VAL-01", "station", "TransactionEvent", _EVENT, _event(timestamp="2026-11-21T10:00:00")),
    ("VAL-05", "station", "BootNotification", _BOOT,
     {**_BOOT, "chargingStation": {"model": "m" * 21, "vendorName": "v"}}),
    ("VAL-08", "csms", "SetChargingProfile", _profile(16.1), _profile(16.15)),
    ("VAL-09", "csms", "SetMonitoringLevel", {"severity": 2**31 - 1}, {"severity": 2**31}),
    ("VAL-09", "csms", "SetMonitoringLevel", {"severity": 1.0}, {"severity": -(2**31) - 1}),
    ("VAL-10", "station", "BootNotification", _BOOT, {**_BOOT, "reason": "powerUp"}),
    ("VAL-14", "station", "Heartbeat", {"customData": {"vendorId": "v", "more": 1}}, {"more": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "party", "action", "right", "wrong"), CALLS)
def test_a_payload_is_judged_by_its_schema(
    rule: str, party: Role, action: str, right: dict[str, Any], wrong: dict[str, Any]
) -> None:
    line = line_of(party)
    assert line.calls("1", action, right).valid
    line.passes(60)
    assert line.broken == []

    assert not line.calls("2", action, wrong).valid
    assert line.broken == [(rule, "MUST")]


def test_rpc_19_an_answer_is_judged_by_its_schema() -> None:
    line = line_of("csms")
    line.is_called("1", "Heartbeat", {})
    line.answers("1", {})
    assert line.broken == [("RPC-19", "MUST")]


def test_a_value_beyond_a_range_of_its_own_is_no_matter_of_integers() -> None:
    parameters = {"evMaxCurrent": 1, "evMaxVoltage": 1, "stateOfCharge": 101}
    needs = {"requestedEnergyTransfer": "DC", "dcChargingParameters": parameters}
    line = line_of("station")
    line.calls("1", "NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": needs})
    assert line.broken == [("VAL-00", "MUST")]


def test_val_14a_a_member_stands_once() -> None:
    line = line_of("csms")
    line.says('[2,"1","SetMonitoringLevel",{"severity":1,"severity":2}]')
    assert line.broken == [("VAL-14a", "SHOULD")]


def test_val_01_an_offset_is_only_noted() -> None:
    line = line_of("station")
    line.calls("1", "TransactionEvent", _event(timestamp="2026-11-21T10:00:00.5+02:00"))
    assert line.broken == [("VAL-01", "INFO")]


def test_val_19_a_second_has_three_decimals() -> None:
    line = line_of("station")
    line.calls("1", "TransactionEvent", _event(timestamp="2026-11-21T10:00:00.123Z"))
    line.passes(60)
    custom = {"vendorId": "v", "timestamp": "2026-11-21T10:00:00.123456Z"}
    line.calls("2", "DataTransfer", {"vendorId": "v", "data": "2026-11-21T10:00:00.123456Z", "customData": custom})
    line.passes(60)
    assert line.broken == []

    seen = line.calls("3", "TransactionEvent", _event(timestamp="2026-11-21T10:00:00.1234Z"))
    assert seen.valid
    assert line.broken == [("VAL-19", "MUST")]
    assert line.session.findings[-1].path == ("timestamp",)


def test_val_19_binds_answers_too() -> None:
    line = line_of("csms")
    line.is_called("1", "Heartbeat", {})
    line.answers("1", {"currentTime": "2026-11-21T10:00:00.123456Z"})
    assert line.broken == [("VAL-19", "MUST")]


def test_val_19_knows_every_date_of_the_schemas() -> None:
    dates = {
        name
        for action in PROTOCOL.schemas.actions
        for kind in get_args(Kind)
        for schema in subschemas(PROTOCOL.schemas.schema(action, kind))
        for name, member in schema.get("properties", {}).items()
        if member.get("format") == "date-time"
    }
    assert dates == DATES


@pytest.mark.parametrize(
    ("party", "action", "payload", "path"),
    [
        ("station", "Authorize", {"idToken": {**_TOKEN, "idToken": "A 1"}}, "idToken.idToken"),
        ("station", "TransactionEvent", _event(transactionInfo={"transactionId": "T#1"}), "transactionInfo"),
        ("csms", "RequestStopTransaction", {"transactionId": "Tä"}, "transactionId"),
        ("csms", "RequestStartTransaction", {"remoteStartId": 1, "idToken": _TOKEN, "groupIdToken":
            {**_TOKEN, "idToken": "a\n"}}, "groupIdToken.idToken"),
    ],
)  # fmt: skip
def test_val_20_an_identifier_has_few_characters(party: Role, action: str, payload: Any, path: str) -> None:
    line = line_of(party)
    seen = line.calls("1", action, payload)
    assert seen.valid
    assert line.broken == [("VAL-20", "MUST")]
    assert line.session.findings[0].message.startswith(path)


def test_val_20_lets_every_character_of_its_set_pass_and_binds_answers() -> None:
    line = line_of("csms")
    line.is_called("1", "Authorize", {"idToken": {**_TOKEN, "idToken": "aZ09*-_=:+|@."}})
    line.answers("1", {"idTokenInfo": {"status": "Accepted", "groupIdToken": _TOKEN}})
    line.calls("2", "CustomerInformation", {"requestId": 1, "report": True, "clear": False})
    assert line.session.findings == []

    line.is_called("3")
    line.answers("3", {"idTokenInfo": {"status": "Accepted", "groupIdToken": {**_TOKEN, "idToken": "a/b"}}})
    assert line.broken == [("VAL-20", "MUST")]


@pytest.mark.parametrize(("value", "is_right"), [(0.123456, True), (7, True), (1e-6, True), (0.1234567, False)])
def test_val_21_a_decimal_for_a_station_has_six_decimals(value: float, is_right: bool) -> None:
    expected = [] if is_right else [("VAL-21", "MUST")]
    for action, payload in (
        ("SetVariableMonitoring", _monitor(value)),
        ("CostUpdated", {"totalCost": value, "transactionId": "T1"}),
    ):
        line = line_of("csms")
        assert line.calls("1", action, payload).valid
        assert line.broken == expected

    line = line_of("csms")
    line.is_called("1", "TransactionEvent", _EVENT)
    line.answers("1", {"totalCost": value})
    assert line.broken == expected


def test_every_rule_of_2_0_1_says_where_it_comes_from() -> None:
    for rule in PROTOCOL.book.rules.values():
        assert rule.source.startswith(("P2", "P4")), rule.id
        assert rule.sentence.endswith(".")
