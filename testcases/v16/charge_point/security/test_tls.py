"""TLS (white paper A00, profiles 2 and 3): the versions and suites that a station offers, and its certificate."""

from harness.v16.charge_point.vocabulary import Csms, case, security


@case(
    "TC_086_CS",
    "TLS - server-side certificate - Valid certificate",
    profile="security",
    ref="OCPP 1.6 security white paper A00.FR.301 to 322",
    needs=["security-profile-2-or-3"],
    rules={
        "R1": "TLS 1.2 or above is offered, and comes about.",
        "R2": "Both suites with ECDHE and ECDSA are offered, or both with RSA, of those that a CSMS has to know.",
        "R3": "In security profile 2 the station comes in with its identity and its password.",
        "R4": "In security profile 2 the password has 16 to 20 octets.",
    },
)
async def test_certificate_of_the_csms(csms: Csms) -> None:
    knock = await security.restarted(csms, rule="R1")
    security.offers_version(csms, knock, rule="R1")
    security.offers_suites(csms, knock, rule="R2")
    security.is_within_tls(csms, knock, rule="R1")
    if csms.bay.profile == 2:
        security.shows_user(csms, knock, rule="R3")
        security.shows_length(csms, knock, rule="R4")
        await csms.connects(rule="R3")
    else:
        csms.leaves_out("R3 R4", "the station is in security profile 3, which has no password")
        await csms.connects(rule="R1")

    await security.boots(csms)


@case(
    "TC_087_CS",
    "TLS - Client-side certificate - valid certificate",
    profile="security",
    ref="OCPP 1.6 security white paper A00.FR.401 to 413, 501 to 511",
    needs=["security-profile-3"],
    rules={
        "R1": "TLS 1.2 or above is offered.",
        "R2": "Both suites with ECDHE and ECDSA are offered, or both with RSA, of those that a CSMS has to know.",
        "R3": "The key of the client certificate has at least 2048 bits, or 224 on an elliptic curve.",
        "R4": "The client certificate can be trusted; it has a serial number, and names that of the station.",
    },
)
async def test_certificate_of_the_station(csms: Csms) -> None:
    knock = await security.restarted(csms, rule="R1")
    security.offers_version(csms, knock, rule="R1")
    security.offers_suites(csms, knock, rule="R2")
    security.shows_key(csms, knock, rule="R3")
    security.shows_name(csms, knock, rule="R4")

    await csms.connects(rule="R4")
    await security.boots(csms)
