"""The certificates plugproof makes, judged by somebody else: OpenSSL, and the verifier of `cryptography`."""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import ssl
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError
from typer.testing import CliRunner

from csms_core.pki.hashes import hash_data as of_the_csms
from harness.cli.app import app
from harness.pki import (
    FIRMWARE,
    Credentials,
    Pki,
    PkiProblem,
    facts,
    hash_data,
    holds_key,
    is_certificate,
    names_certificate,
    same_certificate,
    signing_request,
)
from harness.pki.kit import ROOTS
from harness.v16.csms.security.certificates import signed_with
from ocppj.matchers import MISSING, mismatches
from ocppj.v16 import PROTOCOL

HOSTS = ("csms.example", "127.0.0.1")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("kit") / "pki", HOSTS, "Example CPO")


def certificate(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def trusting(*roots: str) -> PolicyBuilder:
    # The verifier is made for the web; stations have a common name and no subjectAltName.
    policy = PolicyBuilder().store(Store([certificate(root) for root in roots]))
    return policy.extension_policies(
        ee_policy=ExtensionPolicy.permit_all(), ca_policy=ExtensionPolicy.webpki_defaults_ca()
    )


# --- the folder ------------------------------------------------------------------------------------------------------


def test_private_keys_are_for_their_owner_alone(pki: Pki) -> None:
    assert pki.folder is not None
    modes = {file.name: stat.S_IMODE(os.stat(file).st_mode) for file in pki.folder.iterdir()}

    assert {name for name in modes if name.endswith(".key")} == {
        *(f"{name}.key" for name in ROOTS),
        *("server-rsa.key", "server-ec.key", "firmware-signing.key"),
    }
    assert {mode for name, mode in modes.items() if name.endswith(".key")} == {0o600}


def test_the_folder_is_read_as_it_was_made(pki: Pki) -> None:
    assert pki.folder is not None
    again = Pki.load(pki.folder)

    assert [again.root(name) for name in ROOTS] == [pki.root(name) for name in ROOTS]
    assert (again.organization, again.signature, again.signer) == ("Example CPO", pki.signature, pki.signer)
    assert (pki.folder / "firmware.bin").read_bytes() == FIRMWARE


def test_every_file_that_is_given_away_is_explained(pki: Pki) -> None:
    assert pki.folder is not None
    page = (pki.folder / "README.md").read_text("utf-8")

    named = set(re.findall(r"`([a-z0-9-]+\.[a-z]+)`", page))
    given = {file.name for file in pki.folder.iterdir()} - {"README.md"}
    assert {name for name in given if not name.endswith(".key")} <= named
    assert {name for name in named if "." in name} <= given | {"root.key"}
    assert f'pki = "{pki.folder.name}"' in page


def test_what_exists_is_not_changed(pki: Pki, tmp_path: Path) -> None:
    assert pki.folder is not None
    with pytest.raises(PkiProblem, match="exists already and is not empty; choose another folder"):
        Pki.create(pki.folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(PkiProblem, match="exists already and is not empty"):
        Pki.create(tmp_path / "file")


def test_names_that_no_certificate_can_have_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(PkiProblem, match=r"no certificate can be made for bücher\.example"):
        Pki.create(tmp_path / "pki", ("bücher.example",))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("root.key", None, "root.key cannot be read"),
        ("root.key", "no key", "is not as `plugproof pki` makes it"),
        ("root.pem", "no certificate", "is not as `plugproof pki` makes it"),
        ("root.key", "foreign-root.key", "root.key does not belong to root.pem"),
    ],
)
def test_a_folder_that_cannot_be_used_is_a_sentence(
    tmp_path: Path, name: str, content: str | None, problem: str
) -> None:
    folder = tmp_path / "pki"
    Pki.create(folder)
    other = folder / (content or "")
    text = other.read_text("ascii") if content and other.is_file() else content
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text)

    with pytest.raises(PkiProblem, match=problem):
        Pki.load(folder)


def test_a_key_that_is_neither_rsa_nor_ec_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pki"
    Pki.create(folder)
    key = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "root.key").write_bytes(key)

    with pytest.raises(PkiProblem, match=r"root\.key is neither RSA nor of an elliptic curve"):
        Pki.load(folder)


# --- chains ----------------------------------------------------------------------------------------------------------


def test_a_client_certificate_is_verified_by_its_root(pki: Pki) -> None:
    made = pki.client("CP-1")

    verified = trusting(pki.root()).build_client_verifier().verify(certificate(made.certificate), [])
    assert [found.subject for found in verified.chain] == [
        certificate(made.certificate).subject,
        certificate(pki.root()).subject,
    ]
    found = facts(made.certificate)
    assert (found.commonName, found.organization, found.keyAlgorithm) == ("CP-1", "Example CPO", "ECDSA")
    assert facts(pki.client("CP-1", "Other CPO").certificate).organization == "Other CPO"


