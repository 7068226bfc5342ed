"""What goes before what when a card is shown: list, cache, CSMS (OCPP 1.6 §3.5.2 to §3.5.4).

Rules AUTH-04, AUTH-07, AUTH-09, LIST-06.
"""

from typing import Any

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, offline, payloads, states

_NEEDS = ["profiles.local_auth_list"]


async def _both_decide(csms: Csms) -> None:
    """List and cache are looked at before the CSMS is asked, and the cache is empty."""
    await states.configures(
        csms, LocalPreAuthorize="true", LocalAuthListEnabled="true", AuthorizationCacheEnabled="true"
    )
    await csms.sends("ClearCache")


@case(
    "AUTH-04_1_CS",
    "The list goes before the cache",
    profile="rpc",
    ref="OCPP 1.6 §3.5.3",
    needs=[*_NEEDS, "auth-cache"],
    rules={"R1": "A card that the list has as blocked starts nothing, although the cache has it as accepted."},
)
async def test_list_goes_before_cache(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _both_decide(csms)
    await states.charge(csms, driver, connector, tags.valid)
    await states.stops_and_leaves(csms, driver, connector)
    await states.lists(csms, [{"idTag": tags.valid, "idTagInfo": {"status": "Blocked"}}])
    offline.says(csms, "Blocked")

    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    await csms.receives_no("StartTransaction", rule="R1", within=driver.unseen_s, connectorId=connector)


@case(
    "AUTH-04_2_CS",
    "What is on the list is not in the cache",
    profile="rpc",
    ref="OCPP 1.6 §3.5.3",
    needs=[*_NEEDS, "auth-cache"],
    rules={"R1": "The station asks for a card that was let in by the list, when it is on the list no more."},
)
async def test_list_is_not_cached(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _both_decide(csms)
    await states.listed(csms, tags.valid)
    await states.charge(csms, driver, connector, tags.valid)
    await states.stops_and_leaves(csms, driver, connector)
    await states.listed(csms)
    offline.says(csms, "Invalid")

    await driver.present(tags.valid, connector)
    await csms.receives("Authorize", rule="R1", idTag=tags.valid)


@case(
    "AUTH-07_2_CS",
    "The list survives a reboot",
    profile="rpc",
    ref="OCPP 1.6 §3.5.2, erratum 3.4",
    needs=_NEEDS,
    rules={"R1": "After a reboot the list has the version that it had before."},
)
async def test_list_survives_a_reboot(csms: Csms, tags: Tags) -> None:
    await states.configures(csms, LocalAuthListEnabled="true")
    version = await states.listed(csms, tags.valid)
    await states.restarts(csms)

    told = await csms.sends("GetLocalListVersion", rule="R1")
    told.prefers(rule="R1", listVersion=version)


@case(
    "AUTH-09_3_CS",
    "Offline a blocked card is refused",
    profile="rpc",
    ref="OCPP 1.6 §3.5.4",
    needs=_NEEDS,
    rules={"R1": "A card that the list has as blocked starts nothing offline, although unknown ones may."},
    status="Blocked",
    expires=3600,
)
@case(
    "AUTH-09_4_CS",
    "Offline a card is refused whose time is over",
    profile="rpc",
    ref="OCPP 1.6 §3.5.4",
    needs=_NEEDS,
    rules={"R1": "A card whose expiryDate on the list is past starts nothing offline, although unknown ones may."},
    status="Accepted",
    expires=-3600,
)
async def test_bad_card_offline(
    csms: Csms, driver: EvDriver, tags: Tags, connector: int, status: str, expires: int
) -> None:
    await states.only_the_list_decides(csms)
    if csms.run.sut.claimed("features.offline_unknown_id"):
        await states.configures(csms, AllowOfflineTxForUnknownId="true")
    info: dict[str, Any] = {"status": status, "expiryDate": payloads.later(expires)}
    await states.lists(csms, [{"idTag": tags.valid, "idTagInfo": info}])

    await states.shown_offline(csms, driver, connector, tags.valid)
    await csms.receives_no("StartTransaction", rule="R1")


@case(
    "LIST-06_CS",
    "A list that the CSMS contradicts is told",
    profile="rpc",
    ref="OCPP 1.6 §3.5.2, §7.6",
    needs=_NEEDS,
    rules={
        "R1": "When the CSMS refuses the start of a card that the list has as accepted, LocalListConflict is told.",
        "R2": "It is told of the whole station, connector 0.",
    },
)
async def test_conflict_is_told(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.only_the_list_decides(csms)
    await states.listed(csms, tags.valid)
    csms.answers("StartTransaction", idTagInfo={"status": "Blocked"})

    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    told = await csms.receives("StatusNotification", rule="R1", errorCode="LocalListConflict")
    told.shows(rule="R2", connectorId=0)
