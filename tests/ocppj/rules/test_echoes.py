"""Numbers that come back, and units of samples: what is not sure is judged on nobody."""

from typing import Any

import pytest

from tests.ocppj.support.talk import NOW, RESERVE, START, STARTED, Talk, accepted, tags


def told(talk: Talk, version: int) -> list[str]:
    found = talk.exchange("csms", "GetLocalListVersion", {}, {"listVersion": version})
    return [one.message for one in found if one.rule == "VAL-18"]


def takes(talk: Talk, version: int, status: str = "Accepted") -> None:
    action, members, _ = tags("A1", listVersion=version)
    talk.exchange("csms", action, members, {"status": status})


def starts(talk: Talk, reservation: int, connector: int = 1) -> list[str]:
    start = {**START, "connectorId": connector, "reservationId": reservation}
    return [one.message for one in talk.exchange("station", "StartTransaction", start, STARTED) if one.rule == "VAL-18"]


def reserves(talk: Talk, id: int, connector: int = 1, status: str = "Accepted") -> None:
    members = {**RESERVE, "reservationId": id, "connectorId": connector}
    talk.exchange("csms", "ReserveNow", members, {"status": status})


@pytest.mark.parametrize("version", [0, -1])
def test_val_18_a_list_that_is_empty_has_no_version(version: int) -> None:
    talk = Talk("station")
    takes(talk, 5)
    assert told(talk, version) == []


def test_val_18_the_last_list_that_was_taken_counts() -> None:
    talk = Talk("station")
    assert told(talk, 3) == []  # nobody saw what it was given before
    takes(talk, 5)
    takes(talk, 6)
    assert told(talk, 6) == []
    assert told(talk, 5) == ["listVersion is 5, the last list that was taken has 6"]


@pytest.mark.parametrize("status", ["Failed", "VersionMismatch"])
def test_val_18_a_list_that_was_not_taken_says_nothing_of_the_one_before(status: str) -> None:
    talk = Talk("station")
    takes(talk, 5)
    takes(talk, 6, status)
    assert told(talk, 4) == []


def test_val_18_what_was_before_a_boot_may_be_gone() -> None:
    talk = Talk("station")
    takes(talk, 5)
    reserves(talk, 5)
    talk.booted()
    assert told(talk, 4) == []
    assert starts(talk, 6) == []


def test_val_18_a_reservation_ends_and_is_replaced() -> None:
    talk = Talk("station")
    assert starts(talk, 6) == []
    reserves(talk, 5)
    reserves(talk, 7, status="Occupied")
    assert starts(talk, 7) == ["reservationId is 7, connector 1 is reserved by 5"]

    reserves(talk, 5, connector=2)  # the same reservation moves (§5.13)
    assert starts(talk, 7) == []
    assert starts(talk, 7, connector=2) == ["reservationId is 7, connector 2 is reserved by 5"]

    talk.exchange("csms", *accepted("CancelReservation", reservationId=5))
    assert starts(talk, 7, connector=2) == []


def test_val_18_a_reservation_of_the_whole_station_is_one_of_each_connector() -> None:
    talk = Talk("station")
    reserves(talk, 5)
    reserves(talk, 8, connector=0)
    assert starts(talk, 8) == []


def test_val_18_of_very_many_reservations_some_are_remembered() -> None:
    talk = Talk("station")
    for connector in range(1, 70):
        reserves(talk, 100 + connector, connector)
    assert starts(talk, 1, connector=64) == ["reservationId is 1, connector 64 is reserved by 164"]
    assert starts(talk, 1, connector=65) == []


# --- units ------------------------------------------------------------------------------------------------------------


def samples(action: str, *values: dict[str, Any]) -> list[tuple[str, str, tuple[str | int, ...]]]:
    """What is found in the samples of a message: rule, level, path."""
    value = {"timestamp": NOW, "sampledValue": [{"value": "1", **one} for one in values]}
    messages = {
        "MeterValues": {"connectorId": 1, "meterValue": [value]},
        "StopTransaction": {"transactionId": 7, "meterStop": 1, "timestamp": NOW, "transactionData": [value]},
    }
    found = Talk("station").exchange("station", action, messages[action], {})
    return [(one.rule, one.level, one.path) for one in found]


def test_val_12_a_frequency_has_no_unit_or_hertz() -> None:
    assert samples("MeterValues", {"measurand": "Frequency"}, {"measurand": "Frequency", "unit": "Hertz"}) == []
    wrong = {"measurand": "Frequency", "unit": "V"}
    assert samples("StopTransaction", {"unit": "V"}, wrong) == [
        ("VAL-12", "INFO", ("transactionData", 0, "sampledValue", 1, "unit"))
    ]


def test_val_10_celsius_is_spelled_as_in_the_schemas() -> None:
    assert samples("MeterValues", {"unit": "Celcius"}) == []
    assert samples("MeterValues", {"unit": "Celcius"}, {"unit": "Celsius"}) == [
        ("VAL-10", "SHOULD", ("meterValue", 0, "sampledValue", 1, "unit"))
    ]
    assert samples("MeterValues", {"value": "Celsius"}) == []


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "found"), [("LocalAuthListEnabled", []), ("HeartbeatInterval", ["LIST-01"])])
def test_list_01_says_nothing_of_a_list_that_was_switched(key: str, found: list[str]) -> None:
    talk = Talk("station")
    takes(talk, 5)
    talk.exchange("csms", "ChangeConfiguration", {"key": key, "value": "false"}, {"status": "Accepted"})
    broken = talk.exchange("csms", "GetLocalListVersion", {}, {"listVersion": 0})
    assert [one.rule for one in broken] == found


def test_list_01_a_list_may_have_been_switched_off_at_the_station() -> None:
    talk = Talk("station")
    talk.exchange(
        "csms", "ChangeConfiguration", {"key": "LocalAuthListEnabled", "value": "true"}, {"status": "Accepted"}
    )
    takes(talk, 5)
    assert talk.exchange("csms", "GetLocalListVersion", {}, {"listVersion": -1}) == []
