"""Asking for the version of the local list (OCPP 1.6 §5.10): there is no list, and it is empty."""

from harness.v16.charge_point.vocabulary import Csms, case, states


@case(
    "TC_042_1_CS",
    "Get Local List Version (not supported)",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.10, OCPP-J 1.6 §4.2.3",
    needs=["local-list-off"],
    rules={"R1": "A station without a local list gives its version as -1, or says NotSupported."},
)
async def test_version_of_no_list(csms: Csms) -> None:
    if await states.supports(csms, "LocalAuthListEnabled"):
        await states.configures(csms, LocalAuthListEnabled="false")

    await csms.sends_in_vain("GetLocalListVersion", rule="R1", codes=["NotSupported"], says={"listVersion": -1})


@case(
    "TC_042_2_CS",
    "Get Local List Version (empty)",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.10, §5.15",
    rules={
        "R4": "A whole list without entries is accepted.",
        "R5": "The version of an empty list is 0, whatever came with it.",
    },
)
async def test_version_of_an_empty_list(csms: Csms) -> None:
    await states.configures(csms, LocalAuthListEnabled="true")

    answer = await csms.sends("SendLocalList", rule="R4", listVersion=1, updateType="Full")
    answer.shows(status="Accepted")

    version = await csms.sends("GetLocalListVersion", rule="R5")
    version.shows(listVersion=0)
