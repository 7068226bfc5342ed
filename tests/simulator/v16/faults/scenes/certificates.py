"""Certificates of the station and roots it trusts, and what breaks their rules."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from csms_core.pki.folder import pem
from csms_core.pki.hashes import hash_data, parse_certificate
from tests.simulator.support.security import expired_root, root
from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import Judge, Open, Proof, Record, answers, prove, sends
from tests.simulator.v16.faults.scenes.credentials import hello, secured

_SERIAL = "SN-0815"
_CSMS, _MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"


# --- the station's own certificate ------------------------------------------------------------------------------------


async def _certificate_asked(open: Open) -> Bench:
    bench = await secured(open, 3)
    bench.mark()
    await bench.ask("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    return bench


def _signed(bench: Bench, open: Open) -> str:
    """What the CSMS makes of the request; of a key of its own when there is none."""
    requests = [one.payload for one in bench.office.said if one.action == "SignCertificate" and one.by == "station"]
    csr = requests[0].get("csr") if requests else None
    key = (
        ec.generate_private_key(ec.SECP256R1()).public_key()
        if csr is None
        else x509.load_pem_x509_csr(csr.encode()).public_key()
    )
    return pem(*open.pki.issue_station(_SERIAL, key))  # type: ignore[arg-type]


async def certificate_renewed(open: Open) -> Bench:
    bench = await _certificate_asked(open)
    chain = bench.notes["chain"] = _signed(bench, open)
    await bench.ask("CertificateSigned", certificateChain=chain)
    return bench


async def certificate_refused(open: Open) -> Bench:
    bench = await _certificate_asked(open)
    await bench.ask("CertificateSigned", certificateChain=root())
    return bench


def _shows_the_new_one(record: Record) -> bool:
    return bool(record.dialled) and hello(record).certificate == parse_certificate(record.notes["chain"])


def _own() -> list[Proof]:
    triggered = answers("ExtendedTriggerMessage", status="Accepted")
    event = sends("SecurityEventNotification", type="InvalidChargePointCertificate")

    def asked(record: Record) -> bool:
        return any("csr" in one for one in record.calls("SignCertificate"))

    return [
        *prove(
            certificate_renewed,
            ("extended-trigger-rejected", triggered, "074.R3"),
            ("csr-missing", asked, "074.R4"),
            ("certificate-signed-rejected", answers("CertificateSigned", status="Accepted"), "074.R7"),
            ("certificate-kept certificate-signed-undone", _shows_the_new_one, "074.R8"),
        ),
        *prove(
            certificate_refused,
            ("extended-trigger-rejected", triggered, "077.R3"),
            ("csr-missing", asked, "077.R4"),
            ("certificate-signed-accepts-everything", answers("CertificateSigned", status="Rejected"), "077.R7"),
            ("security-event-wrong security-events-missing", event, "077.R8"),
        ),
    ]


# --- roots ------------------------------------------------------------------------------------------------------------


async def _root_installed(open: Open, use: str) -> Bench:
    bench = await open(today=True)
    bench.mark()
    await bench.ask("InstallCertificate", certificateType=use, certificate=root("new"))
    await bench.ask("GetInstalledCertificateIds", certificateType=use)
    return bench


async def manufacturer_root_installed(open: Open) -> Bench:
    return await _root_installed(open, _MANUFACTURER)


async def csms_root_installed(open: Open) -> Bench:
    return await _root_installed(open, _CSMS)


async def root_deleted(open: Open) -> Bench:
    bench = await _root_installed(open, _CSMS)
    await bench.ask("DeleteCertificate", certificateHashData=_hash())
    await bench.ask("GetInstalledCertificateIds", certificateType=_CSMS)
    return bench


async def expired_root_refused(open: Open) -> Bench:
    bench = await secured(open, 1)
    bench.mark()
    await bench.ask("InstallCertificate", certificateType=_CSMS, certificate=expired_root())
    return bench


def _hash() -> dict[str, str]:
    certificate = parse_certificate(root("new"))
    return hash_data(certificate)


def _tells_of_it(nth: int) -> Judge:
    def judge(record: Record) -> bool:
        told = record.results("GetInstalledCertificateIds")[nth].payload.get("certificateHashData", [])
        named = [{name: value.lower() for name, value in one.items()} for one in told]
        return {name: value.lower() for name, value in _hash().items()} in named

    return judge


def _roots() -> list[Proof]:
    proofs: list[Proof] = []
    for scene, case in ((manufacturer_root_installed, "075_1"), (csms_root_installed, "075_2")):
        proofs += prove(
            scene,
            ("install-rejected", answers("InstallCertificate", status="Accepted"), f"{case}.R3"),
            (
                "certificates-not-told install-undone",
                answers("GetInstalledCertificateIds", status="Accepted"),
                f"{case}.R5",
            ),
            ("certificate-hash-wrong", _tells_of_it(0), f"{case}.R6 {case}.R7"),
            ("certificate-key-hash-wrong", _tells_of_it(0), f"{case}.R7"),
        )
    return [
        *proofs,
        *prove(
            root_deleted,
            ("delete-fails", answers("DeleteCertificate", status="Accepted"), "076.R3"),
            ("delete-undone", lambda r: not _tells_of_it(1)(r), "076.R5 076.R6"),
            ("delete-undone-in-capitals", lambda r: not _tells_of_it(1)(r), "076.R6"),
        ),
        *prove(
            expired_root_refused,
            ("install-accepts-everything", answers("InstallCertificate", status="Rejected"), "078.R3"),
            (
                "security-event-wrong security-events-missing",
                sends("SecurityEventNotification", type="InvalidCentralSystemCertificate"),
                "078.R4",
            ),
        ),
    ]


PROOFS = [*_own(), *_roots()]
