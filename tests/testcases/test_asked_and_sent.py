"""What the operator was asked for and what came on the wire: told where no case judges it, and no false alarms."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import pytest

from harness.processes.reference_csms import reference_csms
from harness.v16.payloads import LARGEST
from ocppj.frames import Call, parse
from reports.results.asked import sentences as told
from tests.testcases.test_security_cases import Against

pytestmark = pytest.mark.xdist_group("asked-and-sent")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Against]:
    out = tmp_path_factory.mktemp("asked")
    runs = out / "runs"
    runs.mkdir()
    with reference_csms(out) as sut:
        yield Against(sut, runs)


# That there is nothing to tell of the reference is seen in `test_catalogue.py`, which plays all cases without a fault.


class Sent(NamedTuple):
    """A CALL of a case, and when it was sent."""

    case: str
    is_ours: bool
    action: str
    payload: dict[str, Any]
    time: datetime


def calls(id: str, entries: Iterable[dict[str, Any]]) -> Iterator[Sent]:
    """Those in the entries of a trace."""
    for entry in entries:
        frame = parse(entry["text"]) if entry["kind"] == "frame" else None
        if isinstance(frame, Call):
            ours = entry["direction"] == "station->csms"
            yield Sent(id, ours, frame.action, frame.payload, datetime.fromisoformat(entry["time"]))


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Names and values of the members at the ends of a payload."""
    if isinstance(value, dict):
        yield from (leaf for key, member in value.items() for leaf in leaves(member, key))
    elif isinstance(value, list):
        yield from (leaf for item in value for leaf in leaves(item, name))
    else:
        yield name, value


MOMENTS = {"retrieveDate", "retrieveDateTime", "expiryDate", "validFrom", "validTo", "startSchedule"}


def no_moment_is_past_when_it_arrives(frames: list[Sent]) -> None:
    asked = [
        (one, name, datetime.fromisoformat(value))
        for one in frames
        if not one.is_ours
        for name, value in leaves(one.payload)
        if name in MOMENTS
    ]
    assert {name for _, name, _ in asked} == MOMENTS
    assert [(one.case, name) for one, name, moment in asked if moment <= one.time] == []


AT_BOUNDARY = {
    ("SetChargingProfile", "connectorId"),  # the maximum of the station (TC_067)
    ("SetChargingProfile", "startPeriod"),  # a schedule begins at its beginning (S §7.14)
    ("RemoteStartTransaction", "startPeriod"),
    ("ReserveNow", "connectorId"),  # the whole station (TC_049)
    ("StatusNotification", "connectorId"),  # its main controller
}
"""Where 0 is what the case is about."""


def nothing_is_at_its_boundary_for_no_reason(frames: list[Sent]) -> None:
    found = {
        (one.action, name)
        for one in frames
        for name, value in leaves(one.payload)
        if (type(value) is int and (value <= 0 or value >= LARGEST)) or value in ("", "0")
    }
    assert found == AT_BOUNDARY


MUTANTS = [
    ("TC_017_1_CSMS", "unlock-wrong-connector", "asked for UnlockConnector with connectorId = 1, sent connectorId = 2"),
    ("TC_018_1_CSMS", "unlock-again", "asked for UnlockConnector once, sent 2 times"),
    (
        "TC_030_CSMS",
        "unlock-wrong-first",
        "asked for UnlockConnector with connectorId = 1, sent connectorId = 2; 2 times in all, 1 of them as asked for",
    ),
    (
        "TC_043_4_CSMS",
        "send-local-list-blocked",
        "asked for SendLocalList with localAuthorizationList[0].idTagInfo.status = Accepted, "
        "sent localAuthorizationList[0].idTagInfo.status = Blocked",
    ),
    (
        "TC_053_CSMS",
        "reserve-now-wrong-parent",
        "asked for ReserveNow with parentIdTag = PLUGPROOF-PARENT, sent parentIdTag = WRONG-PARENT",
    ),
    (
        "TC_057_CSMS",
        "set-profile-hundredfold",
        "asked for SetChargingProfile with csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit = 6.0, "
        "sent csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit = 600.0",
    ),
    (
        "TC_059_CSMS",
        "remote-start-profile-hundredfold",
        "asked for RemoteStartTransaction with chargingProfile.chargingSchedule.chargingSchedulePeriod[0].limit = 6.0, "
        "sent chargingProfile.chargingSchedule.chargingSchedulePeriod[0].limit = 600.0",
    ),
    (
        "TC_044_2_CSMS",
        "update-firmware-wrong-location",
        "asked for UpdateFirmware with location = ftp://127.0.0.1/plugproof/no-firmware.bin, "
        "sent location = http://elsewhere.example/",
    ),
    (
        "TC_045_1_CSMS",
        "get-diagnostics-wrong-location",
        "asked for GetDiagnostics with location = ftp://127.0.0.1/plugproof/uploads, "
        "sent location = http://elsewhere.example/",
    ),
]


@pytest.mark.parametrize(("id", "fault", "sentence"), MUTANTS, ids=[fault for _, fault, _ in MUTANTS])
def test_what_no_case_judges_is_told_once(reference: Against, id: str, fault: str, sentence: str) -> None:
    record = reference.case(id, fault)

    assert (record["verdict"], told(record)) == ("PASS" if id != "TC_053_CSMS" else "FAIL", [sentence])


def test_the_year_of_a_moment_is_told(reference: Against) -> None:
    record = reference.case("TC_044_1_CSMS", "update-firmware-in-2099")

    (sentence,) = told(record)
    assert record["verdict"] == "PASS"
    assert sentence.startswith("asked for UpdateFirmware with retrieveDate = 2")
    assert sentence.endswith(", sent retrieveDate = 2099-12-31T00:00:00.000Z")


@pytest.mark.parametrize("fault", ["reserve-now-wrong-connector", "reserve-now-wrong-tag"])
def test_what_a_rule_was_broken_with_is_not_told_again(reference: Against, fault: str) -> None:
    record = reference.case("TC_046_CSMS", fault)

    assert (record["verdict"], told(record)) == ("FAIL", [])


@pytest.mark.parametrize("fault", ["authorize-without-parent", "authorize-other-parent"])
def test_the_parent_of_the_other_tag_is_judged(reference: Against, fault: str) -> None:
    record = reference.case("TC_053_CSMS", fault)

    assert (record["verdict"], record["failure"]["rule"]) == ("FAIL", "TC_053_CSMS.R7")
    assert record["failure"]["expected"] == "Authorize.conf with idTagInfo.parentIdTag = PLUGPROOF-PARENT"
