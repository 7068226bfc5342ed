"""The diagnosis: one sentence per reason, in the order of the paths, the member named as on the wire, no secrets."""

from typing import Any

import pytest

import schemas
from schemas.diagnosis import MAX_VIOLATIONS

SET = schemas.load("1.6")
PERIOD = {"startPeriod": 0, "limit": 16.0}
NOW = "2026-11-21T10:00:00Z"


def profile(**changes: Any) -> dict[str, Any]:
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [PERIOD | changes]}
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": schedule,
        },
    }


@pytest.mark.parametrize(
    ("action", "kind", "payload", "path", "keyword", "message"),
    [
        ("Authorize", "call", {}, (), "required", "idTag: the member is required, and missing"),
        (
            "Authorize",
            "result",
            {"idTagInfo": {}},
            ("idTagInfo",),
            "required",
            "idTagInfo.status: the member is required, and missing",
        ),
        (
            "Authorize",
            "result",
            {"idTagInfo": {"status": "OK"}},
            ("idTagInfo", "status"),
            "enum",
            "idTagInfo.status: 'OK' is none of Accepted, Blocked, Expired, Invalid, ConcurrentTx",
        ),
        (
            "Reset",
            "call",
            {"type": "hard"},
            ("type",),
            "enum",
            "type: 'hard' is none of Hard, Soft (did you mean Hard?)",
        ),
        (
            "Authorize",
            "call",
            {"idTag": "x" * 21},
            ("idTag",),
            "maxLength",
            "idTag: it has 21 characters, at most 20 are allowed",
        ),
        (
            "Authorize",
            "call",
            {"idTag": "A", "idtag": "B"},
            ("idtag",),
            "additionalProperties",
            "idtag: there is no such member here, only idTag (did you mean idTag?)",
        ),
        (
            "Heartbeat",
            "call",
            {"a b": 1},
            ("a b",),
            "additionalProperties",
            '"a b": there is no such member in a payload that has none',
        ),
        ("Heartbeat", "call", None, (), "type", "the payload: null where an object belongs"),
        ("Heartbeat", "call", [], (), "type", "the payload: an array where an object belongs"),
        ("Authorize", "call", {"idTag": 7}, ("idTag",), "type", "idTag: a number where a string belongs (7)"),
        ("Authorize", "call", {"idTag": {"x": 1}}, ("idTag",), "type", "idTag: an object where a string belongs"),
        ("Reset", "call", {"type": {"x": 1}}, ("type",), "type", "type: an object where a string belongs"),
        (
            "RemoteStopTransaction",
            "call",
            {"transactionId": "7"},
            ("transactionId",),
            "type",
            "transactionId: a string where an integer belongs ('7')",
        ),
        (
            "RemoteStopTransaction",
            "call",
            {"transactionId": True},
            ("transactionId",),
            "type",
            "transactionId: true or false where an integer belongs (true)",
        ),
        (
            "RemoteStopTransaction",
            "call",
            {"transactionId": 7.0},
            ("transactionId",),
            "type",
            "transactionId: 7.0 must be written without a fraction or exponent",
        ),
        (
            "RemoteStopTransaction",
            "call",
            {"transactionId": 2**31},
            ("transactionId",),
            "maximum",
            "transactionId: 2147483648 is above the greatest value allowed, 2147483647",
        ),
        (
            "RemoteStopTransaction",
            "call",
            {"transactionId": -(10**4000)},
            ("transactionId",),
            "minimum",
            "transactionId: an integer of 13288 bits is below the least value allowed, -2147483648",
        ),
        (
            "Heartbeat",
            "result",
            {"currentTime": "2026-11-21T10:00:00"},
            ("currentTime",),
            "format",
            "currentTime: '2026-11-21T10:00:00' is not a date-time with a zone, such as 2026-11-21T10:00:00Z",
        ),
        (
            "MeterValues",
            "call",
            {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": []}]},
            ("meterValue", 0, "sampledValue"),
            "minItems",
            "meterValue[0].sampledValue: it holds 0 items, at least 1 is required",
        ),
        (
            "SetChargingProfile",
            "call",
            profile(limit=16.25),
            ("csChargingProfiles", "chargingSchedule", "chargingSchedulePeriod", 0, "limit"),
            "multipleOf",
            "csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit: "
            "16.25 is no multiple of 0.1, it has too many decimals",
        ),
    ],
)
def test_sentences(
    action: str, kind: schemas.Kind, payload: Any, path: tuple[str | int, ...], keyword: str, message: str
) -> None:
    (violation,) = SET.diagnose(action, kind, payload)
    assert violation.path == path
    assert violation.keyword == keyword
    assert violation.message == message
    assert violation.expected


def test_expected_and_actual() -> None:
    (missing,) = SET.diagnose("Authorize", "call", {})
    assert (missing.expected, missing.actual) == ("a member idTag", "idTag")
    (value,) = SET.diagnose("Reset", "call", {"type": "hard"})
    assert (value.expected, value.actual) == ("one of Hard, Soft", "hard")
    (number,) = SET.diagnose("SetChargingProfile", "call", profile(limit=16.25))
    assert (number.expected, number.actual) == ("a multiple of 0.1", 16.25)
    assert isinstance(number.actual, float)


def test_an_accepted_payload_has_no_violations() -> None:
    assert SET.diagnose("Heartbeat", "call", {}) == ()
    assert SET.diagnose("SetChargingProfile", "call", profile(limit=21.4)) == ()


def test_each_reason_is_told_once_and_in_the_order_of_the_paths() -> None:
    payload = {"connectorId": 1.0, "idTag": "A", "timestamp": "today", "extra": 1}
    found = [
        (violation.path, violation.keyword, violation.actual)
        for violation in SET.diagnose("StartTransaction", "call", payload)
    ]
    assert found == [
        ((), "required", "meterStart"),
        (("connectorId",), "type", 1.0),
        (("extra",), "additionalProperties", 1),
        (("timestamp",), "format", "today"),
    ]


def test_array_positions_are_ordered_as_numbers() -> None:
    keys: list[Any] = [1] * 12
    found = SET.diagnose("GetConfiguration", "call", {"key": keys})
    assert [violation.path for violation in found] == [("key", index) for index in range(12)]


def test_both_missing_members_are_told() -> None:
    found = SET.diagnose("ChangeConfiguration", "call", {})
    assert [violation.actual for violation in found] == ["key", "value"]


@pytest.mark.parametrize("value", [4711, "4711" * 200, {"x": 4711}])
def test_the_authorization_key_is_never_shown(value: Any) -> None:
    found = SET.diagnose("ChangeConfiguration", "call", {"key": "authorizationKEY", "value": value})
    assert found[0].path == ("value",)
    assert "4711" not in repr(found)


def test_the_authorization_key_is_not_shown_inside_a_refused_container() -> None:
    entry = {"key": "AuthorizationKey", "readonly": False, "value": "4711"}
    found = SET.diagnose("GetConfiguration", "result", {"configurationKey": entry})
    assert found[0].path == ("configurationKey",)
    assert "4711" not in repr(found)
    assert found[0].actual["readonly"] is False


def test_credentials_in_an_address_are_not_shown() -> None:
    (found,) = SET.diagnose("GetDiagnostics", "call", {"location": "//alice:4711@host/path"})
    assert found.message.startswith("location: '//***@host/path' is not an absolute URI")
    assert "4711" not in repr(found)


def test_the_number_of_violations_is_bounded() -> None:
    many = {f"member{index}": index for index in range(10_000)}
    assert len(SET.diagnose("Heartbeat", "call", many)) == MAX_VIOLATIONS
    assert len(SET.diagnose("GetConfiguration", "call", {"key": [1] * 10_000})) == MAX_VIOLATIONS


def test_long_values_and_names_are_cut() -> None:
    (found,) = SET.diagnose("Reset", "call", {"type": "x" * 100_000})
    assert len(found.message) < 200
    (found,) = SET.diagnose("Heartbeat", "call", {"x" * 100_000: 1})
    assert len(found.message) < 200


@pytest.mark.parametrize("payload", [lambda deep: {"extra": deep}, lambda deep: {"idTag": deep}, lambda deep: deep])
def test_deep_nesting_is_refused_without_recursion(payload: Any) -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    found = SET.diagnose("Authorize", "call", payload(deep))
    assert found
    assert len(repr(found)) < 2000


@pytest.mark.parametrize("payload", [{1: 2}, {"idTag": b"x"}, "\ud800"])
def test_what_no_json_parser_gives_is_refused_not_raised(payload: Any) -> None:
    (found,) = SET.diagnose("Authorize", "call", payload)
    assert found.message == "the payload: it holds something that JSON cannot express"


def test_infinity_is_no_number() -> None:
    (found,) = SET.diagnose("SetChargingProfile", "call", profile(limit=float("inf")))
    assert found.path[-1] == "limit"
