"""A new client certificate for a station (white paper A02, A03): taken, and turned down."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, certificates, renewal, states


@case(
    "TC_074_CSMS",
    "Update Charge Point Certificate by request of Central System",
    profile="security",
    ref="OCPP 1.6 security white paper A02, A00.FR.501 to 511",
    needs=["security-profile-3", "renew-certificate"],
    changes=True,
    rules={
        "R1": "The station is told to ask for a certificate.",
        "R2": "No connector is named, as a station has one certificate.",
        "R5": "A proper signing request is accepted.",
        "R6": "The station is sent a certificate.",
        "R7": "The certificate is PEM, and it is for the key of the request.",
        "R8": "The certificate is signed with the algorithm of the run, over a hash that is not broken.",
        "R9": "The common name of the certificate is that of the request.",
        "R10": "The key of the certificate has at least 2048 bits, or 224 on an elliptic curve.",
        "R12": "The station is let in with its new certificate.",
    },
)
async def test_certificate_is_renewed(station: Station, operator: Operator, sut: Sut) -> None:
    renewed = await renewal.new_certificate(
        station, operator, asked="R1", without_connector="R2", accepted="R5", signed="R6"
    )
    renewed.signed.shows(rule="R10", certificateChain=certificates.strong_if_any)
    renewed.signed.shows(rule="R7", certificateChain=certificates.holds_key(renewed.asked.key))
    renewed.signed.shows(rule="R8", certificateChain=certificates.signed_with(certificates.algorithm(sut)))
    renewed.signed.shows(rule="R9", certificateChain=certificates.named(station.identity))
    await renewed.signed.answered(status="Accepted")

    await station.disconnects()
    station.takes(certificate=renewed.credentials)
    await station.connects(rule="R12")


@case(
    "TC_077_CSMS",
    "Invalid ChargePointCertificate Security Event",
    profile="security",
    ref="OCPP 1.6 security white paper A02, A04",
    needs=["security-profile-3", "renew-certificate"],
    rules={
        "R1": "The station is told to ask for a certificate.",
        "R2": "No connector is named, as a station has one certificate.",
        "R5": "A proper signing request is accepted.",
        "R6": "The station is sent a certificate for the key of its request.",
    },
)
async def test_certificate_is_turned_down(station: Station, operator: Operator) -> None:
    renewed = await renewal.new_certificate(
        station, operator, asked="R1", without_connector="R2", accepted="R5", signed="R6"
    )
    renewed.signed.shows(rule="R6", certificateChain=certificates.holds_key(renewed.asked.key))
    await renewed.signed.answered(status="Rejected")

    await states.security_event(station, "InvalidChargePointCertificate")
