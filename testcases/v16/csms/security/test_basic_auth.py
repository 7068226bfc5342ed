"""User name and password (OCPP-J 1.6 §6.2, white paper A00, A01): needed at the door, and changed over OCPP."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, certificates, renewal, states


@case(
    "TC_085_CSMS",
    "Basic Authentication - Valid username/password combination",
    profile="security",
    ref="OCPP-J 1.6 §6.2, security white paper A00.FR.201 to 204",
    needs=["security-profile-1-or-2"],
    rules={
        "R1": "A station that shows no user name and password is not let in.",
        "R3": "With its user name and password it is let in.",
        "R4": "The station that came in with its password is accepted when it boots.",
    },
)
async def test_password_is_asked_for(offline_station: Station) -> None:
    await offline_station.is_refused(rule="R1", authenticated=False)
    await offline_station.connects(rule="R3")

    answer = await states.boots(offline_station)
    answer.shows(rule="R4", status="Accepted")
    await states.available(offline_station)


@case(
    "TC_073_CSMS",
    "Update Charge Point Password for HTTP Basic Authentication",
    profile="security",
    ref="OCPP-J 1.6 §6.2.2, security white paper A01",
    needs=["security-profile-1-or-2", "change-password"],
    rules={
        "R1": "The password of a station is changed as the configuration key AuthorizationKey.",
        "R2": "A new password is 16 to 20 octets long and sent in hexadecimal digits.",
        "R4": "The station is let in with the password that it was sent.",
    },
)
async def test_password_is_changed(station: Station, operator: Operator, sut: Sut) -> None:
    async with renewal.key_put_back(station, operator):
        await operator.change_configuration(station, key="AuthorizationKey", value=renewal.new_key(sut))
        request = await station.receives("ChangeConfiguration", rule="R1", key="AuthorizationKey")
        request.shows(rule="R2", value=certificates.hex_key)
        await request.answered(status="Accepted")

        await station.disconnects()
        station.takes(key=bytes.fromhex(request["value"]))
        await station.connects(rule="R4")
