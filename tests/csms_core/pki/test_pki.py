"""The certificate authority: its folder, what it signs, and what it refuses to sign (white paper A00.FR.501 to 511)."""

from __future__ import annotations

import base64
import io
import shutil
import ssl
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from csms_core.cli.main import main
from csms_core.pki import CsrRefused, Pki, PkiError, check_csr, hash_data
from csms_core.pki.errors import NotACertificate
from csms_core.pki.folder import pem
from csms_core.pki.hashes import _key_bits, parse_certificate, same
from tests.csms_core.support.pki import csr, ec_key, rsa_key

NAMES = {"PP-0001", "SN-77"}


@pytest.fixture
def folder(pki: Pki, tmp_path: Path) -> Path:
    """A folder of its own, to be changed."""
    return Path(shutil.copytree(pki.folder, tmp_path / "pki"))


def chain_of(file: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(file.read_bytes())


def test_private_keys_are_for_the_owner_alone(pki: Pki) -> None:
    keys = list(pki.folder.glob("*.key"))

    assert len(keys) == 8
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert stat.S_IMODE(pki.folder.stat().st_mode) == 0o700


def test_sec_08_there_are_server_certificates_for_rsa_and_ec(pki: Pki) -> None:
    kinds = [chain_of(pair.certificate)[0].signature_algorithm_oid._name for pair in pki.servers]

    assert kinds == ["sha256WithRSAEncryption", "ecdsa-with-SHA256"]


@pytest.mark.parametrize("which", [0, 1])
def test_sec_13_a_server_certificate_is_complete(pki: Pki, which: int) -> None:
    server, issuer = chain_of(pki.servers[which].certificate)

    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["127.0.0.1", "localhost"]
    assert server.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "127.0.0.1"
    assert server.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "plugproof"
    assert server.serial_number > 0
    server.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(pki.roots[which].certificate)


@pytest.mark.parametrize("which", [0, 1])
def test_the_files_serve_a_tls_server_and_its_client(pki: Pki, which: int) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pki.servers[which].certificate, pki.servers[which].key)
    client = ssl.create_default_context(cafile=pki.roots_file)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="localhost"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]

    for _ in range(4):  # there and back, twice
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue

    assert ends[0].version() == "TLSv1.3"


def test_what_exists_is_read_and_not_changed(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    again = Pki.create(folder)

    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert again.operator == "plugproof"


@pytest.mark.parametrize(
    ("change", "hosts", "operator", "sentence"),
    [
        (lambda folder: None, ("csms.example",), "plugproof", "has no certificate for csms.example and is not overw"),
        (lambda folder: None, ("localhost",), "Another", "belongs to the operator 'plugproof' and is not overwritten"),
        (lambda folder: (folder / "root-ec.key").unlink(), ("localhost",), "plugproof", "no root-ec.key; nothing in"),
    ],
    ids=["hosts", "operator", "incomplete"],
)
def test_a_folder_of_something_else_is_refused(
    folder: Path, change: Callable[[Path], None], hosts: tuple[str, ...], operator: str, sentence: str
) -> None:
    change(folder)

    with pytest.raises(PkiError, match=sentence):
        Pki.create(folder, hosts, operator)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda folder: shutil.copy(folder / "root-ec.key", folder / "root-rsa.key"), "does not belong to root-rsa"),
        (lambda folder: (folder / "root-rsa.pem").write_text("x"), "is no certificate authority"),
        (lambda folder: (folder / "root-rsa.pem").unlink(), "root-rsa.pem: No such file"),
    ],
    ids=["another-key", "no-certificate", "missing"],
)
def test_a_damaged_folder_is_not_loaded(folder: Path, change: Callable[[Path], None], sentence: str) -> None:
    change(folder)

    with pytest.raises(PkiError, match=sentence):
        Pki.load(folder)


def test_a_file_that_cannot_be_read_is_one_sentence(folder: Path) -> None:
    (folder / "issuing-ec.key").unlink()
    (folder / "issuing-ec.key").mkdir()

    with pytest.raises(
        PkiError, match=r"cannot be read \(issuing-ec.key: Is a directory\); check the owner and the mode"
    ):
        Pki.load(folder)


def test_foreign_authorities_are_those_in_their_folder(folder: Path, tmp_path: Path) -> None:
    pki, other = Pki.load(folder), Pki.create(tmp_path / "other")
    ours, _ = pki.issue_station("PP-0001", ec_key().public_key())
    theirs, _ = other.issue_station("PP-0001", ec_key().public_key())
    assert pki.foreign_authorities() == ()

    shutil.copytree(other.folder, folder / "foreign")

    assert pem(other.roots[0].certificate) in pki.foreign_authorities()
    assert [pki.has_issued(each.public_bytes(serialization.Encoding.DER)) for each in (ours, theirs)] == [True, False]
    assert not pki.has_issued(b"no certificate")
    assert Pki.create(folder).folder == folder, "it is still that of an authority"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(PkiError, match="is no folder"):
        Pki.create(tmp_path / "file")


def test_an_authority_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PkiError, match="No certificate can be made"):
        Pki.create(tmp_path / "pki", ["x" * 300])

    assert list(tmp_path.iterdir()) == []


