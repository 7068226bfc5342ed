"""ExtendedTriggerMessage with all its values, and the keys of the white paper (rules TRG-01, BOOT-10, CFG-05)."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import load
from simulator import Station, VirtualClock
from simulator.v16.profiles.core import CoreProfile
from simulator.v16.profiles.security import ExtendedTrigger
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

KEYS = {
    # name: (read-only, first value)
    "AdditionalRootCertificateCheck": (True, "false"),
    "AuthorizationKey": (False, None),
    "CertificateSignedMaxChainSize": (True, "10000"),
    "CertificateStoreMaxLength": (True, "10"),
    "CpoName": (False, ""),
    "SecurityProfile": (False, "0"),
    "SupportedFileTransferProtocols": (True, "FTP,FTPS,HTTP,HTTPS"),
}


async def trigger(csms: ScriptedCsms, message: str, **more: Any) -> str:
    return (await csms.call("ExtendedTriggerMessage", requestedMessage=message, **more))["status"]


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("Heartbeat", [("Heartbeat", {})]),
        ("LogStatusNotification", [("LogStatusNotification", {"status": "Idle"})]),
        ("FirmwareStatusNotification", [("SignedFirmwareStatusNotification", {"status": "Idle"})]),
    ],
)
async def test_trg_01_the_message_follows_the_answer(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, message: str, sent: list[tuple[str, dict[str, Any]]]
) -> None:
    assert await trigger(csms, message) == "Accepted"
    await clock.settle()

    assert csms.received == sent


@pytest.mark.parametrize("message", ["StatusNotification", "MeterValues"])
@pytest.mark.parametrize(("more", "connectors"), [({}, {0, 1, 2}), ({"connectorId": 2}, {2})])
async def test_trg_01_of_one_connector_or_of_all(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, message: str, more: dict[str, int], connectors: set[int]
) -> None:
    assert await trigger(csms, message, **more) == "Accepted"
    await clock.settle()

    expected = connectors - {0} if message == "MeterValues" else connectors  # there is no main meter
    assert {payload["connectorId"] for payload in csms.payloads(message)} == expected
    assert set(csms.actions) == {message}


@pytest.mark.parametrize("message", ["StatusNotification", "MeterValues"])
async def test_trg_01_a_connector_that_is_not_there_is_rejected(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, message: str
) -> None:
    assert await trigger(csms, message, connectorId=3) == "Rejected"
    await clock.settle()
    assert csms.actions == []


async def test_boot_10_a_boot_is_triggered_only_before_the_csms_has_accepted(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    accepted = csms.answers["BootNotification"]
    csms.answers["BootNotification"] = {**accepted, "status": "Pending", "interval": 3600}  # type: ignore[dict-item]
    await start()
    csms.answers["BootNotification"] = accepted
    assert await trigger(csms, "LogStatusNotification") == "Accepted"
    assert await trigger(csms, "BootNotification") == "Accepted"
    await clock.settle()
    assert csms.actions[:3] == ["BootNotification", "LogStatusNotification", "BootNotification"]

    assert await trigger(csms, "BootNotification") == "Rejected"
    await clock.settle()
    assert csms.actions.count("BootNotification") == 2


async def test_trg_01_what_the_station_does_not_have_is_not_implemented(
    start: StartStation, csms: ScriptedCsms
) -> None:
    await start(features=(CoreProfile, ExtendedTrigger))

    assert await trigger(csms, "LogStatusNotification") == "NotImplemented"


async def test_every_value_of_the_enumeration_has_an_answer(station: Station, csms: ScriptedCsms) -> None:
    schema = load("1.6")
    values = ["BootNotification", "LogStatusNotification", "FirmwareStatusNotification", "Heartbeat", "MeterValues"]
    values += ["SignChargePointCertificate", "StatusNotification"]
    assert all(schema.call["ExtendedTriggerMessage"]({"requestedMessage": value}) for value in values)

    assert {value: await trigger(csms, value) for value in values} == {
        **dict.fromkeys(values, "Accepted"),
        "BootNotification": "Rejected",  # it has booted
        "SignChargePointCertificate": "Rejected",  # it has no CpoName
    }


async def test_cfg_05_the_keys_of_the_white_paper_exist_with_their_access(station: Station, csms: ScriptedCsms) -> None:
    answer = await csms.call("GetConfiguration", key=list(KEYS))

    told = {entry["key"]: (entry["readonly"], entry.get("value")) for entry in answer["configurationKey"]}
    assert told == KEYS
    assert "unknownKey" not in answer


@pytest.mark.parametrize("key", [name for name, (read_only, _) in KEYS.items() if read_only])
async def test_cfg_03_what_is_read_only_is_not_changed(station: Station, csms: ScriptedCsms, key: str) -> None:
    assert await csms.call("ChangeConfiguration", key=key, value=str(KEYS[key][1])) == {"status": "Rejected"}


@pytest.mark.parametrize(("value", "status"), [("x" * 64, "Accepted"), ("x" * 65, "Rejected"), ("", "Accepted")])
async def test_cfg_03_the_name_of_the_operator_fits_into_a_certificate(
    station: Station, csms: ScriptedCsms, value: str, status: str
) -> None:
    assert await csms.call("ChangeConfiguration", key="CpoName", value=value) == {"status": status}


async def test_the_profile_is_among_those_that_are_supported(station: Station, csms: ScriptedCsms) -> None:
    answer = await csms.call("GetConfiguration", key=["SupportedFeatureProfiles"])

    assert "FirmwareManagement" in answer["configurationKey"][0]["value"].split(",")