def test_client_certificates_that_have_to_be_refused_are_wrong_in_one_respect(pki: Pki) -> None:
    verifier = trusting(pki.root()).build_client_verifier()
    with pytest.raises(VerificationError, match="cert is not valid at validation time"):
        verifier.verify(certificate(pki.client("CP-1", kind="expired").certificate), [])
    foreign = certificate(pki.client("CP-1", kind="foreign").certificate)
    with pytest.raises(VerificationError):
        verifier.verify(foreign, [])
    trusting(pki.root("foreign-root")).build_client_verifier().verify(foreign, [])
    assert facts(pki.client("CP-1", kind="foreign").certificate).commonName == "CP-1"

    other = certificate(pki.client("CP-1", kind="other name").certificate)
    verifier.verify(other, [])
    assert facts(pki.client("CP-1", kind="other name").certificate).commonName == "CP-1-OTHER"


@pytest.mark.parametrize(("kind", "key"), [("rsa", rsa.RSAPublicKey), ("ec", ec.EllipticCurvePublicKey)])
def test_server_certificates_are_verified_for_their_hosts(pki: Pki, kind: str, key: type) -> None:
    assert pki.folder is not None
    found = certificate((pki.folder / f"server-{kind}.pem").read_text("ascii"))

    assert isinstance(found.public_key(), key)
    assert facts((pki.folder / f"server-{kind}.pem").read_text("ascii")).commonName == HOSTS[0]
    for name in (x509.DNSName("csms.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))):
        assert PolicyBuilder().store(Store([certificate(pki.root())])).build_server_verifier(name).verify(found, [])
    with pytest.raises(VerificationError):
        PolicyBuilder().store(Store([certificate(pki.root())])).build_server_verifier(
            x509.DNSName("other.example")
        ).verify(found, [])


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_openssl_takes_both_ends(pki: Pki, tmp_path: Path, kind: str) -> None:
    assert pki.folder is not None
    mine = tmp_path / "client.pem"
    credentials = pki.client("CP-1")
    mine.write_text(credentials.key + credentials.certificate)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pki.folder / f"server-{kind}.pem", pki.folder / f"server-{kind}.key")
    server.load_verify_locations(cadata=pki.root())
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cadata=pki.root())
    client.load_cert_chain(mine)

    down, up = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(down, up, server_hostname="csms.example"),
        server.wrap_bio(up, down, server_side=True),
    )
    for _ in range(4):  # flights of TLS 1.3 there and back
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue

    subject = ends[1].getpeercert()
    assert subject is not None
    assert (("commonName", "CP-1"),) in subject["subject"]


def test_the_roots_are_different_and_sign_themselves(pki: Pki) -> None:
    roots = [certificate(pki.root(name)) for name in ROOTS]

    for root in roots:
        root.verify_directly_issued_by(root)
    assert len({root.fingerprint(hashes.SHA256()) for root in roots}) == len(ROOTS)


# --- firmware --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", ["folder", "memory"])
def test_the_signature_is_that_of_the_firmware(pki: Pki, made: str) -> None:
    kit = pki if made == "folder" else Pki.ephemeral()
    signer = certificate(kit.signer.certificate)
    key = signer.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)

    key.verify(base64.b64decode(kit.signature), FIRMWARE, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(kit.signature), FIRMWARE + b"x", ec.ECDSA(hashes.SHA256()))
    signer.verify_directly_issued_by(certificate(kit.root("manufacturer-root")))


# --- requests, hashes, what a case expects ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("algorithm", "kind", "bits"), [("ECDSA", ec.EllipticCurvePublicKey, 256), ("RSA", rsa.RSAPublicKey, 2048)]
)
def test_a_signing_request_is_signed_with_its_own_key(
    algorithm: str, kind: type[ec.EllipticCurvePublicKey | rsa.RSAPublicKey], bits: int
) -> None:
    request = signing_request("CP-1", "Example CPO", algorithm)
    csr = x509.load_pem_x509_csr(request.csr.encode())
    key = csr.public_key()

    assert csr.is_signature_valid
    assert csr.subject.rfc4514_string() == "CN=CP-1,O=Example CPO"
    assert isinstance(key, kind)
    assert key.key_size == bits
    private = serialization.load_pem_private_key(request.key_pem.encode(), None)
    assert private.public_key() == key


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_two_implementations_name_a_root_alike(pki: Pki, algorithm: str) -> None:
    for name in ROOTS:
        assert hash_data(pki.root(name), algorithm) == of_the_csms(certificate(pki.root(name)), algorithm)


