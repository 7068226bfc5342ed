"""The local authorization list: rules LIST-01, LIST-03, LIST-04, LIST-06, AUTH-04, VAL-18, VAL-02."""

from typing import Any

import pytest

from simulator import Station, VirtualClock
from simulator.v16.profiles.local_list import LocalList
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio


def entry(tag: str, status: str | None = "Accepted", **more: str) -> dict[str, Any]:
    return {"idTag": tag} if status is None else {"idTag": tag, "idTagInfo": {"status": status, **more}}


async def send(csms: ScriptedCsms, version: int, *entries: dict[str, Any], kind: str = "Full") -> str:
    answer = await csms.call("SendLocalList", listVersion=version, updateType=kind, localAuthorizationList=[*entries])
    return answer["status"]


async def version(csms: ScriptedCsms) -> int:
    return (await csms.call("GetLocalListVersion"))["listVersion"]


async def test_list_01_val_18_the_version_is_that_of_the_list(station: Station, csms: ScriptedCsms) -> None:
    assert await version(csms) == 0
    assert await send(csms, 7, entry("A")) == "Accepted"
    assert await version(csms) == 7
    assert await csms.call("SendLocalList", listVersion=8, updateType="Full") == {"status": "Accepted"}
    assert await version(csms) == 0


async def test_list_01_a_list_that_is_switched_off_is_not_supported(station: Station, csms: ScriptedCsms) -> None:
    await send(csms, 7, entry("A"))
    station.configuration.set("LocalAuthListEnabled", "false")

    assert await version(csms) == -1
    assert await send(csms, 8, entry("A")) == "NotSupported"
    assert station.features[LocalList].known("A") is None


async def test_list_03_full_replaces_and_differential_adds_changes_removes(
    station: Station, csms: ScriptedCsms
) -> None:
    known = station.features[LocalList].known
    await send(csms, 1, entry("OLD"))
    await send(csms, 2, entry("A"), entry("B"), entry("C"))
    assert known("OLD") is None

    update = (entry("a", "Blocked"), entry("B", None), entry("D", parentIdTag="GROUP"))
    assert await send(csms, 3, *update, kind="Differential") == "Accepted"
    found = {tag: known(tag) for tag in "ABCD"}
    assert {tag: one and one.status for tag, one in found.items()} == {
        "A": "Blocked",
        "B": None,
        "C": "Accepted",
        "D": "Accepted",
    }
    assert found["D"] is not None
    assert found["D"].parent == "GROUP"
    assert await version(csms) == 3


@pytest.mark.parametrize("number", [4, 5])
async def test_list_04_an_update_that_is_not_newer_is_refused(
    station: Station, csms: ScriptedCsms, number: int
) -> None:
    await send(csms, 5, entry("A"))

    assert await send(csms, number, entry("B"), kind="Differential") == "VersionMismatch"
    assert await version(csms) == 5
    assert station.features[LocalList].known("B") is None
    assert await send(csms, 2, entry("B")) == "Accepted"


async def test_list_03_an_update_that_is_not_acceptable_changes_nothing(station: Station, csms: ScriptedCsms) -> None:
    await send(csms, 5, entry("A"))

    assert await send(csms, 6, entry("B"), entry("b")) == "Failed"
    assert await send(csms, 6, entry("B", None)) == "Failed"
    assert await send(csms, 0, entry("B")) == "Failed"
    assert await send(csms, 6, *(entry(f"T{n}") for n in range(101))) == "Failed"
    await station.jam_memory()
    assert await send(csms, 6, entry("B")) == "Failed"
    assert await version(csms) == 5
    assert station.features[LocalList].known("A") is not None
    await station.jam_memory(False)
    assert await send(csms, 6, entry("B")) == "Accepted"


async def test_list_03_the_list_is_bounded(start: StartStation, csms: ScriptedCsms) -> None:
    await start(configuration={"LocalAuthListMaxLength": "3"})
    await send(csms, 1, entry("A"), entry("B"))

    assert await send(csms, 2, entry("C"), entry("D"), kind="Differential") == "Failed"
    assert await send(csms, 2, entry("C"), kind="Differential") == "Accepted"


async def test_auth_04_the_list_lets_in_without_a_question(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("LocalPreAuthorize", "true")
    await send(csms, 1, entry("CARD"))
    await station.plug_in(1)
    await station.present("card", 1)
    await clock.settle()

    assert csms.payloads("Authorize") == []
    assert station.connector(1).status == "Charging"


async def test_auth_04_the_list_goes_before_the_cache_and_never_enters_it(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.present("CARD", 1)  # the CSMS accepts, the cache learns
    await station.present("CARD", 1)
    assert station._parts.authorizer.cache.get("CARD") is not None
    await send(csms, 1, entry("CARD", "Blocked"))
    assert station._parts.authorizer.cache.get("CARD") is None

    await station.lose_network()
    await station.present("CARD", 1)
    assert station.connector(1).status == "Available"
    await station.restore_network()
    await station.until(lambda s: s.online, within=5)
    await station.present("CARD", 1)  # online and bad: it is asked about (rule AUTH-06), and still not cached
    assert station.connector(1).status == "Preparing"
    assert station._parts.authorizer.cache.get("CARD") is None


async def test_auth_04_val_02_an_entry_expires(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await send(csms, 1, entry("CARD", expiryDate="2026-01-01T02:00:00.5+01:00"))
    await station.lose_network()
    await clock.advance(3600)
    await station.present("CARD", 1)
    assert station.connector(1).status == "Preparing"
    await station.present("CARD", 1)
    await clock.advance(0.5)
    await station.present("CARD", 1)
    assert station.connector(1).status == "Available"


async def test_list_06_a_conflict_with_the_csms_is_reported_until_the_next_list(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("LocalPreAuthorize", "true")
    await send(csms, 1, entry("CARD"))
    csms.answers["StartTransaction"] = {"transactionId": 4, "idTagInfo": {"status": "Blocked"}}
    await station.plug_in(1)
    await station.present("CARD", 1)
    report = await csms.receives("StatusNotification", connectorId=0)
    assert (report["status"], report["errorCode"]) == ("Available", "LocalListConflict")

    await send(csms, 2, entry("CARD", "Blocked"))
    report = await csms.receives("StatusNotification", connectorId=0)
    assert report["errorCode"] == "NoError"


async def test_list_06_agreement_and_concurrent_tx_are_no_conflict(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("LocalPreAuthorize", "true")
    await send(csms, 1, entry("CARD"))
    for number, status in enumerate(("Accepted", "ConcurrentTx")):
        csms.answers["StartTransaction"] = {"transactionId": number + 1, "idTagInfo": {"status": status}}
        await station.plug_in(number + 1)
        await station.present("CARD", number + 1)
        await clock.settle()

    assert len(csms.payloads("StartTransaction")) == 2
    assert csms.statuses(0) == []
