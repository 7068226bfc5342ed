"""A new client certificate for the station (white paper A02, A03): taken and shown, and turned down."""

from harness.v16.charge_point.vocabulary import Csms, case, security


@case(
    "TC_074_CS",
    "Update Charge Point Certificate by request of Central System",
    profile="security",
    ref="OCPP 1.6 security white paper A02, A00.FR.501 to 511",
    needs=["security-profile-3"],
    rules={
        "R3": "The station can be told to ask for a new certificate.",
        "R4": "It asks with a signing request.",
        "R7": "The certificate for the key of its request is accepted.",
        "R8": "The station connects anew, with the certificate that it was sent.",
    },
)
async def test_certificate_is_renewed(csms: Csms) -> None:
    csr = await security.asks_for_certificate(csms, triggered="R3", asked="R4")
    certificate = security.signed(csms, csr, rule="R4")

    answer = await csms.sends("CertificateSigned", certificateChain=certificate)
    answer.shows(rule="R7", status="Accepted")
    knock = await csms.connects(rule="R8")
    security.shows_certificate(csms, knock, certificate, rule="R8")


@case(
    "TC_077_CS",
    "Invalid ChargePointCertificate Security Event",
    profile="security",
    ref="OCPP 1.6 security white paper A02, A04",
    needs=["security-profile-3"],
    rules={
        "R3": "The station can be told to ask for a new certificate.",
        "R4": "It asks with a signing request.",
        "R7": "A certificate of an authority that the station does not trust is rejected.",
        "R8": "The station reports the security event of an invalid certificate of its own.",
    },
)
async def test_certificate_is_turned_down(csms: Csms) -> None:
    csr = await security.asks_for_certificate(csms, triggered="R3", asked="R4")
    certificate = security.signed(csms, csr, rule="R4", foreign=True)

    answer = await csms.sends("CertificateSigned", certificateChain=certificate)
    answer.shows(rule="R7", status="Rejected")
    await csms.receives("SecurityEventNotification", rule="R8", type="InvalidChargePointCertificate")
