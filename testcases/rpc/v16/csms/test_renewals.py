"""What a station showed before a change of its password or of its security profile (white paper A01, A05)."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, renewal, states, upgrades


@case(
    "SEC-05_CSMS",
    "The password of before",
    profile="rpc",
    ref="OCPP-J 1.6 §6.2.2, security white paper A01",
    needs=["security-profile-1-or-2", "change-password"],
    changes=True,
    rules={
        "R1": "When the station rejects a new password, the one before stays valid.",
        "R2": "When it has accepted a new one, the one before is refused.",
    },
)
async def test_password_of_before(station: Station, operator: Operator, sut: Sut) -> None:
    async with renewal.key_put_back(station, operator):
        await operator.change_configuration(station, key=renewal.KEY, value=renewal.new_key(sut))
        request = await station.receives("ChangeConfiguration", key=renewal.KEY)
        await request.answered(status="Rejected")
        await station.disconnects()
        await station.connects(rule="R1")
        async with renewal.reaching(station, "booted"):  # a back office reaches a station that has said something
            await states.boots(station)

        await operator.change_configuration(station, key=renewal.KEY, value=renewal.new_key(sut))
        request = await station.receives("ChangeConfiguration", key=renewal.KEY)
        await request.answered(status="Accepted")
        await station.disconnects()
        await station.is_refused(rule="R2")

        station.takes(key=bytes.fromhex(request["value"]))
        async with renewal.reaching(station, "connected with the new password"):
            await station.connects()


@case(
    "SEC-04_CSMS",
    "A password of octets that are no text",
    profile="rpc",
    ref="OCPP-J 1.6 §6.2.2, security white paper A00.FR.205",
    needs=["security-profile-1-or-2", "change-password", "octet-passwords"],
    changes=True,
    rules={
        "R1": "A key of 20 octets, some of them above 127, is sent to the station as 40 hexadecimal digits.",
        "R2": "The station is let in with these octets as its password.",
    },
)
async def test_password_of_octets(station: Station, operator: Operator) -> None:
    async with renewal.key_put_back(station, operator):
        await operator.change_configuration(station, key=renewal.KEY, value=renewal.OCTETS.hex())
        request = await station.receives("ChangeConfiguration", key=renewal.KEY)
        request.shows(rule="R1", value=renewal.hexadecimal(renewal.OCTETS))
        await request.answered(status="Accepted")
        await station.disconnects()
        station.takes(key=renewal.OCTETS)
        await station.connects(rule="R2")


@case(
    "SEC-15_CSMS",
    "The security profile of before",
    profile="rpc",
    ref="security white paper A05",
    needs=["security-profile-upgrade", "raise-security-profile"],
    changes=True,
    rules={"R1": "A station that has risen to a higher security profile is not let in with the lower one."},
)
async def test_profile_of_before(station: Station, operator: Operator, sut: Sut) -> None:
    lower = station.entrance.link.profile
    if lower not in upgrades(sut):
        station.leaves_out("R1", f"no station rises from security profile {lower} in this run")
        return
    async with renewal.reaching(station, "risen"):
        await renewal.raised(station, operator, lower)

    station.takes(profile=lower)
    await station.is_refused(rule="R1")
    station.takes(profile=lower + 1)
