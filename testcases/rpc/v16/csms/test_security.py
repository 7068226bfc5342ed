"""Who is let in with which credentials, and over which TLS (security white paper A00)."""

from harness.v16.csms.vocabulary import Station, case, certificates


@case(
    "SEC-03_CSMS",
    "User name and password have to be right",
    profile="rpc",
    ref="OCPP-J 1.6 §6.2, security white paper A00.FR.201 to 204",
    needs=["security-profile-1-or-2"],
    rules={
        "R1": "A station that shows no user name and password is not let in.",
        "R2": "A station that shows another password is not let in.",
    },
)
async def test_credentials(offline_station: Station) -> None:
    await offline_station.is_let_in()
    await offline_station.is_refused(rule="R1", authenticated=False)

    offline_station.takes(key=b"not-the-right-key!")
    await offline_station.is_refused(rule="R2")


@case(
    "SEC-07_CSMS",
    "No TLS before 1.2",
    profile="rpc",
    ref="security white paper A00.FR.312 to 315",
    needs=["security-profile-2-or-3"],
    rules={
        "R1": "TLS 1.2 or a newer version can be set up.",
        "R2": "TLS 1.1 cannot.",
    },
)
async def test_old_tls(offline_station: Station) -> None:
    answer = await offline_station.secures(rule="R1", looks=True)
    answer.shows(rule="R1", version=certificates.new_version)
    await offline_station.is_not_secured(rule="R2")


@case(
    "SEC-08_CSMS",
    "The suites that a CSMS has to offer",
    profile="rpc",
    ref="security white paper A00.FR.317",
    needs=["security-profile-2-or-3"],
    rules={
        "R1": "TLS can be set up with each of the two suites for a certificate on an elliptic curve.",
        "R2": "TLS can be set up with each of the two suites for an RSA certificate.",
    },
)
async def test_suites(offline_station: Station) -> None:
    for suite in certificates.SUITES:
        rule = "R1" if "ECDSA" in suite else "R2"
        await offline_station.secures(rule=rule, suite=suite, looks=True)


@case(
    "SEC-10_CSMS",
    "No suite that hides nothing",
    profile="rpc",
    ref="security white paper A00.FR.319 to 322",
    needs=["security-profile-2-or-3"],
    rules={
        "R1": "TLS can be set up with the usual suites.",
        "R2": "TLS cannot be set up with suites that do not encrypt or do not authenticate.",
    },
)
async def test_unfit_suites(offline_station: Station) -> None:
    await offline_station.secures(rule="R1", looks=True)
    await offline_station.is_not_secured(rule="R2", unfit=True)


@case(
    "SEC-12_CSMS",
    "A client certificate of another station",
    profile="rpc",
    ref="security white paper A00.FR.403 to 407",
    needs=["security-profile-3"],
    rules={
        "R1": "A station whose certificate is issued to it is let in.",
        "R2": "A station that shows the certificate of another one is not let in.",
    },
)
async def test_certificate_of_another_station(offline_station: Station) -> None:
    await offline_station.connects(rule="R1")
    await offline_station.disconnects()
    offline_station.takes(certificate=certificates.of_another(offline_station))
    await offline_station.is_refused(rule="R2")


@case(
    "SEC-01_CSMS",
    "A security profile that the station is not in",
    profile="rpc",
    ref="security white paper A00.FR.001 to 003",
    needs=["security-profile-2-or-3"],
    rules={
        "R1": "A station is let in with the security profile that it is in.",
        "R2": "It is not let in with the next lower one.",
    },
)
async def test_one_profile_at_a_time(offline_station: Station) -> None:
    own = offline_station.entrance.link.profile
    await offline_station.connects(rule="R1")
    await offline_station.disconnects()
    offline_station.takes(profile=own - 1)
    await offline_station.is_refused(rule="R2")
