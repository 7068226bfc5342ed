"""errata.toml: each entry changes something, what was found right still is, and bad entries are sentences."""

from importlib import resources
from typing import Any

import pytest

import schemas
from schemas import errata, source

FOLDERS = ("v16", "v201")
FILES = {folder: source.read_files(folder) for folder in FOLDERS}
ERRATA = {
    folder: errata.parse((resources.files("schemas") / folder / "errata.toml").read_bytes()) for folder in FOLDERS
}
DEVIATIONS = [
    pytest.param(folder, entry, id=f"{folder}-{entry.id}") for folder in FOLDERS for entry in ERRATA[folder].deviation
]
CHECKED = [
    pytest.param(folder, entry, id=f"{folder}-{entry.file}{entry.pointer}")
    for folder in FOLDERS
    for entry in ERRATA[folder].checked
]


def deviation(**fields: Any) -> errata.Deviation:
    return errata.Deviation(id="x", reason="r", source="s", **fields)


@pytest.mark.parametrize(("folder", "entry"), DEVIATIONS)
def test_each_deviation_changes_the_files_as_they_come(folder: str, entry: errata.Deviation) -> None:
    assert errata.apply(FILES[folder], [entry]) != FILES[folder]
    assert entry.reason
    assert entry.source


@pytest.mark.parametrize(("folder", "entry"), DEVIATIONS)
def test_each_deviation_applied_twice_is_an_error(folder: str, entry: errata.Deviation) -> None:
    once = errata.apply(FILES[folder], [entry])
    with pytest.raises(schemas.BadErratum, match=f"{entry.id}.*(changes nothing)"):
        errata.apply(once, [entry])


@pytest.mark.parametrize("folder", FOLDERS)
def test_applying_leaves_its_input_alone(folder: str) -> None:
    before = source.read_files(folder)
    errata.apply(FILES[folder], ERRATA[folder].deviation)
    assert before == FILES[folder]


@pytest.mark.parametrize(("folder", "entry"), CHECKED)
def test_what_was_found_right_still_is(folder: str, entry: errata.Checked) -> None:
    try:
        found = errata.at(FILES[folder][entry.file], entry.pointer)
    except LookupError:
        found = "absent"
    assert found == entry.expect


def test_all_files_of_2_0_1_are_of_one_dialect() -> None:
    assert {document["$schema"] for document in FILES["v201"].values()} == {"http://json-schema.org/draft-06/schema#"}