def test_init_pki_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "pki")
    options = ["--init-pki", folder, "--pki-host", "csms.example", "--operator", "Stromer"]

    codes = [main(options), main(options), main(["--init-pki", folder])]

    assert codes == [0, 0, 2]
    assert "has no certificate for 127.0.0.1" in capsys.readouterr().err
    assert Pki.load(folder).operator == "Stromer"


@pytest.mark.parametrize(
    "text",
    [
        csr(rsa_key()),
        csr(rsa_key(), "SN-77"),
        csr(rsa_key(), pss=True),
        csr(ec_key()),
        csr(ec_key(ec.SECP224R1)),
        csr(ec_key(), organization=None),
    ],
    ids=["rsa", "by-serial-number", "sec-17-pss", "ec", "ec-224", "without-organisation"],
)
def test_a_proper_request_is_certified(text: str) -> None:
    common_name, _, key = check_csr(text, NAMES, None)

    assert common_name in NAMES
    assert key.key_size >= 224


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is no PEM certificate signing request"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "is no PEM"),
        (csr(rsa_key(1024)), "The RSA key has 1024 bits"),
        (csr(ec_key(ec.SECP192R1)), "The elliptic curve key has 192 bits"),
        (csr(ec_key(), "PP-0002"), "The common name 'PP-0002' is neither the identity nor a serial number"),
        (csr(ec_key(), None), "has no common name"),
        (csr(ec_key(), organization="Other"), "The organisation is 'Other', the operator of this CSMS is 'plugproof'"),
        (csr(ec_key(), organization=None), "The organisation is '', the operator"),
        (csr(ec_key(), more=(x509.NameAttribute(NameOID.COMMON_NAME, "SN-77"),)), "more than one common name"),
    ],
    ids=["empty", "no-csr", "rsa-1024", "ec-192", "name", "nameless", "operator", "no-operator", "two-names"],
)
def test_sec_13_an_improper_request_is_not_certified(text: str, sentence: str) -> None:
    with pytest.raises(CsrRefused, match=sentence):
        check_csr(text, NAMES, "plugproof")


def test_a_request_signed_with_another_key_is_not_certified() -> None:
    lines = csr(ec_key()).splitlines()
    der = bytearray(base64.b64decode("".join(lines[1:-1])))
    der[-5] ^= 1
    text = "\n".join((lines[0], base64.b64encode(der).decode(), lines[-1]))

    with pytest.raises(CsrRefused, match="not signed with the key it holds"):
        check_csr(text, NAMES, None)


def test_keys_of_other_kinds_are_not_certified() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PP-0001")])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(ed25519.Ed25519PrivateKey.generate(), None)

    with pytest.raises(CsrRefused, match="neither RSA nor of an elliptic curve"):
        check_csr(made.public_bytes(serialization.Encoding.PEM).decode(), NAMES, None)


@pytest.mark.parametrize("which", [0, 1])
def test_a_station_is_certified_by_the_authority_of_its_kind_of_key(pki: Pki, which: int) -> None:
    key = (rsa_key(), ec_key())[which].public_key()

    leaf, issuer = pki.issue_station("PP-0001", key)

    leaf.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(pki.roots[which].certificate)
    assert leaf.public_key() == key
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_a_revocation_list_names_what_was_revoked(pki: Pki) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)

    text = pki.crl([(0xABC, now)], now)

    lists = [part + "-----END X509 CRL-----\n" for part in text.split("-----END X509 CRL-----\n")[:-1]]
    for made, issuer in zip(map(x509.load_pem_x509_crl, map(str.encode, lists)), pki.issuers, strict=True):
        key = issuer.certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        assert made.is_signature_valid(key)
        assert made.get_revoked_certificate_by_serial_number(0xABC) is not None


def test_firmware_is_signed_by_the_certificate_the_manufacturer_vouches_for(pki: Pki) -> None:
    signature = pki.sign_firmware(io.BytesIO(b"firmware"))

    pki.firmware.certificate.verify_directly_issued_by(pki.manufacturer.certificate)
    key = pki.firmware.certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, b"firmware", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(signature, b"another", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(("algorithm", "digits"), [("SHA256", 64), ("SHA384", 96), ("SHA512", 128)])
def test_hash_data_of_a_root(pki: Pki, algorithm: str, digits: int) -> None:
    named = hash_data(pki.roots[0].certificate, algorithm)

    assert [len(named[name]) for name in ("issuerNameHash", "issuerKeyHash")] == [digits, digits]
    assert int(named["serialNumber"], 16) == pki.roots[0].certificate.serial_number
    assert same(named, {name: str(text).upper() for name, text in named.items()})


def test_hash_data_hashes_the_key_as_the_key_identifier_does(pki: Pki) -> None:
    for authority in (*pki.roots, pki.manufacturer):
        identifier = x509.SubjectKeyIdentifier.from_public_key(authority.key.public_key())
        digest = hashes.Hash(hashes.SHA1())
        digest.update(_key_bits(authority.certificate))
        assert digest.finalize() == identifier.digest


def test_hash_data_needs_the_issuer(pki: Pki) -> None:
    issuer = pki.issuers[1].certificate

    with pytest.raises(NotACertificate, match="its issuer is not known"):
        hash_data(issuer)
    assert hash_data(issuer, issuers=[pki.roots[1].certificate])["hashAlgorithm"] == "SHA256"
    with pytest.raises(NotACertificate, match="no PEM certificate"):
        parse_certificate("x")
