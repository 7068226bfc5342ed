"""Which members count as what was asked for: the same value in another spelling does, another value does not."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from csms_core.pki import building
from csms_core.pki.folder import pem
from harness.case.run import MAX_CALLS
from harness.peers.asked import MAX_TOLD
from harness.pki import hash_data
from harness.v16.csms.frames.asked import differences
from tests.harness.conftest import Running
from tests.harness.support.scripted_sut import ScriptedSut

NOON = "2026-06-01T12:00:00.000Z"


def certificate(common_name: str) -> str:
    return pem(building.root(building.name("plugproof", common_name), ec.generate_private_key(ec.SECP256R1())))


PEM, OTHER = certificate("one"), certificate("other")
HASHES = hash_data(PEM, "SHA256")
UPPER = {name: value.upper() for name, value in HASHES.items()}


def profile(**period: Any) -> dict[str, Any]:
    schedule = {"duration": 300, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0, **period}]}
    return {"csChargingProfiles": {"chargingProfileId": 7, "validFrom": NOON, "chargingSchedule": schedule}}


def entries(*tags: str) -> dict[str, Any]:
    return {"localAuthorizationList": [{"idTag": tag} for tag in tags]}


SAME = [
    ("UnlockConnector", {"connectorId": 1}, {"connectorId": 1}),
    ("RemoteStartTransaction", {"idTag": "Tag-1"}, {"idTag": "TAG-1", "connectorId": 2}),
    ("ReserveNow", {"reservationId": 5}, {"reservationId": 1}),
    ("ReserveNow", {"expiryDate": NOON}, {"expiryDate": "2026-06-01T14:00+02:00"}),
    ("ReserveNow", {"expiryDate": "2026-06-01T12:00Z"}, {"expiryDate": "2026-06-01t12:00:00.000z"}),
    ("ReserveNow", {"expiryDate": "2016-12-31T23:59:60Z"}, {"expiryDate": "2017-01-01T00:00Z"}),
    ("ReserveNow", {"idTag": None}, {"idTag": "ANY"}),
    ("SetChargingProfile", profile(numberPhases=3), profile()),
    ("SetChargingProfile", {"csChargingProfiles": {"chargingProfileId": 7}}, profile()),
    ("SetChargingProfile", {"csChargingProfiles": {"chargingProfileId": 8}}, profile()),
    ("SetChargingProfile", profile(), profile(limit=6)),
    ("GetConfiguration", {"key": ["B", "A"]}, {"key": ["a", "b"]}),
    ("ChangeConfiguration", {"key": "AuthorizationKey", "value": "00"}, {"key": "AuthorizationKey", "value": "11"}),
    ("InstallCertificate", {"certificate": PEM}, {"certificate": PEM.replace("\n", "\r\n")}),
    ("DeleteCertificate", {"certificateHashData": HASHES}, {"certificateHashData": UPPER}),
    ("SendLocalList", {"localAuthorizationList": []}, {"localAuthorizationList": [{"idTag": "X"}]}),
    ("SendLocalList", entries("X"), entries("W", "x")),
    ("SendLocalList", {"listVersion": 1}, {"listVersion": 9}),
    ("GetLog", {"requestId": 1}, {"requestId": 9}),
]


@pytest.mark.parametrize(("action", "asked", "sent"), SAME)
def test_what_means_the_same_is_no_difference(action: str, asked: dict[str, Any], sent: dict[str, Any]) -> None:
    assert differences(action, asked, sent) == []


OTHERS: list[tuple[str, dict[str, Any], dict[str, Any] | None, list[str]]] = [
    ("UnlockConnector", {"connectorId": 1}, {"connectorId": "1"}, ["connectorId"]),
    ("UnlockConnector", {"connectorId": 1}, None, ["connectorId"]),
    ("CancelReservation", {"reservationId": 5}, {"reservationId": 6}, ["reservationId"]),
    ("ReserveNow", {"parentIdTag": "P"}, {}, ["parentIdTag"]),
    ("ReserveNow", {"expiryDate": NOON}, {"expiryDate": "2026-06-01T12:01:01Z"}, ["expiryDate"]),
    ("ReserveNow", {"expiryDate": NOON}, {"expiryDate": "2026-06-01T12:00:00"}, ["expiryDate"]),
    ("ReserveNow", {"expiryDate": NOON}, {"expiryDate": "TOMORROW"}, ["expiryDate"]),
    ("GetConfiguration", {"key": ["A"]}, {}, ["key"]),
    ("ChangeConfiguration", {"key": "A", "value": "1"}, {"key": "B", "value": "2"}, ["key", "value"]),
    ("InstallCertificate", {"certificate": PEM}, {"certificate": OTHER}, ["certificate"]),
    ("DeleteCertificate", {"certificateHashData": HASHES}, {"certificateHashData": {}}, ["certificateHashData"]),
    (
        "SetChargingProfile",
        profile(),
        profile(limit=600),
        ["csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit"],
    ),
    (
        "SetChargingProfile",
        profile(numberPhases=3),
        profile(numberPhases=1),
        ["csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].numberPhases"],
    ),
    (
        "SendLocalList",
        {"localAuthorizationList": [{"idTag": "X", "idTagInfo": {"status": "Accepted"}}]},
        {"localAuthorizationList": [{"idTag": "W"}, {"idTag": "X", "idTagInfo": {"status": "Blocked"}}]},
        ["localAuthorizationList[1].idTagInfo.status"],
    ),
    (
        "SendLocalList",
        {"localAuthorizationList": [{"idTag": "X"}]},
        {"localAuthorizationList": ["X"]},
        ["localAuthorizationList[0].idTag"],
    ),
]


@pytest.mark.parametrize(("action", "asked", "sent", "members"), OTHERS)
def test_another_value_is_a_difference(
    action: str, asked: dict[str, Any], sent: dict[str, Any], members: list[str]
) -> None:
    assert [one.member for one in differences(action, asked, sent)] == members


CASE = """
@made_up("TC_A_CSMS")
async def test_unlock(station, operator):
    await operator.unlock_connector(station, connectorId=1)
    request = await station.receives("UnlockConnector", rule="R1", connectorId=present)
    await request.answered(status="Unlocked")
    for _ in range({heartbeats}):
        await station.sends("Heartbeat")
