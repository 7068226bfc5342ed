"""The station rises to the next security profile (white paper A05), and never goes back to a lower one."""

from harness.v16.charge_point.vocabulary import Csms, case, credentials, one_of, security


@case(
    "TC_083_CS",
    "Upgrade security profile",
    profile="security",
    ref="OCPP 1.6 security white paper A05",
    needs=["security-profile-rise"],
    rules={
        "R3": "The next higher security profile is accepted.",
        "R5": "The station can be reset afterwards.",
        "R7": "After its restart each connector is Available.",
        "R8": "After its restart the station comes in with the higher profile.",
        "R9": "While nobody listens within TLS, a station that has risen from profile 1 does not come without it.",
        "R10": "As soon as somebody listens within TLS again, it comes in with profile 2.",
    },
)
async def test_profile_is_raised(csms: Csms) -> None:
    higher = csms.bay.profile + 1
    await security.prepares(csms, higher)

    answer = await csms.sends("ChangeConfiguration", key="SecurityProfile", value=str(higher))
    answer.shows(rule="R3", status=one_of("Accepted", "RebootRequired"))
    if answer["status"] == "Accepted" and await csms.may_knock(csms.run.sut.timeouts.long_s):
        await csms.connects(rule="R8")  # by itself, which is not to be interrupted

    answer = await csms.sends("Reset", type="Hard")
    answer.shows(rule="R5", status="Accepted")
    knock = await csms.connects(rule="R8", within=csms.run.sut.timeouts.reboot_s)
    security.comes_in(csms, knock, higher, rule="R8")
    await security.boots(csms, rule="R7")

    if higher != 2:
        csms.leaves_out("R9 R10", "the station has not risen from security profile 1")
        return
    await csms.stops_listening(within_tls=True)
    await security.comes_not_without_tls(csms, rule="R9")
    csms.listens_again()
    knock = await csms.connects(rule="R10")
    security.comes_in(csms, knock, higher, rule="R10")


@case(
    "TC_084_CS",
    "Downgrade security profile - Rejected",
    profile="security",
    ref="OCPP 1.6 security white paper A05",
    needs=["security-profile-2-or-3"],
    rules={"R3": "A lower security profile is rejected."},
)
async def test_profile_is_not_lowered(csms: Csms) -> None:
    answer = await csms.sends("ChangeConfiguration", key=credentials.PROFILE, value=str(csms.bay.profile - 1))
    answer.shows(rule="R3", status="Rejected")
