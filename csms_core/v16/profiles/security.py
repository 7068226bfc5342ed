"""Security extensions: security events and certificates (security white paper, edition 3, A02 to A04, M03 to M05)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from cryptography import x509
from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.errors import OperationError
from csms_core.hub.exchanges import Exchange, books
from csms_core.hub.handling import notices
from csms_core.hub.handling.answers import is_accepted, status_of
from csms_core.hub.registry import Payload, Registry
from csms_core.pki import CsrRefused, Pki, check_csr, hash_data
from csms_core.pki.building import PublicKey
from csms_core.pki.errors import NotACertificate
from csms_core.pki.folder import pem
from csms_core.pki.hashes import parse_certificate
from csms_core.store import certificates, stations
from ocppj.times import timestamp

log = logging.getLogger(__name__)

registry = Registry()

SERIAL_MEMBERS = ("chargePointSerialNumber", "chargeBoxSerialNumber")


@registry.handles("SecurityEventNotification")
async def security_event_notification(station: StationContext, payload: Payload) -> Payload:
    """Keep a security event, of whatever type (white paper A04)."""
    await notices.keep(station, "SecurityEventNotification", payload)
    return {}


@registry.handles("SignCertificate")
async def sign_certificate(station: StationContext, payload: Payload) -> Payload:
    """Judge a signing request; the certificate follows the answer as CertificateSigned (white paper A02, A03).

    Rejected: the CSMS has no authority, the request asks for what it does not certify, or the certificate of the
    request before is still on its way.
    """
    pki = station.backroom.pki
    if pki is None or station.signing:
        reason = "this CSMS has no PKI" if pki is None else "the certificate asked for before is on its way"
        log.warning("SignCertificate of %s is rejected: %s", station.identity, reason)
        return {"status": "Rejected"}
    known = await station.store.look_up(lambda connection: stations.find(connection, station.identity))
    boot = (known.boot if known else None) or {}
    names = {station.identity, *(boot[member] for member in SERIAL_MEMBERS if member in boot)}
    operator = station.config.operator
    try:
        common_name, _, key = await asyncio.to_thread(check_csr, payload["csr"], names, operator)
    except CsrRefused as error:
        log.warning("SignCertificate of %s is rejected: %s", station.identity, error)
        return {"status": "Rejected"}
    station.signing = True
    station.backroom.later(_certify(station, pki, common_name, key))
    return {"status": "Accepted"}


async def _certify(station: StationContext, pki: Pki, common_name: str, key: PublicKey) -> None:
    """Issue the certificate, keep it, and send it with the authority that signed it."""
    try:
        chain = await asyncio.to_thread(
            pki.issue_station, common_name, key, organization=station.config.operator, now=station.now()
        )
        issued = _issued(station, common_name, chain)
        await station.store.write(lambda connection: certificates.add(connection, issued))
        try:
            await station.backroom.operate(station.identity, "CertificateSigned", {"certificateChain": issued.pem})
        except OperationError as error:
            log.warning("The certificate %s did not reach its station: %s", issued.serial_number, error)
            await station.store.write(lambda c: certificates.set_state(c, issued.serial_number, "undelivered"))
    finally:
        station.signing = False


def _issued(station: StationContext, common_name: str, chain: tuple[x509.Certificate, ...]) -> certificates.Certificate:
    leaf = chain[0]
    return certificates.Certificate(
        certificates.serial_text(leaf.serial_number),
        station.identity,
        common_name,
        pem(*chain),
        timestamp(station.now()),
        timestamp(leaf.not_valid_after_utc),
    )


@books(registry, "CertificateSigned")
def book_certificate_signed(connection: Connection, exchange: Exchange) -> None:
    """Keep whether the station took the certificate."""
    if exchange.outcome != "answered":
        return
    try:
        certificate = parse_certificate(exchange.payload["certificateChain"])
    except NotACertificate:  # sent on purpose, to see what the station makes of it
        return
    state = "installed" if is_accepted(exchange.answer) else "rejected"
    certificates.set_state(connection, certificates.serial_text(certificate.serial_number), state)


@books(registry, "InstallCertificate")
def book_install_certificate(connection: Connection, exchange: Exchange) -> None:
    """Keep a certificate that the station has now."""
    if not is_accepted(exchange.answer):
        return
    text, kind = exchange.payload["certificate"], exchange.payload["certificateType"]
    try:
        named = hash_data(parse_certificate(text))
    except NotACertificate:
        return
    certificates.book_installed(connection, exchange.identity, kind, named, text, timestamp(exchange.at))


@books(registry, "DeleteCertificate")
def book_delete_certificate(connection: Connection, exchange: Exchange) -> None:
    """Keep that the station does not have a certificate (any more)."""
    if status_of(exchange.answer) in ("Accepted", "NotFound"):
        certificates.book_deleted(connection, exchange.identity, exchange.payload["certificateHashData"])


@books(registry, "GetInstalledCertificateIds")
def book_installed_certificate_ids(connection: Connection, exchange: Exchange) -> None:
    """Keep which certificates the station says it has; NotFound: none."""
    if exchange.outcome == "answered":
        reported: list[dict[str, Any]] = exchange.answer.get("certificateHashData", [])
        kind = exchange.payload["certificateType"]
        certificates.book_report(connection, exchange.identity, kind, reported, timestamp(exchange.at))