"""


def told(scripted: ScriptedSut, running: Running, sent: list[Any], heartbeats: int = 1) -> tuple[str, list[str]]:
    scripted.operations["UnlockConnector"] = lambda payload: sent
    outcome = running(CASE.format(heartbeats=heartbeats), sut={"operator": True})
    record = outcome.only
    return record["verdict"], [f"{one['level']} {one['message']}" for one in record["findings"]]


def unlock(connector: Any) -> tuple[str, Any]:
    return "UnlockConnector", {"connectorId": connector}


def test_one_after_the_other_is_told_with_their_number(scripted: ScriptedSut, running: Running) -> None:
    assert told(scripted, running, [unlock(2), unlock(3), unlock(1)], heartbeats=20) == (
        "PASS",
        [
            "INFO asked for UnlockConnector with connectorId = 1, sent connectorId = 2; "
            "3 times in all, 1 of them as asked for"
        ],
    )


def test_what_the_rules_of_the_protocol_blame_is_not_told_again(scripted: ScriptedSut, running: Running) -> None:
    verdict, findings = told(scripted, running, [unlock("2")])

    assert verdict == "FAIL"
    assert [one for one in findings if one.startswith("INFO")] == []


def test_a_csms_without_end_is_kept_within_bounds(scripted: ScriptedSut, running: Running) -> None:
    verdict, findings = told(scripted, running, [unlock(1)] * (MAX_CALLS + 5), heartbeats=3)

    assert verdict == "PASS"
    assert len(findings) == 1
    assert len(findings[0]) < MAX_TOLD


NESTED = """
@made_up("TC_A_CSMS")
async def test_asks_once_more(station, operator):
    await operator.get_local_list_version(station)
    request = await station.receives("GetLocalListVersion", rule="R1")
    await request.answered(listVersion=1)
    async with states.answering(station, "GetLocalListVersion", listVersion=1):
        await operator.unlock_connector(station, connectorId=1)
        request = await station.receives("UnlockConnector")
        await request.answered(status="Unlocked")
"""


def test_what_a_case_lets_the_csms_ask_on_its_own_is_no_difference(scripted: ScriptedSut, running: Running) -> None:
    scripted.operations["UnlockConnector"] = lambda payload: [("GetLocalListVersion", {}), ("UnlockConnector", payload)]
    record = running(NESTED, sut={"operator": True}).only

    assert (record["verdict"], record["findings"]) == ("PASS", [])
