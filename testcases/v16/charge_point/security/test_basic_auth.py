"""User name and password (OCPP-J 1.6 §6.2, white paper A00, A01): shown at the door, and changed over OCPP."""

from harness.v16.charge_point.vocabulary import Csms, Inconclusive, case, credentials, security


@case(
    "TC_085_CS",
    "Basic Authentication - Valid username/password combination",
    profile="security",
    ref="OCPP-J 1.6 §6.2, security white paper A00.FR.202 to 205",
    needs=["security-profile-1-or-2"],
    rules={
        "R1": "The station comes in with HTTP Basic authentication, its identity as the user name, and its password.",
        "R2": "The password has 16 to 20 octets.",
        "R3": "The octets of the password are sent, not the hexadecimal digits that it is configured with.",
    },
)
async def test_password_is_shown(csms: Csms) -> None:
    knock = await security.restarted(csms, rule="R1")
    security.shows_user(csms, knock, rule="R1")
    security.shows_octets(csms, knock, rule="R3")
    security.shows_length(csms, knock, rule="R2")

    await csms.connects(rule="R1")
    await security.boots(csms)


@case(
    "TC_073_CS",
    "Update Charge Point Password for HTTP Basic Authentication",
    profile="security",
    ref="OCPP-J 1.6 §6.2.2, security white paper A01",
    needs=["security-profile-1-or-2"],
    rules={
        "R3": "A new password is accepted.",
        "R4": "The station connects anew, with the password that it was given.",
        "R7": "The password of before is accepted again.",
        "R8": "The station connects anew, with the password of before.",
    },
)
async def test_password_is_changed(csms: Csms) -> None:
    before = csms.bay.key
    if before is None:
        raise Inconclusive("the password of the station could not be put back: connection.auth_key is not set")

    await _changes(csms, credentials.new_password(csms.run.sut), "R3", "R4")
    await _changes(csms, before, "R7", "R8")


async def _changes(csms: Csms, password: bytes, taken: str, shown: str) -> None:
    """The station is given a password, and comes back with it."""
    answer = await csms.sends("ChangeConfiguration", key="AuthorizationKey", value=password.hex().upper())
    answer.shows(rule=taken, status="Accepted")
    await csms.connects(rule=shown)