def test_22_files_come_in_another_dialect() -> None:
    dialects = [document["$schema"] for document in FILES["v16"].values()]
    assert sum("draft-06" in dialect for dialect in dialects) == 22
    assert sum("draft-04" in dialect for dialect in dialects) == 56


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"every": "colour"}, "`every` stands alone and is one of document, integer, date-time"),
        ({"every": "integer", "file": "A.json"}, "`every` stands alone"),
        ({"file": "Nothing.json", "pointer": "/a", "op": "add"}, "there is no file 'Nothing.json'"),
        ({"file": "A.json", "op": "add"}, "give a `pointer`"),
        ({"file": "A.json", "pointer": "/a", "op": "move"}, "`op` as add, replace or remove"),
        ({"file": "A.json", "pointer": "/b/c", "op": "add", "value": 1}, "leads nowhere"),
        ({"file": "A.json", "pointer": "a", "op": "add", "value": 1}, "leads nowhere"),
        ({"file": "A.json", "pointer": "/a", "op": "add", "value": 2}, "leads nowhere"),
        ({"file": "A.json", "pointer": "/list/0", "op": "add", "value": 2}, "leads nowhere"),
        ({"file": "A.json", "pointer": "/list/-", "op": "remove"}, "leads nowhere"),
        ({"file": "A.json", "pointer": "/b", "op": "replace", "value": 2}, "leads nowhere"),
        ({"file": "A.json", "pointer": "/b", "op": "remove"}, "leads nowhere"),
        ({"file": "A.json", "pointer": "/a", "op": "add", "value": 1}, "changes nothing"),
        ({"file": "A.json", "pointer": "/a", "op": "replace", "value": 1}, "changes nothing"),
        ({"file": "A.json", "pointer": "/list/-", "op": "add", "value": 1}, "changes nothing"),
    ],
)
def test_a_bad_entry_is_named_with_its_fault(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(schemas.BadErratum) as caught:
        errata.apply({"A.json": {"a": 1, "list": [1]}}, [deviation(**fields)])
    assert "'x'" in str(caught.value)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"pointer": "/b", "op": "add", "value": 2}, {"a/b": {"~": 1}, "list": [1, 2], "b": 2}),
        ({"pointer": "/a~1b/~0", "op": "replace", "value": 3}, {"a/b": {"~": 3}, "list": [1, 2]}),
        ({"pointer": "/list/-", "op": "add", "value": 3}, {"a/b": {"~": 1}, "list": [1, 2, 3]}),
        ({"pointer": "/list/0", "op": "remove"}, {"a/b": {"~": 1}, "list": [2]}),
    ],
)
def test_the_operations(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    before = {"A.json": {"a/b": {"~": 1}, "list": [1, 2]}}
    assert errata.apply(before, [deviation(file="A.json", **fields)]) == {"A.json": expected}


def test_a_misspelt_key_in_the_file_is_one_sentence() -> None:
    with pytest.raises(schemas.BadErratum, match=r"^errata\.toml cannot be read: .*`reasons`"):
        errata.parse(b'[[deviation]]\nid = "a"\nreason = "r"\nsource = "s"\nreasons = "r"\n')


def stop_transaction(**sample: Any) -> dict[str, Any]:
    now = "2026-11-21T10:00:00Z"
    data = [{"timestamp": now, "sampledValue": [{"value": "1"} | sample]}]
    return {"transactionId": 1, "timestamp": now, "meterStop": 0, "transactionData": data}


def meter_values(**sample: Any) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": stop_transaction(**sample)["transactionData"]}


@pytest.mark.parametrize("unit", ["Hertz", "Celsius", "Celcius"])
def test_a_unit_is_accepted_in_both_messages(unit: str) -> None:
    checks = schemas.load("1.6").call
    assert checks["MeterValues"](meter_values(unit=unit))
    assert checks["StopTransaction"](stop_transaction(unit=unit))


@pytest.mark.parametrize("sample", [{"unit": "hertz"}, {"value": 1}, {"value": 1.5}])
def test_a_bad_sample_is_refused_in_both_messages(sample: dict[str, Any]) -> None:
    checks = schemas.load("1.6").call
    assert not checks["MeterValues"](meter_values(**sample))
    assert not checks["StopTransaction"](stop_transaction(**sample))


def test_no_samples_are_refused_in_both_messages() -> None:
    checks = schemas.load("1.6").call
    meter, stop = meter_values(), stop_transaction()
    meter["meterValue"][0]["sampledValue"] = []
    stop["transactionData"][0]["sampledValue"] = []
    assert not checks["MeterValues"](meter)
    assert not checks["StopTransaction"](stop)


@pytest.mark.parametrize(
    ("action", "member"), [("RemoteStopTransaction", "transactionId"), ("LogStatusNotification", "requestId")]
)
def test_an_integer_has_32_bits_and_no_fraction_in_either_dialect(action: str, member: str) -> None:
    check = schemas.load("1.6").call[action]
    others = {"status": "Idle"} if action == "LogStatusNotification" else {}
    for good in (-(2**31), 0, 2**31 - 1):
        assert check(others | {member: good}), good
    for bad in (-(2**31) - 1, 2**31, 1.0, 1.5, 1e3, "1", True, None):
        assert not check(others | {member: bad}), bad


@pytest.mark.parametrize("text", ["2026-11-21T10:0-:00Z", "-026-11-21T10:00:00Z", "2026-11-21T10:00:00"])
@pytest.mark.parametrize("version", schemas.known_versions())
def test_a_bad_date_time_is_refused(version: str, text: str) -> None:
    assert not schemas.load(version).result["Heartbeat"]({"currentTime": text})


def test_an_integer_of_2_0_1_has_32_bits_and_may_be_written_with_a_fraction_of_nought() -> None:
    check = schemas.load("2.0.1").result["GetLocalListVersion"]
    for good in (-(2**31), 0, 2**31 - 1, 1.0, 1e3):
        assert check({"versionNumber": good}), good
    for bad in (-(2**31) - 1, 2**31, 1.5, "1", True, None):
        assert not check({"versionNumber": bad}), bad


@pytest.mark.parametrize(("limit", "is_right"), [(16, True), (16.5, True), (21.4, True), (16.25, False)])
def test_a_limit_of_2_0_1_has_one_decimal(limit: float, is_right: bool) -> None:
    schedule: dict[str, Any] = {
        "duration": 60,
        "chargingRateUnit": "A",
        "evseId": 1,
        "scheduleStart": "2026-11-21T10:00:00Z",
    }
    schedule["chargingSchedulePeriod"] = [{"startPeriod": 0, "limit": limit}]
    check = schemas.load("2.0.1").result["GetCompositeSchedule"]
    assert check({"status": "Accepted", "schedule": schedule}) is is_right


def test_custom_data_of_2_0_1_may_have_any_member() -> None:
    check = schemas.load("2.0.1").call["Heartbeat"]
    assert check({"customData": {"vendorId": "org.example", "own": {"deep": [1]}}})
    assert not check({"customData": {"own": 1}})
    assert not check({"own": 1})
