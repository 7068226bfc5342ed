"""The faults of authentication and TLS change what a station meets, and only that (TC_073, 074, 083, 085 to 087)."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets.asyncio.client
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from csms_core import Csms
from csms_core.faults.switchboard import NotForOneStation
from csms_core.pki import Pki
from csms_core.pki.contexts import SUITES
from csms_core.pki.folder import FOREIGN, pem
from csms_core.store import certificates
from tests.csms_core.auth.test_security_profiles import (
    NEW,
    Door,
    change,
    keep,
    last_refusal,
    lowest,
    pki,
    settings,
    shake_hands,
)
from tests.csms_core.support.bench import CATALOGUE, STATION, Connecting
from tests.csms_core.support.tls import PASSWORD, client_context, foreign_certificate, station_certificate

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("handshake-faults")]  # `pki` is made once

__all__ = ["pki", "settings"]

HANDSHAKE_RULES: dict[str, tuple[str, ...]] = {
    "TC_073_CSMS.R1": ("authorization-key-wrong-name",),
    "TC_073_CSMS.R2": ("authorization-key-no-hex", "authorization-key-too-long", "authorization-key-too-short"),
    "TC_073_CSMS.R4": ("new-password-refused", "authorization-key-other-value"),
    "TC_074_CSMS.R12": ("client-certificate-refused",),
    "TC_083_CSMS.R1": ("security-profile-wrong-name",),
    "TC_083_CSMS.R2": ("security-profile-not-raised",),
    "TC_083_CSMS.R4": ("reset-type-swapped",),
    "TC_083_CSMS.R6": ("higher-security-profile-refused",),
    "TC_083_CSMS.R7": ("boot-rejected", "boot-after-reset-rejected"),
    "TC_083_CSMS.R9": ("lower-security-profile-accepted",),
    "TC_083_CSMS.R10": ("lower-security-profile-accepted",),
    "TC_083_CSMS.R11": ("refused-once-refused-always",),
    "TC_085_CSMS.R1": ("credentials-not-asked-for",),
    "TC_085_CSMS.R3": ("right-password-refused",),
    "TC_085_CSMS.R4": ("boot-rejected",),
    "TC_086_CSMS.R1": ("tls-old-version-only",),
    "TC_086_CSMS.R2": tuple(f"tls-without-{suite.lower()}" for suite in SUITES),
    "TC_086_CSMS.R3": ("server-key-too-small",),
    "TC_086_CSMS.R4": ("server-certificate-other-name", "server-certificate-without-name"),
    "TC_086_CSMS.R5": ("boot-rejected",),
    "TC_087_CSMS.R1": ("tls-old-version-only",),
    "TC_087_CSMS.R2": tuple(f"tls-without-{suite.lower()}" for suite in SUITES),
    "TC_087_CSMS.R3": ("client-certificate-refused", "client-certificate-not-asked-for"),
    "TC_087_CSMS.R4": ("boot-rejected",),
    "TC_088_CSMS.R1": ("any-subprotocol", "no-subprotocol"),
    "TC_088_CSMS.R2": ("subprotocol-not-named", "subprotocol-beside-others-refused"),
    # beyond the cases: rules of the standard
    "SEC-12": (
        "foreign-client-ca-trusted",
        "client-certificate-of-another-operator",
        "client-certificate-of-another-station",
        "revoked-client-certificate-accepted",
    ),
}
"""For every rule of the handshake, the faults that break it."""


@pytest.fixture
def door(csms: Csms, pki: Pki) -> Door:
    return Door(csms, pki)


async def test_every_rule_of_the_handshake_has_a_fault() -> None:
    assert {name for names in HANDSHAKE_RULES.values() for name in names} <= CATALOGUE.keys()


@lowest(1)
@pytest.mark.parametrize(
    ("name", "given", "right", "wrong"),
    [
        ("credentials-not-asked-for", None, 401, 101),
        ("any-password", b"wrong password 12", 401, 101),
        ("right-password-refused", PASSWORD, 101, 401),
    ],
)
async def test_faults_of_the_password(
    csms: Csms, door: Door, name: str, given: bytes | None, right: int, wrong: int
) -> None:
    await keep(csms, password=PASSWORD)
    before = await door(given)
    csms.switchboard.switch(name, True, STATION)

    assert (before, await door(given)) == (right, wrong)


@lowest(1)
@pytest.mark.parametrize(
    ("name", "answer", "new", "old"),
    [
        ("old-password-kept", "Accepted", 101, 101),
        ("new-password-refused", "Accepted", 401, 101),
        ("rejected-password-taken", "Rejected", 101, 401),
        ("authorization-key-other-value", "Accepted", 101, 401),
    ],
)
async def test_faults_of_a_new_key(
    csms: Csms, door: Door, connecting: Connecting, api: httpx.AsyncClient, name: str, answer: str, new: int, old: int
) -> None:
    await keep(csms, password=PASSWORD)
    station = await connecting(basic_auth=(STATION, PASSWORD))
    await station.boot()
    station.answers["ChangeConfiguration"] = {"status": answer}
    csms.switchboard.switch(name, True, STATION)
    path, payload = change("AuthorizationKey", NEW.hex())

    await api.post(path, json=payload)

    assert (await door(NEW), await door(PASSWORD)) == (new, old)
    assert ((await station.next_call()).payload == payload) == (name != "authorization-key-other-value")


@lowest(1)
async def test_faults_of_a_rise(csms: Csms, door: Door) -> None:
    await keep(csms, password=PASSWORD, profile=1, announced=2)
    csms.switchboard.switch("higher-security-profile-refused", True, STATION)
    assert await door(PASSWORD, tls=True) == 403

    csms.switchboard.switch("higher-security-profile-refused", False, STATION)
    assert await door(PASSWORD, tls=True) == 101
    assert await door(PASSWORD) == 403
    csms.switchboard.switch("lower-security-profile-accepted", True, STATION)
    assert await door(PASSWORD) == 101

    csms.switchboard.switch("lower-security-profile-accepted", False, STATION)
    csms.switchboard.switch("refused-once-refused-always", True, STATION)
    assert await door(PASSWORD, tls=True) == 101
    assert await door(PASSWORD) == 403
    assert await door(PASSWORD, tls=True) == 403


@lowest(3)
async def test_faults_of_the_client_certificate(csms: Csms, door: Door, pki: Pki, tmp_path: Path) -> None:
    right, _ = station_certificate(tmp_path, pki, STATION)
    other, _ = station_certificate(tmp_path, pki, "OTHER")
    operator, _ = station_certificate(tmp_path, pki, STATION, organization="Somebody Else")
    at = "2026-11-21T10:00:00.000Z"
    revoked, gone = station_certificate(tmp_path, pki, STATION)
    issued = certificates.Certificate(certificates.serial_text(gone.serial_number), STATION, STATION, "", at, at)
    await csms.store.write(lambda c: certificates.add(c, issued))
    await csms.store.write(lambda c: certificates.revoke(c, issued.serial_number, at))

    for name, file, expected in [
        ("client-certificate-refused", right, 403),
        ("client-certificate-of-another-station", other, 101),
        ("client-certificate-of-another-operator", operator, 101),
        ("revoked-client-certificate-accepted", revoked, 101),
        ("client-certificate-not-asked-for", right, 403),
    ]:
        scope = None if CATALOGUE[name].tls else STATION
        before = await door(tls=True, certificate=file)
        csms.switchboard.switch(name, True, scope)
        assert (name, before, await door(tls=True, certificate=file)) == (name, 504 - expected, expected)
        csms.switchboard.switch(name, False, scope)


@pytest_asyncio.fixture
async def foreign(pki: Pki, tmp_path: Path) -> AsyncIterator[Path]:
    """A client certificate of an authority whose own certificate lies in the folder `foreign` of the PKI."""
    file, issuer = foreign_certificate(tmp_path, pki, STATION)
    folder = pki.folder / FOREIGN
    folder.mkdir()
    (folder / "test-ca.pem").write_text(pem(issuer), "ascii")
    (folder / "README").write_text("no certificate", "ascii")
    yield file
    shutil.rmtree(folder)


@lowest(3)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
@pytest.mark.parametrize("scope", [STATION, None], ids=["one", "all"])
async def test_a_foreign_authority_can_be_trusted(
    csms: Csms, door: Door, foreign: Path, version: ssl.TLSVersion, scope: str | None
) -> None:
    name = "foreign-client-ca-trusted"
    before = await door(tls=True, certificate=foreign, version=version)
    csms.switchboard.switch(name, True, scope)
    during = await door(tls=True, certificate=foreign, version=version)
    csms.switchboard.switch(name, False, scope)
    after = await door(tls=True, certificate=foreign, version=version)

    assert (before, during, after) == (0, 101, 0)


@lowest(3)
async def test_a_foreign_authority_that_is_trusted_for_one_station_lets_no_other_in(
    csms: Csms, door: Door, pki: Pki, foreign: Path, tmp_path: Path, api: httpx.AsyncClient
) -> None:
    right, _ = station_certificate(tmp_path, pki, STATION)
    csms.switchboard.switch("foreign-client-ca-trusted", True, "ANOTHER")

    assert await door(tls=True, certificate=foreign) == 403
    assert "an authority that is not trusted here" in await last_refusal(api)
    assert await door(tls=True, certificate=right) == 101


async def test_without_such_a_folder_no_foreign_authority_is_trusted(csms: Csms, door: Door, pki: Pki) -> None:
    csms.switchboard.switch("foreign-client-ca-trusted", True)

    assert pki.foreign_authorities() == ()
    assert await door(tls=True) == 101


@pytest.mark.parametrize(
    ("name", "wrong_alone", "wrong_beside"),
    [
        ("any-subprotocol", (101, "ocpp0.1"), (101, "ocpp0.1")),
        ("no-subprotocol", (101, None), (101, None)),
        ("subprotocol-not-named", (400, None), (101, None)),
        ("subprotocol-beside-others-refused", (400, None), (400, None)),
    ],
)
async def test_faults_of_the_subprotocol(
    csms: Csms, name: str, wrong_alone: tuple[int, str | None], wrong_beside: tuple[int, str | None]
) -> None:
    """TC_088: ocpp0.1 alone, and ocpp0.1 beside ocpp1.6."""
    before = await negotiated(csms, "ocpp0.1"), await negotiated(csms, "ocpp0.1", "ocpp1.6")
    csms.switchboard.switch(name, True, STATION)
    during = await negotiated(csms, "ocpp0.1"), await negotiated(csms, "ocpp0.1", "ocpp1.6")

    assert before == ((400, None), (101, "ocpp1.6"))
    assert during == (wrong_alone, wrong_beside)


async def negotiated(csms: Csms, *offered: str) -> tuple[int, str | None]:
    """Status of the handshake, and the subprotocol it names."""
    try:
        async with websockets.asyncio.client.connect(
            f"{csms.url}/{STATION}", subprotocols=[Subprotocol(each) for each in offered], proxy=None
        ) as connection:
            assert connection.response is not None
            return connection.response.status_code, connection.subprotocol
    except InvalidStatus as refused:
        return refused.response.status_code, None


@pytest.mark.parametrize("suite", SUITES)
async def test_faults_of_the_suites(csms: Csms, pki: Pki, suite: str) -> None:
    csms.switchboard.switch(f"tls-without-{suite.lower()}", True)

    for other in SUITES:
        context = client_context(pki, suite=other, version=ssl.TLSVersion.TLSv1_2)
        if other == suite:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await shake_hands(csms, context)
        else:
            assert (await shake_hands(csms, context))[0] == other


@pytest.mark.parametrize(
    ("name", "suite"), [("tls-unfit-suites", "AES128-SHA"), ("tls-null-suites", "NULL-SHA256:@SECLEVEL=0")]
)
async def test_unfit_suites_can_be_offered(csms: Csms, pki: Pki, name: str, suite: str) -> None:
    context = client_context(pki, suite=suite, version=ssl.TLSVersion.TLSv1_2)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await shake_hands(csms, context)

    csms.switchboard.switch(name, True)

    assert (await shake_hands(csms, context))[0] == suite.partition(":")[0]


async def test_only_an_old_version_can_be_spoken(csms: Csms, pki: Pki) -> None:
    csms.switchboard.switch("tls-old-version-only", True)

    with pytest.raises((ssl.SSLError, ConnectionError)):
        await shake_hands(csms, client_context(pki))


@pytest.mark.parametrize(
    ("name", "common_names", "bits"),
    [
        ("server-key-too-small", ["127.0.0.1"], 1024),
        ("server-certificate-other-name", ["elsewhere.invalid"], 2048),
        ("server-certificate-without-name", [], 2048),
    ],
)
async def test_faults_of_the_server_certificate(
    csms: Csms, pki: Pki, name: str, common_names: list[str], bits: int
) -> None:
    csms.switchboard.switch(name, True)

    context = client_context(pki, suite="AES128-GCM-SHA256:@SECLEVEL=0", version=ssl.TLSVersion.TLSv1_2)
    certificate = (await shake_hands(csms, context))[3]

    found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert [str(attribute.value) for attribute in found] == common_names
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == bits


async def test_a_connection_begins_with_the_settings_of_its_moment(csms: Csms, pki: Pki) -> None:
    """Connections that are open stay, and the end of a fault is its end."""
    context = client_context(pki, suite=SUITES[0], version=ssl.TLSVersion.TLSv1_2)
    before = await shake_hands(csms, context)
    csms.switchboard.switch("server-certificate-other-name", True)
    during = await shake_hands(csms, context)
    csms.switchboard.switch("server-certificate-other-name", False)

    assert before[3] == (await shake_hands(csms, context))[3] != during[3]


async def test_a_fault_of_tls_is_for_all_stations(csms: Csms, api: httpx.AsyncClient) -> None:
    with pytest.raises(NotForOneStation, match="switch it on for all stations"):
        csms.switchboard.switch("tls-old-version-only", True, STATION)

    refused = await api.put("/api/v1/faults/tls-old-version-only", json={"enabled": True, "station": STATION})
    assert refused.status_code == 409
    assert csms.switchboard.scopes("tls-old-version-only") == frozenset()


async def test_the_certificate_of_a_fault_is_made_once(csms: Csms, pki: Pki) -> None:
    csms.switchboard.switch("server-certificate-other-name", True)
    results: list[Any] = await asyncio.gather(*(shake_hands(csms, client_context(pki)) for _ in range(4)))

    assert len({certificate.serial_number for _, _, _, certificate in results}) == 1
