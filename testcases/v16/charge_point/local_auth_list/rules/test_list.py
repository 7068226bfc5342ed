"""What a local list contains, and which version it has (OCPP 1.6 §5.10, §5.15, §7.47; rules LIST-01, 03, 04)."""

from typing import Any

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, offline, payloads, states

_NEEDS = ["profiles.local_auth_list"]


async def _updates(csms: Csms, version: int, *entries: dict[str, Any], rule: str | None = None) -> None:
    answer = await csms.sends(
        "SendLocalList",
        rule=rule,
        listVersion=version,
        updateType="Differential",
        localAuthorizationList=list(entries),
    )
    answer.shows(status="Accepted")


@case(
    "LIST-01_CS",
    "The version of the list is that of the CSMS, and 0 when it is empty",
    profile="rpc",
    ref="OCPP 1.6 §5.10, §5.15",
    needs=_NEEDS,
    rules={
        "R1": "The version is the one that came with the list.",
        "R2": "Of a list without entries it is 0.",
    },
)
async def test_version(csms: Csms, tags: Tags) -> None:
    await states.configures(csms, LocalAuthListEnabled="true")
    version = await states.listed(csms, tags.valid)
    told = await csms.sends("GetLocalListVersion", rule="R1")
    told.shows(listVersion=version)

    await states.listed(csms)
    told = await csms.sends("GetLocalListVersion", rule="R2")
    told.shows(listVersion=0)


@case(
    "LIST-03_1_CS",
    "A whole list takes the place of the one before",
    profile="rpc",
    ref="OCPP 1.6 §5.15",
    needs=[*_NEEDS, "second-valid-tag"],
    rules={
        "R1": "The station asks for a card that was on the list before only.",
        "R2": "It does not ask for a card that is on the list now.",
    },
)
async def test_whole_list_replaces(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.only_the_list_decides(csms)
    await states.listed(csms, tags.valid)
    await states.listed(csms, tags.valid_2)
    offline.says(csms, "Invalid")

    await driver.present(tags.valid, connector)
    await csms.receives("Authorize", rule="R1", idTag=tags.valid)
    await driver.present(tags.valid_2, connector)
    await csms.receives_no("Authorize", rule="R2", within=driver.unseen_s)


@case(
    "LIST-03_2_CS",
    "An update adds to the list",
    profile="rpc",
    ref="OCPP 1.6 §5.15, §6.41",
    needs=[*_NEEDS, "second-valid-tag"],
    rules={
        "R1": "An update with a higher version is accepted, and its version is that of the list.",
        "R2": "The station does not ask for a card that the update has added.",
    },
)
async def test_update_adds(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.only_the_list_decides(csms)
    version = await states.listed(csms, tags.valid) + 1
    await _updates(csms, version, *payloads.entries(tags.valid_2), rule="R1")
    told = await csms.sends("GetLocalListVersion", rule="R1")
    told.shows(listVersion=version)
    offline.says(csms, "Invalid")

    await driver.present(tags.valid_2, connector)
    await csms.receives_no("Authorize", rule="R2", within=driver.unseen_s)


@case(
    "LIST-03_3_CS",
    "An update leaves alone what it does not name",
    profile="rpc",
    ref="OCPP 1.6 §5.15, §6.41",
    needs=[*_NEEDS, "second-valid-tag"],
    rules={"R1": "The station does not ask for a card that was on the list before the update."},
)
async def test_update_keeps_the_others(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.only_the_list_decides(csms)
    version = await states.listed(csms, tags.valid)
    await _updates(csms, version + 1, *payloads.entries(tags.valid_2))
    offline.says(csms, "Invalid")

    await driver.present(tags.valid, connector)
    await csms.receives_no("Authorize", rule="R1", within=driver.unseen_s)


@case(
    "LIST-03_4_CS",
    "An update takes off the list what it names without more",
    profile="rpc",
    ref="OCPP 1.6 §5.15, §6.41",
    needs=[*_NEEDS, "second-valid-tag"],
    rules={"R1": "The station asks for a card whose entry came without idTagInfo."},
)
async def test_update_removes(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.only_the_list_decides(csms)
    version = await states.listed(csms, tags.valid, tags.valid_2)
    await _updates(csms, version + 1, {"idTag": tags.valid})
    offline.says(csms, "Invalid")

    await driver.present(tags.valid, connector)
    await csms.receives("Authorize", rule="R1", idTag=tags.valid)


@case(
    "LIST-03_5_CS",
    "An update changes what is on the list",
    profile="rpc",
    ref="OCPP 1.6 §5.15, §6.41",
    needs=_NEEDS,
    rules={"R1": "A card that the update has blocked starts nothing."},
)
async def test_update_changes(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.only_the_list_decides(csms)
    version = await states.listed(csms, tags.valid)
    await _updates(csms, version + 1, {"idTag": tags.valid, "idTagInfo": {"status": "Blocked"}})
    offline.says(csms, "Blocked")

    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    await csms.receives_no("StartTransaction", rule="R1", within=driver.unseen_s, connectorId=connector)


@case(
    "LIST-04_CS",
    "An update needs a higher version",
    profile="rpc",
    ref="OCPP 1.6 §5.15, §7.47",
    needs=_NEEDS,
    rules={
        "R1": "An update with the version that the list has already is a VersionMismatch.",
        "R2": "What it brings is not taken: the station asks for its card.",
    },
)
async def test_update_with_the_same_version(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.only_the_list_decides(csms)
    version = await states.listed(csms, tags.valid)
    stranger = tags.unknown
    answer = await csms.sends(
        "SendLocalList",
        rule="R1",
        listVersion=version,
        updateType="Differential",
        localAuthorizationList=payloads.entries(stranger),
    )
    answer.shows(status="VersionMismatch")

    await driver.present(stranger, connector)
    await csms.receives("Authorize", rule="R2", idTag=stranger)