def test_hexadecimal_digits_have_no_case_and_may_have_zeros_in_front(pki: Pki) -> None:
    named = hash_data(pki.root())
    wanted = names_certificate(named)

    loud = {**named, "issuerKeyHash": named["issuerKeyHash"].upper(), "serialNumber": "00" + named["serialNumber"]}
    assert mismatches(wanted, loud, PROTOCOL.folded) == []
    other = hash_data(pki.root("csms-root-2"))
    for member in ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber"):
        wrong = {**named, member: "SHA384" if member == "hashAlgorithm" else other[member]}
        assert [found.member for found in mismatches(wanted, wrong, PROTOCOL.folded)] == [member]
        assert mismatches(wanted, {**named, member: 7}, PROTOCOL.folded) != []


def test_a_certificate_is_the_same_however_its_lines_are_broken(pki: Pki) -> None:
    wanted = same_certificate(pki.root())

    assert wanted.accepts(pki.root().replace("\n", "\r\n").strip())
    for value in (pki.root("csms-root-2"), "no certificate", 5, None, MISSING):
        assert not wanted.accepts(value)
    assert "CN=plugproof root" in wanted.text


def test_a_chain_holds_the_key_of_a_request(pki: Pki) -> None:
    request = signing_request("CP-1", "Example CPO")
    issuer = Pki.ephemeral()
    made = issuer.client("CP-1")
    key = serialization.load_pem_private_key(made.key.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)

    assert holds_key(key).accepts(made.certificate + issuer.root())
    assert not holds_key(key).accepts(issuer.root() + made.certificate)
    assert not holds_key(request.key).accepts(made.certificate)
    assert not holds_key(key).accepts("")


def test_what_is_no_certificate_is_none(pki: Pki) -> None:
    assert is_certificate(pki.root())
    body = "".join(pki.root().splitlines()[1:-1])
    for value in (body, "", None, 5, pki.client("CP-1").key):
        assert not is_certificate(value)
    with pytest.raises(ValueError, match="error parsing asn1 value"):
        facts(b"\x30\x03\x02\x01\x05")


def test_the_key_of_credentials_is_not_shown() -> None:
    assert "secret" not in repr(Credentials("certificate", "secret"))


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_makes_a_folder_once(tmp_path: Path) -> None:
    folder = tmp_path / "pki"
    command = ["pki", str(folder), "--host", "csms.example", "--host", "10.0.0.1", "--organization", "Example CPO"]
    first, second = CliRunner().invoke(app, command), CliRunner().invoke(app, command)

    assert (first.exit_code, second.exit_code) == (0, 2)
    assert first.stdout == (
        f"{folder}: written; {folder / 'README.md'} says what the CSMS is given, the SUT file names it in [tls] pki\n"
    )
    assert second.stderr == f"{folder}: exists already and is not empty; choose another folder\n"
    found = certificate((folder / "server-ec.pem").read_text("ascii"))
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["csms.example", "10.0.0.1"]
    assert Pki.load(folder).organization == "Example CPO"


# Self-signed, with keys that nobody keeps: `openssl req -x509 -sha1 -newkey ... -nodes -subj /CN=CP-1 -days 36500`.
OLD_HASH = {
    "ECDSA": """\
-----BEGIN CERTIFICATE-----
MIIBczCCARqgAwIBAgIULw+NHn8n2jrYTiLt1pk+o4wIqoswCQYHKoZIzj0EATAP
MQ0wCwYDVQQDDARDUC0xMCAXDTI2MTEzMDExMjIyMVoYDzIxMjYxMTA2MTEyMjIx
WjAPMQ0wCwYDVQQDDARDUC0xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8lje
NRmL1DZbFLGY5k++3pvOaexr/dxpm7NSIqiHma1sfzo72N+EHy+fO+fmtRmE+mJ6
lzBygW0GADx4zURovqNTMFEwHQYDVR0OBBYEFPUJ45bLxJO0DIDvZAsHHLg87AYs
MB8GA1UdIwQYMBaAFPUJ45bLxJO0DIDvZAsHHLg87AYsMA8GA1UdEwEB/wQFMAMB
Af8wCQYHKoZIzj0EAQNIADBFAiAsTOnXJvuNoYABHKcTQBTtg8tO/Zd2c6SqXfHp
kP5BOwIhAOjItF6HxCRwq1/aAqbm5GclacSCHEE0e5va7K79WRWY
-----END CERTIFICATE-----
""",
    "RSA": """\
-----BEGIN CERTIFICATE-----
MIIDATCCAemgAwIBAgIUY27+3esUqtmnUzwkhNoriioChtMwDQYJKoZIhvcNAQEF
BQAwDzENMAsGA1UEAwwEQ1AtMTAgFw0yNjExMzAxMTIyMjFaGA8yMTI2MTEwNjEx
MjIyMVowDzENMAsGA1UEAwwEQ1AtMTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCC
AQoCggEBALIg8eDYn4PyuuIdyzYCeEkolKUmi+3AkDUi8+pMuFP/AcLcy3fL6A67
eguBB9FNtBFVnetTg9KrY0KNO+ps/4BbkEIda3ibMNUGoYvXqvNuPDR/pdCgWKyw
vkFhjRk711Orp9CAZUcZv7/WO72JyE0LqQwJWefe9M5OQ5rqCdH+cVKSgJ4LWkGr
1KLJFVhnoCAhfQNlblgoV9b2BFB/WbqpCH7BY3PNm9PK3LpcPHzQV+ytrCkzJXLO
3CU5ARSlTcouqvZbG/R107i/zvCbWdwjYbscemVAeO1TgjLO3y2BErDhErluwKKY
CC865T/XtqFCQCLqaFBjxyq/V/QtWP8CAwEAAaNTMFEwHQYDVR0OBBYEFK+BDZbV
eFTJejeacubpoXGQfrzvMB8GA1UdIwQYMBaAFK+BDZbVeFTJejeacubpoXGQfrzv
MA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQEFBQADggEBAKpmaPkGw8Muffy/
58hEEfrJGxVdRcVrfc3O62Ks5P1tN/FRYqhwztI88K64NWmNCWzJuo6Mg/YRojG0
3jP48b0jquLiJZZFiYaBW9hR/vP0wnUIXx8LKNeT3ZhpCl4ggI1JdObMl3vhGrnM
FzM9nZLjgiGb1Td3v225MK/gZirMiU9GQwSe5gQ4qdf3/TCrR5oTxXznHrN1p2eQ
YDOxQCZYeizn6oZUgZzP0aYyveuYl3aiixCSbY+lkHVlaTrOmWllLMsuY7iymOiW
5oeRfI1qnv6RoOF+ghc5CyPD93tuZh4Klbrsb3GZt0z+vSV7q+/tIfBWOyuWuxan
zhmqvjI=
-----END CERTIFICATE-----
""",
}


