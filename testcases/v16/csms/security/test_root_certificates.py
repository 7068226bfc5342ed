"""Roots in the store of a station (white paper A04, M03 to M05): installed, listed, deleted, turned down."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, certificates, renewal, states

_RULES = {
    "R1": "The certificate is installed as what the operator says it is.",
    "R2": "It is the certificate that the operator chose.",
    "R4": "Afterwards the station is asked for its certificates of this type.",
}


@case(
    "TC_075_1_CSMS",
    "Install a certificate on the Charge Point - ManufacturerRootCertificate",
    profile="security",
    ref="OCPP 1.6 security white paper M03, M05",
    needs=["security-profile-2-or-3", "station-certificates"],
    rules=_RULES,
    kind="ManufacturerRootCertificate",
    name=certificates.MANUFACTURER,
)
@case(
    "TC_075_2_CSMS",
    "Install a certificate on the Charge Point - CentralSystemRootCertificate",
    profile="security",
    ref="OCPP 1.6 security white paper M03, M05",
    needs=["security-profile-2-or-3", "station-certificates"],
    rules=_RULES,
    kind=renewal.ROOT,
    name="root",
)
async def test_root_is_installed(station: Station, operator: Operator, sut: Sut, kind: str, name: str) -> None:
    root = certificates.root(sut, name)
    await _install(station, operator, kind, root, status="Accepted")

    await operator.get_installed_certificate_ids(station, certificateType=kind)
    request = await station.receives("GetInstalledCertificateIds", rule="R4", certificateType=kind)
    named = certificates.hash_data(root, sut.tls.hash_algorithm)
    await request.answered(status="Accepted", certificateHashData=[named])


@case(
    "TC_076_CSMS",
    "Delete a specific certificate from the Charge Point",
    profile="security",
    ref="OCPP 1.6 security white paper M04, M05",
    needs=["security-profile-2-or-3", "station-certificates", "delete-certificate"],
    rules={
        "R1": "The certificate is installed as a root of the CSMS.",
        "R2": "It is the certificate that the operator chose.",
        "R4": "Before it deletes the certificate the CSMS asks the station for those of this type.",
        "R7": "The certificate is deleted under the hash algorithm that the station named it with.",
        "R8": "The certificate that is deleted is the one that was installed, named as the station named it.",
    },
)
async def test_root_is_deleted(station: Station, operator: Operator, sut: Sut) -> None:
    root = certificates.root(sut, certificates.SECOND)
    for algorithm in certificates.HASHES:
        await _install(station, operator, renewal.ROOT, root, status="Accepted")

        await operator.get_installed_certificate_ids(station, certificateType=renewal.ROOT)
        request = await station.receives("GetInstalledCertificateIds", rule="R4", certificateType=renewal.ROOT)
        named = certificates.hash_data(root, algorithm)
        known = {"status": "Accepted", "certificateHashData": [named]}
        await request.answered(**known)

        async with states.answering(station, "GetInstalledCertificateIds", **known):  # once more, if it likes
            await operator.delete_certificate(station, certificateHashData=named)
            request = await station.receives("DeleteCertificate", rule="R7")
            request.shows(rule="R7", certificateHashData={"hashAlgorithm": algorithm})
            request.shows(rule="R8", certificateHashData=certificates.names_certificate(named))
            await request.answered(status="Accepted")


@case(
    "TC_078_CSMS",
    "Invalid CentralSystemCertificate Security Event",
    profile="security",
    ref="OCPP 1.6 security white paper A04, M05",
    needs=["security-profile-2-or-3", "station-certificates"],
    rules={
        "R1": "The certificate is installed as a root of the CSMS.",
        "R2": "It is the certificate that the operator chose.",
    },
)
async def test_root_is_turned_down(station: Station, operator: Operator, sut: Sut) -> None:
    await _install(station, operator, renewal.ROOT, certificates.root(sut), status="Rejected")

    await states.security_event(station, "InvalidCentralSystemCertificate")


async def _install(station: Station, operator: Operator, kind: str, root: str, *, status: str) -> None:
    """Have a root installed, judged as R1 and R2, and answer with this status."""
    await operator.install_certificate(station, certificateType=kind, certificate=root)
    request = await station.receives("InstallCertificate", rule="R1", certificateType=kind)
    request.shows(rule="R2", certificate=certificates.same_certificate(root))
    await request.answered(status=status)
