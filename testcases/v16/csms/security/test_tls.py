"""TLS (white paper A00, profiles 2 and 3): versions, suites, the certificate of the CSMS and that of the station."""

from harness.v16.csms.vocabulary import Station, Sut, case, certificates, states


@case(
    "TC_086_CSMS",
    "TLS - server-side certificate - Valid certificate",
    profile="security",
    ref="OCPP 1.6 security white paper A00.FR.306 to 322, 501 to 511",
    needs=["security-profile-2-or-3"],
    rules={
        "R1": "TLS is spoken in version 1.2 or above, and in no other.",
        "R2": "Each of the four suites that a CSMS has to offer is there.",
        "R3": "The key of the CSMS's certificate has at least 2048 bits, or 224 on an elliptic curve.",
        "R4": "The CSMS's certificate can be trusted; it has a serial number, and the host as common name.",
        "R5": "The station that came in over TLS is accepted when it boots.",
    },
)
async def test_certificate_of_the_csms(offline_station: Station, sut: Sut) -> None:
    await offline_station.is_not_secured(rule="R1")
    answer = await offline_station.secures(rule="R1", looks=True)
    answer.shows(rule="R1", version=certificates.new_version)
    answer.shows(rule="R3", certificate={"keyBits": certificates.long_enough(answer["certificate"])})
    answer.shows(
        rule="R4",
        certificate={
            "commonName": offline_station.host,
            "serialNumber": certificates.positive,
            "fingerprint": certificates.configured(sut),
        },
    )

    for suite in certificates.SUITES:  # two are for an RSA certificate, two for one on an elliptic curve
        answer = await offline_station.secures(rule="R2", suite=suite, looks=True)
        answer.shows(rule="R3", certificate={"keyBits": certificates.long_enough(answer["certificate"])})
        answer.shows(
            rule="R4",
            certificate={"commonName": offline_station.host, "serialNumber": certificates.positive},
        )

    await offline_station.connects(rule="R4")
    booted = await states.boots(offline_station)
    booted.shows(rule="R5", status="Accepted")
    await states.available(offline_station)


@case(
    "TC_087_CSMS",
    "TLS - Client-side certificate - valid certificate",
    profile="security",
    ref="OCPP 1.6 security white paper A00.FR.401 to 413",
    needs=["security-profile-3"],
    rules={
        "R1": "TLS is spoken in version 1.2 or above, and in no other.",
        "R2": "Each of the four suites that a CSMS has to offer is there.",
        "R3": "A station is let in with its client certificate.",
        "R4": "The station that came in with its certificate is accepted when it boots.",
    },
)
async def test_certificate_of_the_station(offline_station: Station) -> None:
    await offline_station.is_not_secured(rule="R1")
    answer = await offline_station.secures(rule="R1", looks=True)
    answer.shows(rule="R1", version=certificates.new_version)
    for suite in certificates.SUITES:
        await offline_station.secures(rule="R2", suite=suite, looks=True)

    await offline_station.connects(rule="R3")
    booted = await states.boots(offline_station)
    booted.shows(rule="R4", status="Accepted")
    await states.available(offline_station)
