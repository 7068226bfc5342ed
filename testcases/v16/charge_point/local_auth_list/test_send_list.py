"""Sending the local list (OCPP 1.6 §3.5.2, §5.15): whole, in part, too old, and where it cannot be kept."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, payloads, states


@case(
    "TC_043_CS",
    "Send Local Authorization List",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.15",
    needs=["second-valid-tag"],
    rules={
        "R2": "A whole list is accepted.",
        "R4": "An update of the list is accepted.",
    },
)
async def test_list_and_update(csms: Csms, tags: Tags) -> None:
    await states.configures(csms, LocalAuthListEnabled="true")
    version = await states.listed(csms, tags.valid, rule="R2")

    update = payloads.entries(tags.valid_2)
    answer = await csms.sends(
        "SendLocalList", rule="R4", listVersion=version + 1, updateType="Differential", localAuthorizationList=update
    )
    answer.shows(status="Accepted")


@case(
    "TC_043_1_CS",
    "Send Local Authorization List - NotSupported",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.15, §7.47, OCPP-J 1.6 §4.2.3",
    needs=["without-local-auth-list"],
    rules={"R2": "A station without a local list says NotSupported to one, as a status or as a CALLERROR."},
)
async def test_list_is_not_supported(csms: Csms, tags: Tags) -> None:
    whole = payloads.entries(tags.valid)
    await csms.sends_in_vain(
        "SendLocalList",
        rule="R2",
        codes=["NotSupported"],
        status="NotSupported",
        listVersion=1,
        updateType="Full",
        localAuthorizationList=whole,
    )


@case(
    "TC_043_2_CS",
    "Send Local Authorization List - VersionMismatch",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.10, §5.15, §7.47",
    needs=["second-valid-tag"],
    rules={
        "R3": "A whole list is accepted.",
        "R4": "The version is that of the whole list.",
        "R7": "An update with a higher version is accepted.",
        "R8": "The version is that of the update.",
        "R11": "An update with a lower version is a VersionMismatch.",
        "R12": "After an update that was not taken the version is what it was.",
    },
)
async def test_update_with_a_lower_version(csms: Csms, tags: Tags) -> None:
    await states.configures(csms, LocalAuthListEnabled="true")
    sent = (
        ("Full", 2, tags.valid, ("R3", "Accepted"), ("R4", 2)),
        ("Differential", 5, tags.valid_2, ("R7", "Accepted"), ("R8", 5)),
        ("Differential", 4, tags.valid_2, ("R11", "VersionMismatch"), ("R12", 5)),
    )
    for kind, version, tag, (taken, status), (told, now) in sent:
        entries = payloads.entries(tag)
        answer = await csms.sends(
            "SendLocalList", rule=taken, listVersion=version, updateType=kind, localAuthorizationList=entries
        )
        answer.shows(status=status)
        known = await csms.sends("GetLocalListVersion", rule=told)
        known.shows(listVersion=now)


@case(
    "TC_043_3_CS",
    "Send Local Authorization List - Failed",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.15, §7.47",
    needs=["local-list-failure"],
    rules={"R3": "A list that cannot be stored is Failed."},
)
async def test_list_that_cannot_be_stored(csms: Csms, driver: EvDriver, tags: Tags) -> None:
    await states.configures(csms, LocalAuthListEnabled="true")
    await driver.break_list_memory()

    whole = payloads.entries(tags.valid)
    answer = await csms.sends(
        "SendLocalList", rule="R3", listVersion=2, updateType="Full", localAuthorizationList=whole
    )
    answer.shows(status="Failed")
