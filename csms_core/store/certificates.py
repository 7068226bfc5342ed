"""Certificates the CSMS issued to stations, and those it knows to be installed there (white paper A02, M03 to M05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from csms_core.pki import hashes
from csms_core.pki.errors import NotACertificate
from csms_core.store import codec
from csms_core.store.tables import certificates, installed_certificates


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate issued to a station. `state`: issued, installed, rejected (by the station) or undelivered."""

    serial_number: str
    identity: str
    common_name: str
    pem: str
    issued_at: str
    expires_at: str
    state: str = "issued"
    revoked_at: str | None = None


@dataclass(frozen=True, slots=True)
class Installed:
    """A certificate in the store of a station. `pem` is None when it was reported and never seen here."""

    identity: str
    certificate_type: str
    hash_data: dict[str, Any]
    pem: str | None
    seen_at: str


def serial_text(number: int) -> str:
    """A serial number as it is kept."""
    return f"{number:x}"


def add(connection: Connection, certificate: Certificate) -> None:
    """Keep a certificate that was issued."""
    columns = (column.name for column in certificates.c)
    connection.execute(certificates.insert().values({name: getattr(certificate, name) for name in columns}))


def find(connection: Connection, serial_number: str) -> Certificate | None:
    """The certificate, None when it was not issued here."""
    ask = select(certificates).where(certificates.c.serial_number == serial_number.lower())
    row = connection.execute(ask).first()
    return None if row is None else Certificate(*row)


def listing(
    connection: Connection, *, identity: str | None = None, offset: int = 0, limit: int = 1000
) -> list[Certificate]:
    """Issued certificates, newest first."""
    ask = select(certificates).order_by(certificates.c.issued_at.desc(), certificates.c.serial_number)
    if identity is not None:
        ask = ask.where(certificates.c.identity == identity)
    return [Certificate(*row) for row in connection.execute(ask.offset(offset).limit(limit))]


def set_state(connection: Connection, serial_number: str, state: str) -> None:
    """Keep what became of a certificate; one that was not issued here is passed over."""
    connection.execute(
        update(certificates).where(certificates.c.serial_number == serial_number.lower()).values(state=state)
    )


def revoke(connection: Connection, serial_number: str, at: str) -> bool:
    """Revoke a certificate; one that is revoked stays so since then. False when it was not issued here."""
    if find(connection, serial_number) is None:
        return False
    unrevoked = (certificates.c.serial_number == serial_number.lower()) & certificates.c.revoked_at.is_(None)
    connection.execute(update(certificates).where(unrevoked).values(revoked_at=at))
    return True


def is_revoked(connection: Connection, serial_number: int) -> bool:
    """Whether a certificate with this serial number was revoked."""
    ask = select(certificates.c.revoked_at).where(certificates.c.serial_number == serial_text(serial_number))
    return connection.execute(ask).scalar() is not None


def revoked(connection: Connection) -> list[Certificate]:
    """All revoked certificates."""
    ask = select(certificates).where(certificates.c.revoked_at.is_not(None)).order_by(certificates.c.revoked_at)
    return [Certificate(*row) for row in connection.execute(ask)]


def book_installed(
    connection: Connection, identity: str, certificate_type: str, hash_data: dict[str, Any], pem: str | None, at: str
) -> None:
    """A station has accepted a certificate into its store."""
    _remove(connection, identity, certificate_type, hash_data)
    row = {
        "identity": identity,
        "certificate_type": certificate_type,
        "hash_data": codec.to_text(hash_data),
        "pem": pem,
        "seen_at": at,
    }
    connection.execute(installed_certificates.insert().values(row))


def book_deleted(connection: Connection, identity: str, hash_data: dict[str, Any]) -> None:
    """A station no longer has a certificate."""
    _remove(connection, identity, None, hash_data)


def book_report(
    connection: Connection, identity: str, certificate_type: str, reported: list[dict[str, Any]], at: str
) -> None:
    """A station has told all certificates of a type it has; what is known of them stays known."""
    before = installed(connection, identity, certificate_type)
    for known in before:
        _remove(connection, identity, certificate_type, known.hash_data)
    for hash_data in reported:
        pem = next((known.pem for known in before if _is(known, hash_data)), None)
        book_installed(connection, identity, certificate_type, hash_data, pem, at)


def installed(connection: Connection, identity: str, certificate_type: str | None = None) -> list[Installed]:
    """What is known to be in the store of a station."""
    ask = select(installed_certificates).where(installed_certificates.c.identity == identity)
    if certificate_type is not None:
        ask = ask.where(installed_certificates.c.certificate_type == certificate_type)
    return [_installed(row) for row in connection.execute(ask.order_by(installed_certificates.c.id))]


def _is(known: Installed, hash_data: dict[str, Any]) -> bool:
    """Whether a certificate is the one named; a station may hash with another algorithm than the CSMS did."""
    if known.pem is None or known.hash_data["hashAlgorithm"] == hash_data["hashAlgorithm"]:
        return hashes.same(known.hash_data, hash_data)
    try:
        certificate = hashes.parse_certificate(known.pem)
        return hashes.same(hashes.hash_data(certificate, hash_data["hashAlgorithm"]), hash_data)
    except NotACertificate:
        return False


def _remove(connection: Connection, identity: str, certificate_type: str | None, hash_data: dict[str, Any]) -> None:
    ask = select(installed_certificates).where(installed_certificates.c.identity == identity)
    if certificate_type is not None:
        ask = ask.where(installed_certificates.c.certificate_type == certificate_type)
    gone = [row.id for row in connection.execute(ask) if _is(_installed(row), hash_data)]
    connection.execute(delete(installed_certificates).where(installed_certificates.c.id.in_(gone)))


def _installed(row: Row[Any]) -> Installed:
    return Installed(row.identity, row.certificate_type, codec.from_text(row.hash_data), row.pem, row.seen_at)
