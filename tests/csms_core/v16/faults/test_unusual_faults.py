"""Defects that only `plugproof fuzz` sees: what shows each of them, and that an ordinary life of a station does not.

So there is no case in whose kill matrix they could stand. That each is found is in
`tests/harness/instruments/fuzzing/test_faults.py`.
"""

from __future__ import annotations

from typing import Any

import pytest

from csms_core.faults.switchboard import Switchboard, Wire
from csms_core.v16.faults import unusual
from ocppj import frames
from tests.csms_core.support.bench import CATALOGUE, STATION
from tests.csms_core.v16.faults.test_faults import NOW, play

NAMES = [fault.name for fault in unusual.faults()]

Exchange = tuple[str, str, Any, frames.CallResult | frames.CallError]
"""Id, action and payload of a CALL of the station, and the right answer."""


def result(id: str, payload: dict[str, Any]) -> frames.CallResult:
    return frames.result(id, payload)


def boot(id: str) -> Exchange:
    answer = {"status": "Accepted", "currentTime": NOW, "interval": 300}
    return id, "BootNotification", {"chargePointVendor": "v", "chargePointModel": "m"}, result(id, answer)


def heartbeat(id: str) -> Exchange:
    return id, "Heartbeat", {}, result(id, {"currentTime": NOW})


def refusal(id: str, action: str, payload: Any, code: str, why: str = "") -> Exchange:
    return id, action, payload, frames.error(id, code, why)


def data(id: str, text: str) -> Exchange:
    return id, "DataTransfer", {"vendorId": "v", "data": text}, result(id, {"status": "UnknownVendorId"})


def stop(id: str, meter: int) -> Exchange:
    return id, "StopTransaction", {"transactionId": 1, "meterStop": meter, "timestamp": NOW}, result(id, {})


def status(id: str, at: str) -> Exchange:
    payload = {"connectorId": 1, "status": "Available", "errorCode": "NoError", "timestamp": at}
    return id, "StatusNotification", payload, result(id, {})


MISSING = {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [{}]}]}
LACKS = "meterValue[0].sampledValue[0]: value is missing"
ACCEPTED = {"idTagInfo": {"status": "Accepted"}}
CRASH = "InternalError"

SHOWN: dict[str, tuple[list[Exchange], list[list[str]]]] = {
    "null-payload-crashes": (
        [refusal("1", "Authorize", None, "OccurenceConstraintViolation"), refusal("2", "", None, "FormationViolation")],
        [["4 InternalError"], ["4 FormationViolation"]],
    ),
    "long-tag-accepted": (
        [
            refusal("1", "Authorize", {"idTag": "X" * 51}, "PropertyConstraintViolation"),
            refusal("2", "Authorize", {"idTag": "X" * 50}, "PropertyConstraintViolation"),
            refusal("3", "Authorize", {"idTag": 1}, "TypeConstraintViolation"),
            refusal("4", "Authorize", [], "TypeConstraintViolation"),
        ],
        [[f"3 {ACCEPTED}"], *[["4 PropertyConstraintViolation"]], *[["4 TypeConstraintViolation"]] * 2],
    ),
    "repeated-id-silences": (
        [heartbeat("1"), heartbeat("2"), heartbeat("1"), heartbeat("3"), boot("4"), heartbeat("5")],
        [["3"], ["3"], [], [], ["3"], ["3"]],
    ),
    "repeated-id-answered-twice": (
        [heartbeat("1"), heartbeat("1"), heartbeat("2")],
        [["3"], ["3", "3"], ["3"]],
    ),
    "unknown-action-accepted": (
        [refusal("1", "NoSuchAction", {}, "NotImplemented"), refusal("2", "Reset", {}, "NotSupported")],
        [["3 {}"], ["4 NotSupported"]],
    ),
    "sampled-value-missing-accepted": (
        [
            refusal("1", "MeterValues", MISSING, "OccurenceConstraintViolation", LACKS),
            refusal("2", "MeterValues", {}, "OccurenceConstraintViolation", "connectorId is missing"),
        ],
        [["3 {}"], ["4 OccurenceConstraintViolation"]],
    ),
    "unicode-crashes": ([data("1", "\u00e9"), data("2", "e")], [[f"4 {CRASH}"], ["3"]]),
    "nul-crashes": ([data("1", "x\0"), data("2", "x")], [[f"4 {CRASH}"], ["3"]]),
    "offset-refused": (
        [status("1", "2026-11-21T10:00:00+02:00"), status("2", NOW)],
        [["4 FormationViolation"], ["3"]],
    ),
    "largest-number-crashes": ([stop("1", 2**31 - 1), stop("2", 2**31 - 2)], [[f"4 {CRASH}"], ["3"]]),
}
"""Fault -> an exchange of messages, and what leaves the broken CSMS for each; `3` is the right CALLRESULT."""


def left(exchanges: list[Exchange], *faults: str) -> list[list[str]]:
    """What leaves the CSMS, for each CALL."""
    switchboard = Switchboard(CATALOGUE)
    for name in faults:
        switchboard.switch(name, True, STATION)
    wire = Wire(switchboard, STATION, "ocpp1.6")
    found = []
    for id, action, payload, right in exchanges:
        wire.arrived(frames.call(id, action, payload).raw if action else f'[2,"{id}"]')
        instead = wire.leaves(right.raw)
        found.append([word(text, right.raw) for text in ((right.raw,) if instead is None else instead.texts)])
    return found


def word(text: str, right: str) -> str:
    frame = frames.parse(text)
    if isinstance(frame, frames.CallError):
        return f"4 {frame.code}"
    assert isinstance(frame, frames.CallResult)
    return "3" if text == right else f"3 {frame.payload}"


def test_every_one_has_its_exchange() -> None:
    assert SHOWN.keys() == set(NAMES)
    assert set(NAMES) <= CATALOGUE.keys()


@pytest.mark.parametrize("name", NAMES)
def test_it_shows_at_these_messages(name: str) -> None:
    exchanges, expected = SHOWN[name]

    assert left(exchanges, name) == expected
    assert left(exchanges) != expected


@pytest.mark.parametrize("name", NAMES)
def test_an_ordinary_life_of_a_station_does_not_show_it(name: str) -> None:
    assert play(name) == {}


def test_an_id_is_known_again_for_a_while() -> None:
    """What is kept of a station that never repeats one is bounded."""
    many = [heartbeat(str(number)) for number in range(100)]

    answers = left([*many, heartbeat("99"), heartbeat("0")], "repeated-id-answered-twice")

    assert answers == [["3"]] * 100 + [["3", "3"], ["3"]]
