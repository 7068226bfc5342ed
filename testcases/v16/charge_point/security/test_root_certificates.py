"""Roots in the store of the station (white paper A04, M03 to M05): installed, listed, deleted, turned down."""

from harness.v16.charge_point.vocabulary import Csms, case, credentials, security

_RULES = {
    "R3": "The root is accepted.",
    "R5": "The station tells of its roots of this kind.",
    "R6": "The root is among them, by its serial number.",
    "R7": "It is named by the hashes that plugproof computes for it.",
}


@case(
    "TC_075_1_CS",
    "Install a certificate on the Charge Point - ManufacturerRootCertificate",
    profile="security",
    ref="OCPP 1.6 security white paper M03, M05",
    needs=["security-profile-2-or-3"],
    rules=_RULES,
    use=credentials.MAKER_ROOT,
)
@case(
    "TC_075_2_CS",
    "Install a certificate on the Charge Point - CentralSystemRootCertificate",
    profile="security",
    ref="OCPP 1.6 security white paper M03, M05",
    needs=["security-profile-2-or-3"],
    rules=_RULES,
    use=credentials.CSMS_ROOT,
)
async def test_root_is_installed(csms: Csms, use: str) -> None:
    root = security.root_to_install(csms, use)
    answer = await csms.sends("InstallCertificate", certificateType=use, certificate=root)
    answer.shows(rule="R3", status="Accepted")

    answer = await csms.sends("GetInstalledCertificateIds", certificateType=use)
    answer.shows(rule="R5", status="Accepted")
    security.lists_serial(csms, answer, root, rule="R6")
    security.lists(csms, answer, root, rule="R7")


@case(
    "TC_076_CS",
    "Delete a specific certificate from the Charge Point",
    profile="security",
    ref="OCPP 1.6 security white paper M03 to M05",
    needs=["security-profile-2-or-3"],
    rules={
        "R3": "A root that the CSMS has installed can be deleted.",
        "R5": "The station no longer names it as it did before.",
        "R6": "None of the roots that it names has the hashes that plugproof computes for it.",
    },
)
async def test_root_is_deleted(csms: Csms) -> None:
    use = credentials.CSMS_ROOT
    root = security.root_to_delete(csms)
    await security.certificate_installed(csms, root)
    named = security.named(csms, await csms.sends("GetInstalledCertificateIds", certificateType=use), root)

    answer = await csms.sends("DeleteCertificate", certificateHashData=named)
    answer.shows(rule="R3", status="Accepted")

    answer = await csms.sends("GetInstalledCertificateIds", certificateType=use)
    security.lists_no_more(csms, answer, named, rule="R5")
    security.lists_not(csms, answer, root, rule="R6")


@case(
    "TC_078_CS",
    "Invalid CentralSystemCertificate Security Event",
    profile="security",
    ref="OCPP 1.6 security white paper A04, M05",
    needs=["security-profile-2-or-3"],
    rules={
        "R3": "A root whose time is over is rejected.",
        "R4": "The station reports the security event of an invalid certificate of the CSMS.",
    },
)
async def test_root_is_turned_down(csms: Csms) -> None:
    root = credentials.pki(csms.stand).another_root(expired=True)
    answer = await csms.sends("InstallCertificate", certificateType=credentials.CSMS_ROOT, certificate=root)
    answer.shows(rule="R3", status="Rejected")
    await csms.receives("SecurityEventNotification", rule="R4", type="InvalidCentralSystemCertificate")
