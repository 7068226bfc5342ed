"""Security profiles 0 to 3 over real sockets and real TLS (security white paper, A00, A01, A05)."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import websockets.asyncio.client
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from websockets.exceptions import InvalidStatus

from csms_core import Config, Csms
from csms_core.auth import passwords
from csms_core.auth.passwords import Busy
from csms_core.gateway import listening
from csms_core.pki import Pki
from csms_core.pki.contexts import SUITES
from csms_core.store import certificates, credentials, stations
from ocppj.peers.aio import ConnectFailed
from tests.csms_core.support.bench import STATION, Connecting, configured
from tests.csms_core.support.tls import PASSWORD, client_context, foreign_certificate, station_certificate

pytestmark = pytest.mark.asyncio

NEW = bytes(range(0xE0, 0xF4))
"""20 octets that are no UTF-8."""


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("authority") / "pki")


@pytest.fixture
def settings(pki: Pki, request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"pki": str(pki.folder)} | getattr(request, "param", {})


def lowest(profile: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("settings", [{"security_profile": profile}], indirect=True, ids=[f"from-{profile}"])


class Door:
    """Tries to come in as the station; gives the status of the refusal, or 101."""

    def __init__(self, csms: Csms, pki: Pki) -> None:
        self.csms = csms
        self.pki = pki

    async def __call__(
        self,
        password: bytes | None = None,
        *,
        user: str = STATION,
        tls: bool = False,
        certificate: Path | None = None,
        identity: str = STATION,
        **options: Any,
    ) -> int:
        from ocppj.peers.aio import connect
        from ocppj.v16 import PROTOCOL

        context = client_context(self.pki, certificate, **options) if tls else None
        auth = None if password is None else (user, password)
        try:
            peer = await connect(
                self.csms.tls_url if tls else self.csms.url,
                identity,
                protocol=PROTOCOL,
                ssl=context,
                basic_auth=auth,
                call_timeout=5,
            )
        except ConnectFailed as failed:
            return failed.status or 0
        try:
            boot = {"chargePointVendor": "v", "chargePointModel": "m"}
            assert (await peer.call("BootNotification", boot))["status"] == "Accepted"
        except Exception:
            return 0
        finally:
            await peer.close()
        return 101


@pytest.fixture
def door(csms: Csms, pki: Pki) -> Door:
    return Door(csms, pki)


async def keep(csms: Csms, **changes: Any) -> None:
    if isinstance(password := changes.get("password"), bytes):
        changes["password"] = passwords.hashed(password)
    await csms.store.write(lambda c: credentials.put(c, STATION, **changes))


# --- Basic authentication: profiles 1 and 2 --------------------------------------------------------------------------


@lowest(1)
@pytest.mark.parametrize("tls", [False, True], ids=["ws", "wss"])
async def test_sec_03_bad_or_missing_credentials_are_a_401(csms: Csms, door: Door, tls: bool) -> None:
    await keep(csms, password=PASSWORD)
    await csms.store.write(lambda c: stations.put(c, "OTHER", ""))

    assert await door(tls=tls) == 401
    assert await door(b"wrong password 12", tls=tls) == 401
    assert await door(b"", tls=tls) == 401
    assert await door(PASSWORD, user="OTHER", tls=tls) == 401
    assert await door(PASSWORD, identity="OTHER", user="OTHER", tls=tls) == 401
    assert await door(PASSWORD, tls=tls) == 101


@lowest(1)
async def test_sec_03_the_refusal_asks_for_basic_authentication_before_the_upgrade(csms: Csms) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await websockets.asyncio.client.connect(
            f"{csms.url}/{STATION}", subprotocols=[websockets.typing.Subprotocol("ocpp1.6")], proxy=None
        )

    assert refused.value.response.status_code == 401
    assert refused.value.response.headers["WWW-Authenticate"].startswith('Basic realm="')
    assert csms.hub.link(STATION) is None


@lowest(1)
@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic UFAtMDAwMQ==", "Bearer UFAtMDAwMTow", "Basic " + "A" * 2000, "Basic ä"],
    ids=["empty", "no-base64", "no-colon", "bearer", "too-long", "no-ascii"],
)
async def test_sec_03_a_header_that_is_no_credentials_is_a_401(csms: Csms, header: str) -> None:
    await keep(csms, password=PASSWORD)

    with pytest.raises(InvalidStatus) as refused:
        await websockets.asyncio.client.connect(
            f"{csms.url}/{STATION}",
            subprotocols=[websockets.typing.Subprotocol("ocpp1.6")],
            additional_headers={"Authorization": header.encode("utf-8").decode("latin-1")},
            proxy=None,
        )

    assert refused.value.response.status_code == 401


@lowest(1)
async def test_sec_04_a_key_may_hold_octets_that_are_no_text(csms: Csms, door: Door) -> None:
    await keep(csms, password=NEW)

    assert await door(NEW) == 101
    assert await door(NEW.hex().encode()) == 401, "the hex digits are the way to the station, not the password"


@pytest.mark.parametrize(
    "words", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00"], ids=["silent", "a byte", "half a record"]
)
async def test_half_open_sockets_within_tls_hold_up_nobody(
    csms: Csms, door: Door, monkeypatch: pytest.MonkeyPatch, words: bytes
) -> None:
    """TLS begins with a whole first record; with two places for it, and no time to make room, others would wait."""
    monkeypatch.setattr(listening, "WITHIN_TLS", 2)
    monkeypatch.setattr(listening, "GRACE", 3600.0)
    address = urlsplit(csms.tls_url)
    async with AsyncExitStack() as stack:
        for _ in range(50):
            _, writer = await asyncio.open_connection(address.hostname, address.port)
            stack.callback(writer.close)
            writer.write(words)

        await keep(csms, password=PASSWORD)
        assert await door(PASSWORD, tls=True) == 101


async def test_a_client_within_tls_that_takes_too_long_makes_room(
    csms: Csms, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first record is there, and nothing after it."""
    monkeypatch.setattr(listening, "WITHIN_TLS", 1)
    monkeypatch.setattr(listening, "GRACE", 0.2)
    outgoing = ssl.MemoryBIO()
    context = ssl.create_default_context()
    hello = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        hello.do_handshake()
    address = urlsplit(csms.tls_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(outgoing.read())
    assert await reader.read(1) == b"\x16", "TLS has begun"
    await keep(csms, password=PASSWORD)

    assert await door(PASSWORD, tls=True) == 101
    writer.close()


async def test_an_identity_may_hold_a_colon(csms: Csms, door: Door, api: httpx.AsyncClient) -> None:
    """RFC 7617 lets no user name hold one, OCPP-J says that it is the identity: the identity is known."""
    await csms.store.write(lambda c: stations.put(c, "a:b", ""))
    await api.put("/api/v1/stations/a:b/security", json={"password": "secret:with:colons"})

    assert await door(b"secret:with:colons", user="a:b", identity="a:b") == 101
    assert await door(b"b:secret:with:colons", user="a", identity="a:b") == 101, "the same octets"
    assert await door(b"secret:with:colons", user="a", identity="a:b") == 401


async def test_a_user_name_that_is_not_the_identity(csms: Csms, door: Door, api: httpx.AsyncClient) -> None:
    path = f"/api/v1/stations/{STATION}/security"
    await api.put(path, json={"password": PASSWORD.decode(), "user_name": "fleet:north"})

    assert await door(PASSWORD, user="fleet:north") == 101
    assert await door(PASSWORD) == 401
    assert (await api.get(path)).json()["user_name"] == "fleet:north"

    await api.put(path, json={"user_name": None})
    assert await door(PASSWORD) == 101
    assert await door(PASSWORD, user="fleet:north") == 401


async def test_too_many_guesses_at_once_are_told_to_come_later(
    csms: Csms, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(csms, password=PASSWORD)

    async def busy(*given: Any) -> bool:
        raise Busy

    monkeypatch.setattr(csms.vault, "check", busy)

    assert await door(b"a guess") == 429


async def test_a_station_that_has_a_password_is_asked_for_it_whatever_the_lowest_profile_is(
    csms: Csms, door: Door
) -> None:
    assert await door() == 101
    await keep(csms, password=PASSWORD)

    assert [await door(), await door(PASSWORD)] == [401, 101]


async def test_credentials_nobody_asked_for_do_not_keep_a_station_out(door: Door) -> None:
    assert await door(b"whatever it is 1") == 101


@lowest(1)
async def test_passwords_are_hashed_at_rest_and_never_logged(
    csms: Csms, door: Door, config: Config, api: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    secret = "S3cret-of-station"
    await api.put(f"/api/v1/stations/{STATION}/security", json={"password": secret})
    await door(secret.encode())
    await door(b"W0ng-of-station!")
    shown = await api.get(f"/api/v1/stations/{STATION}/security")

    kept = await csms.store.read(lambda c: credentials.find(c, STATION))
    assert re.fullmatch(r"scrypt\$4096\$8\$1\$[^$]{24}\$[^$]{44}", kept.password or "")
    files = list(Path(config.database.removeprefix("sqlite:///")).parent.rglob("csms.db*"))
    assert files
    assert not any(secret.encode() in file.read_bytes() for file in files)
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("csms"))
    assert "was refused" in logged
    assert secret not in logged
    assert "W0ng" not in logged
    assert secret not in shown.text
    assert shown.json()["has_password"] is True


@lowest(1)
async def test_a_station_that_comes_back_is_not_hashed_again(csms: Csms, door: Door) -> None:
    await keep(csms, password=PASSWORD)
    vault = csms.vault
    for _ in range(3):
        assert await door(PASSWORD) == 101
        assert await door(b"wrong password 12") == 401

    assert vault.computed == 2, "one for the right and one for the wrong password"


# --- a new key -------------------------------------------------------------------------------------------------------


def change(key: str, value: str) -> tuple[str, dict[str, str]]:
    return f"/api/v1/stations/{STATION}/operations/ChangeConfiguration", {"key": key, "value": value}


@lowest(1)
@pytest.mark.parametrize(
    ("answer", "old", "new"),
    [("Accepted", 401, 101), ("Rejected", 101, 401), ("NotSupported", 101, 401), ("RebootRequired", 101, 101)],
)
async def test_sec_05_which_key_is_valid_after_the_answer(
    csms: Csms, door: Door, connecting: Connecting, api: httpx.AsyncClient, answer: str, old: int, new: int
) -> None:
    await keep(csms, password=PASSWORD)
    station = await connecting(basic_auth=(STATION, PASSWORD))
    await station.boot()
    station.answers["ChangeConfiguration"] = {"status": answer}
    path, payload = change("AuthorizationKey", NEW.hex())

    response = await api.post(path, json=payload)

    assert response.json() == {"status": answer}
    assert (await station.next_call()).payload == payload
    assert await door(PASSWORD) == old
    assert await door(NEW) == new
    if answer == "RebootRequired":
        assert await door(PASSWORD) == 401, "a station that has used its new key has no use for the old one"


@lowest(1)
async def test_sec_05_a_key_whose_answer_was_lost_may_be_used_and_ends_the_old_one(
    csms: Csms, door: Door, connecting: Connecting, api: httpx.AsyncClient
) -> None:
    await keep(csms, password=PASSWORD)
    station = await connecting(basic_auth=(STATION, PASSWORD))
    await station.boot()
    station.release.clear()
    path, payload = change("authorizationkey", NEW.hex())
    asked = asyncio.create_task(api.post(path, json=payload))
    await station.next_call()
    await station.peer.abort()

    assert (await asked).status_code == 409
    assert await door(PASSWORD) == 101, "it may not have taken the key"
    assert await door(NEW) == 101, "it may have taken it"
    assert await door(PASSWORD) == 401


@lowest(1)
async def test_sec_05_a_new_key_survives_a_restart(config: Config, pki: Pki) -> None:
    for number in range(2):
        async with Csms(config) as csms:
            if number == 0:
                await csms.store.write(lambda c: stations.put(c, STATION, ""))
                await keep(csms, password=passwords.hashed(PASSWORD), pending=passwords.hashed(NEW))
                assert await Door(csms, pki)(NEW) == 101
            assert await Door(csms, pki)(NEW) == 101
            assert await Door(csms, pki)(PASSWORD) == 401


@pytest.mark.parametrize(
    "value", ["", "short", "5a" * 15, "5a" * 21, "5a" * 16 + "5", "plain text of 20 char", "zz" * 20]
)
async def test_sec_04_a_key_that_is_no_hex_of_16_to_20_octets_is_not_sent(
    connecting: Connecting, api: httpx.AsyncClient, value: str
) -> None:
    station = await connecting()
    await station.boot()
    path, payload = change("AuthorizationKey", value)

    response = await api.post(path, json=payload)

    assert response.status_code == 409
    assert "32 to 40 hex digits" in response.json()["detail"]
    assert not value or value not in response.text
    assert station.received.empty()


# --- profiles --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "expected"),
    [(0, [101, 403, 403, 403]), (1, [401, 101, 403, 403]), (2, [403, 403, 101, 401]), (3, [403, 403, 403, 101])],
)
async def test_sec_01_a_station_uses_its_own_profile_and_no_other(
    csms: Csms, door: Door, pki: Pki, tmp_path: Path, profile: int, expected: list[int]
) -> None:
    file, _ = station_certificate(tmp_path, pki, STATION)
    await keep(csms, password=PASSWORD, profile=profile)

    ways: list[dict[str, Any]] = [
        {},
        {"password": PASSWORD},
        {"password": PASSWORD, "tls": True},
        {"tls": True, "certificate": file},
    ]
    assert [await door(**way) for way in ways] == expected


@pytest.mark.parametrize("settings", [{"security_profile": lowest} for lowest in range(4)], indirect=True, ids="0123")
async def test_the_lowest_profile_lets_higher_ones_in(
    csms: Csms, door: Door, pki: Pki, tmp_path: Path, config: Config
) -> None:
    file, _ = station_certificate(tmp_path, pki, STATION)
    await keep(csms, password=PASSWORD)

    come_in = [
        await door() == 101,
        await door(PASSWORD) == 101,
        await door(PASSWORD, tls=True) == 101,
        await door(tls=True, certificate=file) == 101,
    ]

    assert come_in == [profile >= max(1, config.security_profile) for profile in range(4)]


@lowest(1)
@pytest.mark.parametrize("profile", [1, 2])
async def test_sec_15_after_a_rise_the_lower_profile_is_refused(
    csms: Csms, door: Door, pki: Pki, connecting: Connecting, api: httpx.AsyncClient, tmp_path: Path, profile: int
) -> None:
    file, _ = station_certificate(tmp_path, pki, STATION)
    before: dict[str, Any] = {"password": PASSWORD, "tls": profile == 2}
    after: dict[str, Any] = {"password": PASSWORD, "tls": True} if profile == 1 else {"tls": True, "certificate": file}
    await keep(csms, password=PASSWORD, profile=profile)
    station = await connecting(
        **({"url": csms.tls_url, "ssl": client_context(pki)} if profile == 2 else {}), basic_auth=(STATION, PASSWORD)
    )
    await station.boot()

    path, payload = change("SecurityProfile", str(profile + 1))
    await api.post(path, json=payload)

    assert await door(**before) == 101, "it may still be on its way"
    assert await door(**after) == 101
    assert await door(**before) == 403
    assert await door(**after) == 101
    shown = (await api.get(f"/api/v1/stations/{STATION}/security")).json()
    assert (shown["profile"], shown["announced_profile"]) == (profile + 1, None)
    assert shown["last_handshake"]["profile"] == profile + 1


@lowest(1)
async def test_sec_15_a_rise_the_station_has_rejected_changes_nothing(
    csms: Csms, door: Door, connecting: Connecting, api: httpx.AsyncClient
) -> None:
    await keep(csms, password=PASSWORD, profile=1)
    station = await connecting(basic_auth=(STATION, PASSWORD))
    await station.boot()
    station.answers["ChangeConfiguration"] = {"status": "Rejected"}

    path, payload = change("SecurityProfile", "2")
    await api.post(path, json=payload)

    assert await door(PASSWORD, tls=True) == 403
    assert await door(PASSWORD) == 101


# --- TLS: profiles 2 and 3 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", SUITES)
async def test_sec_08_every_suite_the_white_paper_names_can_be_used(csms: Csms, pki: Pki, suite: str) -> None:
    shaken = await shake_hands(csms, client_context(pki, suite=suite, version=ssl.TLSVersion.TLSv1_2))

    cipher, version, compression, certificate = shaken
    assert (cipher, version, compression) == (suite, "TLSv1.2", None)
    key = certificate.public_key()
    if "ECDSA" in suite:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert key.key_size >= 224, "SEC-13"
    else:
        assert isinstance(key, rsa.RSAPublicKey)
        assert key.key_size >= 2048, "SEC-13"
    assert certificate.serial_number > 0
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert [name.value for name in names] == [urlsplit(csms.tls_url).hostname]


async def test_sec_07_tls_1_3_can_be_used(csms: Csms, pki: Pki) -> None:
    _, version, _, _ = await shake_hands(csms, client_context(pki, version=ssl.TLSVersion.TLSv1_3))

    assert version == "TLSv1.3"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_sec_07_older_versions_are_refused(csms: Csms, pki: Pki, version: ssl.TLSVersion) -> None:
    context = client_context(pki, suite="ALL:@SECLEVEL=0", version=version)

    with pytest.raises((ssl.SSLError, ConnectionError)):
        await shake_hands(csms, context)


async def test_sec_07_tls_1_1_is_a_fault_that_can_be_switched_on(csms: Csms, pki: Pki) -> None:
    context = client_context(pki, suite="ALL:@SECLEVEL=0", version=ssl.TLSVersion.TLSv1_1)
    csms.switchboard.switch("tls-old-version-accepted", True)
    assert (await shake_hands(csms, context))[1] == "TLSv1.1"

    csms.switchboard.switch("tls-old-version-accepted", False)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await shake_hands(csms, context)


@pytest.mark.parametrize(
    "suite",
    [
        "ECDHE-RSA-AES128-GCM-SHA256",
        "AES128-SHA",
        "ECDHE-ECDSA-AES128-SHA",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "DHE-RSA-AES128-GCM-SHA256",
    ],
)
async def test_sec_10_no_other_suite_is_offered(csms: Csms, pki: Pki, suite: str) -> None:
    context = client_context(pki, suite=f"{suite}:@SECLEVEL=0", version=ssl.TLSVersion.TLSv1_2)

    with pytest.raises((ssl.SSLError, ConnectionError)):
        await shake_hands(csms, context)


@pytest.mark.parametrize(
    ("suite", "version", "is_foreign", "alert"),
    [
        ("ALL:@SECLEVEL=0", ssl.TLSVersion.TLSv1_1, False, "TLSV1_ALERT_PROTOCOL_VERSION"),
        ("ECDHE-RSA-AES128-GCM-SHA256", ssl.TLSVersion.TLSv1_2, False, "SSLV3_ALERT_HANDSHAKE_FAILURE"),
        (None, ssl.TLSVersion.TLSv1_2, True, "TLSV1_ALERT_UNKNOWN_CA"),
        (None, ssl.TLSVersion.TLSv1_3, True, "TLSV1_ALERT_UNKNOWN_CA"),
    ],
    ids=["version", "suite", "certificate-1.2", "certificate-1.3"],
)
async def test_a_station_is_told_by_an_alert_why_its_handshake_failed(
    csms: Csms, pki: Pki, tmp_path: Path, suite: str | None, version: ssl.TLSVersion, is_foreign: bool, alert: str
) -> None:
    file = foreign_certificate(tmp_path, pki, STATION)[0] if is_foreign else None
    context = client_context(pki, file, suite=suite, version=version)
    address = urlsplit(csms.tls_url)

    def knock() -> None:
        with (
            socket.create_connection((address.hostname, address.port), timeout=30) as sock,
            context.wrap_socket(sock, server_hostname=address.hostname) as connection,
        ):
            connection.recv(1)

    with pytest.raises(ssl.SSLError) as refused:
        await asyncio.to_thread(knock)
    assert refused.value.reason == alert


@lowest(3)
@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
async def test_sec_12_the_right_certificate_lets_a_station_in(
    door: Door, pki: Pki, tmp_path: Path, kind: str, version: ssl.TLSVersion
) -> None:
    file, _ = station_certificate(tmp_path, pki, STATION, kind=kind)

    assert await door(tls=True, certificate=file, version=version) == 101


@lowest(3)
async def test_sec_12_a_certificate_that_is_not_that_of_the_station_keeps_it_out(
    csms: Csms, door: Door, pki: Pki, tmp_path: Path, api: httpx.AsyncClient
) -> None:
    other, _ = station_certificate(tmp_path, pki, "OTHER")
    operator, _ = station_certificate(tmp_path, pki, STATION, organization="Somebody Else")

    assert await door(tls=True) == 403
    assert await door(tls=True, certificate=other) == 403
    assert "common name" in (await last_refusal(api))
    assert await door(tls=True, certificate=operator) == 403
    assert "another operator" in (await last_refusal(api))
    await keep(csms, serial_number="OTHER")
    assert await door(tls=True, certificate=other) == 101, "CN may be the serial number"


@lowest(3)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
async def test_sec_12_a_foreign_certificate_does_not_get_through_tls(
    csms: Csms, door: Door, pki: Pki, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    file, _ = foreign_certificate(tmp_path, pki, STATION)

    assert await door(tls=True, certificate=file, version=version) == 0
    assert csms.hub.link(STATION) is None


@lowest(3)
async def test_sec_12_a_revoked_certificate_is_refused(
    csms: Csms, door: Door, pki: Pki, tmp_path: Path, api: httpx.AsyncClient
) -> None:
    file, made = station_certificate(tmp_path, pki, STATION)
    at = "2026-11-21T10:00:00.000Z"
    issued = certificates.Certificate(certificates.serial_text(made.serial_number), STATION, STATION, "", at, at)
    await csms.store.write(lambda c: certificates.add(c, issued))
    assert await door(tls=True, certificate=file) == 101

    await csms.store.write(lambda c: certificates.revoke(c, issued.serial_number, at))

    assert await door(tls=True, certificate=file) == 403
    assert "revoked" in (await last_refusal(api))


@lowest(2)
async def test_a_password_station_that_also_has_a_foreign_name_on_its_certificate_comes_in_by_password(
    csms: Csms, door: Door, pki: Pki, tmp_path: Path
) -> None:
    file, _ = station_certificate(tmp_path, pki, "OTHER")
    await keep(csms, password=PASSWORD)

    assert await door(PASSWORD, tls=True, certificate=file) == 101
    assert await door(b"wrong password 12", tls=True, certificate=file) == 403


@lowest(2)
async def test_all_connections_share_one_context(csms: Csms, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr("csms_core.pki.contexts.make_context", lambda *given: made.append(given))
    await keep(csms, password=PASSWORD)

    assert [await door(PASSWORD, tls=True) for _ in range(3)] == [101, 101, 101]
    assert made == []


@configured(any_station=True)
async def test_without_a_pki_there_is_no_tls(csms: Csms) -> None:
    assert csms.tls_url.startswith("wss://") == (csms.config.pki is not None)


async def last_refusal(api: httpx.AsyncClient) -> str:
    shown = (await api.get(f"/api/v1/stations/{STATION}/security")).json()
    return str(shown["last_handshake"]["refused"])


async def shake_hands(csms: Csms, context: ssl.SSLContext) -> tuple[str, str, str | None, x509.Certificate]:
    """Cipher, TLS version, compression and server certificate of a connection."""
    address = urlsplit(csms.tls_url)
    _, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context)
    try:
        connection: ssl.SSLObject = writer.get_extra_info("ssl_object")
        certificate = connection.getpeercert(binary_form=True)
        assert certificate is not None
        cipher, version = connection.cipher(), connection.version()
        assert cipher is not None
        assert version is not None
        return cipher[0], version, connection.compression(), x509.load_der_x509_certificate(certificate)
    finally:
        writer.close()
