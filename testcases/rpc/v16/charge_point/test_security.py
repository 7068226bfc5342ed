"""What a station shows at the door, and does not, in each security profile (white paper A00, A01, A04, A05)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, case, certificates, credentials, one_of, security


@case(
    "SEC-01_CS",
    "A station in a security profile with TLS comes within it",
    profile="rpc",
    ref="OCPP 1.6 security white paper A00.FR.001 to 003",
    needs=["security-profile-2-or-3"],
    rules={"R1": "In security profile 2 or 3 the station connects within TLS, also when it comes back."},
)
async def test_tls_is_used(csms: Csms) -> None:
    await csms.wire.drops()
    knock = await csms.knocks(rule="R1")
    security.is_within_tls(csms, knock, rule="R1")
    await csms.connects()


@case(
    "SEC-04_CS",
    "A password of octets that are no text",
    profile="rpc",
    ref="OCPP-J 1.6 §6.2.2, security white paper A00.FR.205",
    needs=["security-profile-1-or-2"],
    rules={
        "R1": "An AuthorizationKey of 20 octets, some of them above 127, is accepted.",
        "R2": "The station connects with these octets as its password.",
    },
)
async def test_password_of_octets(csms: Csms) -> None:
    await certificates.changes_password(csms, certificates.OCTETS, taken="R1", shown="R2")


@case(
    "SEC-06_CS",
    "A new password is used at once",
    profile="rpc",
    ref="OCPP 1.6 security white paper A01",
    needs=["security-profile-1-or-2"],
    rules={
        "R1": "A new AuthorizationKey is accepted.",
        "R2": "After it the station connects anew, with the new password.",
    },
)
async def test_new_password(csms: Csms) -> None:
    await certificates.changes_password(csms, credentials.new_password(csms.run.sut), taken="R1", shown="R2")


@case(
    "SEC-07_1_CS",
    "The versions of TLS that are offered",
    profile="rpc",
    ref="OCPP 1.6 security white paper A00.FR.312 to 315",
    needs=["security-profile-2-or-3"],
    rules={
        "R1": "TLS 1.2 or above is offered.",
        "R2": "No version below TLS 1.2 is offered.",
    },
)
async def test_versions_of_tls(csms: Csms) -> None:
    await csms.wire.drops()
    knock = await csms.knocks(rule="R1")
    security.offers_version(csms, knock, rule="R1")
    certificates.offers_no_old_version(csms, knock, rule="R2")
    await csms.connects()


@case(
    "SEC-07_2_CS",
    "A CSMS with TLS 1.1",
    profile="rpc",
    ref="OCPP 1.6 security white paper A00.FR.314, 315",
    needs=["security-profile-2-or-3"],
    rules={
        "R1": "A station does not connect to a CSMS that speaks no TLS above 1.1.",
        "R2": "Afterwards it tells of it with the security event InvalidTLSVersion.",
    },
)
async def test_csms_with_old_tls(csms: Csms) -> None:
    with csms.stand.speaks_old_tls():
        await csms.wire.drops()
        await certificates.does_not_come_in(csms, rule="R1")
    await csms.connects(within=csms.run.sut.timeouts.reboot_s)
    await csms.receives("SecurityEventNotification", rule="R2", type="InvalidTLSVersion")


@case(
    "SEC-09_CS",
    "The suites of TLS that are offered",
    profile="rpc",
    ref="OCPP 1.6 security white paper A00.FR.318",
    needs=["security-profile-2-or-3"],
    rules={"R1": "Both suites with ECDHE and ECDSA are offered, or both with RSA, of those that a CSMS has to know."},
)
async def test_suites(csms: Csms) -> None:
    await csms.wire.drops()
    knock = await csms.knocks(rule="R1")
    security.offers_suites(csms, knock, rule="R1")
    await csms.connects()


@case(
    "SEC-10_CS",
    "No suites that are unfit",
    profile="rpc",
    ref="OCPP 1.6 security white paper A00.FR.319 to 322",
    needs=["security-profile-2-or-3"],
    rules={"R1": "No suite is offered that has no encryption, no certificate, or a cipher that is broken."},
)
async def test_unfit_suites(csms: Csms) -> None:
    await csms.wire.drops()
    knock = await csms.knocks(rule="R1")
    certificates.offers_nothing_unfit(csms, knock, rule="R1")
    await csms.connects()


@case(
    "SEC-11_CS",
    "A CSMS with the certificate of somebody else",
    profile="rpc",
    ref="OCPP 1.6 security white paper A00.FR.307 to 310",
    needs=["security-profile-2-or-3"],
    rules={
        "R1": "A station does not connect to a CSMS whose certificate no root vouches for that it has.",
        "R2": "Afterwards it tells of it with the security event InvalidCentralSystemCertificate.",
    },
)
async def test_foreign_certificate(csms: Csms) -> None:
    with csms.stand.shows_foreign_certificate():
        await csms.wire.drops()
        await certificates.does_not_come_in(csms, rule="R1")
    await csms.connects(within=csms.run.sut.timeouts.reboot_s)
    await csms.receives("SecurityEventNotification", rule="R2", type="InvalidCentralSystemCertificate")


@case(
    "SEC-14_CS",
    "The security profile that a station is in already",
    profile="rpc",
    ref="OCPP 1.6 security white paper A05.FR.02",
    needs=["security-profile"],
    rules={"R1": "A SecurityProfile that is not higher than the one in use is Rejected."},
)
async def test_same_security_profile(csms: Csms) -> None:
    profile = str(csms.bay.profile)
    answer = await csms.sends("ChangeConfiguration", rule="R1", key=credentials.PROFILE, value=profile)
    answer.shows(rule="R1", status="Rejected")


@case(
    "SEC-16_1_CS",
    "A critical event is told",
    profile="rpc",
    ref="OCPP 1.6 security white paper A04",
    needs=["security-profile"],
    rules={"R1": "After a reset the station tells of it with a SecurityEventNotification, once it is there again."},
)
async def test_reset_is_a_security_event(csms: Csms) -> None:
    (await csms.sends("Reset", type="Hard")).shows(status="Accepted")
    await csms.receives("BootNotification", within=csms.run.sut.timeouts.reboot_s)
    event = one_of("ResetOrReboot", "StartupOfTheDevice")
    await csms.receives("SecurityEventNotification", rule="R1", type=event)


@case(
    "SEC-16_2_CS",
    "A critical event of an outage is told after it",
    profile="rpc",
    ref="OCPP 1.6 security white paper A04",
    needs=["security-profile"],
    rules={"R1": "What happened while the CSMS could not be reached is told with a SecurityEventNotification later."},
)
async def test_security_event_of_an_outage(csms: Csms, driver: EvDriver) -> None:
    await csms.goes_away()
    await driver.cut_power()
    await driver.restore_power()
    csms.comes_back()
    await csms.connects(within=csms.run.sut.timeouts.reboot_s)
    event = one_of("ResetOrReboot", "StartupOfTheDevice")
    await csms.receives("SecurityEventNotification", rule="R1", type=event)
