"""A station rises to the next security profile (white paper A05): let in with it, and not with the one before."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, renewal, states, upgrades


@case(
    "TC_083_CSMS",
    "Upgrade Charge Point Security Profile - Accepted",
    profile="security",
    ref="OCPP 1.6 security white paper A05",
    needs=["security-profile-upgrade", "raise-security-profile"],
    changes=True,
    rules={
        "R1": "The security profile is changed as the configuration key SecurityProfile.",
        "R2": "It is changed to the next higher one.",
        "R4": "The station is reset, so that it connects anew.",
        "R6": "The station is let in with the higher profile.",
        "R7": "The station that has risen is accepted when it boots.",
        "R9": "A station that has risen from profile 1 is not let in with it any more.",
        "R10": "A station that has risen from profile 2 is not let in with it any more.",
        "R11": "After it was turned away the station is let in again with the higher profile.",
    },
)
async def test_profile_is_raised(station: Station, operator: Operator, sut: Sut) -> None:
    first = station.entrance.link.profile
    for profile in (profile for profile in upgrades(sut) if profile >= first):
        if profile == 1:
            await renewal.certificate_installed(station, operator)
        else:
            await renewal.certificate_renewed(station, operator)
        higher = profile + 1
        await operator.change_configuration(station, key="SecurityProfile", value=str(higher))
        request = await station.receives("ChangeConfiguration", rule="R1", key="SecurityProfile")
        request.shows(rule="R2", value=str(higher))
        await request.answered(status="Accepted")

        await operator.reset(station, type="Hard")
        request = await station.receives("Reset", rule="R4", type="Hard")
        await request.answered(status="Accepted")
        await station.restarts()

        station.takes(profile=higher)
        await station.connects(rule="R6")
        answer = await states.boots(station)
        answer.shows(rule="R7", status="Accepted")
        await states.available(station)
        await station.disconnects()

        station.takes(profile=profile)
        await station.is_refused(rule="R9" if profile == 1 else "R10")
        station.takes(profile=higher)
        await station.connects(rule="R11")
        async with renewal.reaching(station, "booted"):  # a back office reaches a station that has said something
            await states.boot(station)
    station.leaves_out("R9", "no station rises from security profile 1 in this run")
    station.leaves_out("R10", "no station rises from security profile 2 in this run")