@pytest.mark.parametrize("algorithm", OLD_HASH)
def test_a_signature_over_sha_1_is_none_and_named_by_its_own_algorithm(algorithm: str) -> None:
    found = facts(OLD_HASH[algorithm])

    assert (found.signatureAlgorithm, found.signatureHash) == (algorithm, "SHA-1")
    assert f"issued by CN=CP-1, {algorithm} with SHA-1;" in str(found)
    assert not signed_with(algorithm).accepts(OLD_HASH[algorithm])


def test_a_signature_is_judged_by_the_key_that_made_it_and_by_its_hash(pki: Pki) -> None:
    client = pki.client("CP-1").certificate

    assert (facts(client).signatureAlgorithm, facts(client).signatureHash) == ("ECDSA", "SHA-256")
    assert ", ECDSA with SHA-256;" in str(facts(client))
    assert signed_with("ECDSA").accepts(client)
    assert not signed_with("RSA").accepts(client)


def test_a_signature_without_a_hash_of_its_own_is_named_by_its_number() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CP-1")])
    begun = x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2026, 1, 1), datetime(2027, 1, 1))
    found = facts(begun.sign(key, None).public_bytes(serialization.Encoding.DER))

    assert (found.signatureAlgorithm, found.signatureHash) == ("1.3.101.112", None)


def test_a_signing_request_gets_the_certificate_for_its_key_and_subject() -> None:
    pki, asked = Pki.ephemeral(), signing_request("SN-1", "operator")
    for kind, issuer in (("right", "root"), ("foreign", "foreign-root")):
        made = pki.signs(asked.csr, kind=kind)  # type: ignore[arg-type]
        assert holds_key(asked.key).accepts(made)
        assert (facts(made).commonName, facts(made).organization) == ("SN-1", "operator")
        x509.load_pem_x509_certificate(made.encode()).verify_directly_issued_by(
            x509.load_pem_x509_certificate(pki.root(issuer).encode())
        )


@pytest.mark.parametrize("text", ["", "no request", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"])
def test_what_is_no_signing_request_gets_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"PEM|parse|request"):
        Pki.ephemeral().signs(text)


def test_another_root_is_another_one_each_time_and_may_be_over() -> None:
    pki = Pki.ephemeral()
    assert len({facts(pki.another_root()).fingerprint for _ in range(3)}) == 3
    for expired in (False, True):
        root = x509.load_pem_x509_certificate(pki.another_root(expired=expired).encode())
        root.verify_directly_issued_by(root)
        assert (root.not_valid_after_utc < datetime.now(UTC)) is expired


def test_the_hosts_of_a_folder_are_those_of_its_server_certificates(pki: Pki) -> None:
    assert pki.folder is not None
    loaded = Pki.load(pki.folder)
    names = loaded.hosts
    assert names
    assert facts(loaded.servers(names)["ec"].certificate).commonName == names[0]
    assert Pki.ephemeral().hosts == ()
