"""Operators against a real local HTTP server: what they send, and one sentence per failure."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from csms_core import Config, Csms
from harness.adapters.operators import NotOffered, Operator, OperatorError, make
from harness.sut import RestSettings, Sut
from harness.sut.reading import for_url, load
from tests.harness.support.http_api import Request
from tests.harness.support.suts import reference_sut

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest operator heeds proxies; these tests talk to the loopback only."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@dataclass
class Server:
    """Answers every request with `status` and `body` (or never) and remembers it."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    silent: bool = False
    requests: list[Request] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ")
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.requests.append(Request(method, target, headers, body))
                if self.silent:
                    await reader.read()
                    return
                writer.write(b"HTTP/1.1 %d Text\r\nContent-Length: %d\r\n\r\n" % (self.status, len(self.body)))
                writer.write(self.body)
                await writer.drain()


@contextlib.asynccontextmanager
async def serving(context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server()
    listener = await asyncio.start_server(server.handle, "127.0.0.1", 0, ssl=context)
    scheme = "http" if context is None else "https"
    server.url = f"{scheme}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()


@contextlib.asynccontextmanager
async def operating(sut: Sut) -> AsyncIterator[Operator]:
    operator = make(sut)
    try:
        yield operator
    finally:
        await operator.close()


SUT = """
[product]
sut = "csms"
[connection]
url = "ws://127.0.0.1:9000/ocpp"
[identities]
[tags]
valid = "VALID-1"
[profiles]
core = true
firmware_management = true
smart_charging = true
reservation = true
local_auth_list = true
remote_trigger = true
[operator]
kind = "rest"
base_url = "${API}/api/"
headers = { Authorization = "Bearer ${TOKEN}" }
timeout_s = 5
"""


def rest(folder: Path, api: str, actions: str) -> Sut:
    file = folder / "sut.toml"
    file.write_text(SUT + actions)
    return load(file, environ={"API": api, "TOKEN": "token-4711"})


async def performed(sut: Sut, action: str, payload: dict[str, Any], station: str = "CP 1/é") -> None:
    async with operating(sut) as operator:
        await operator.perform(action, station, payload)


async def refused(sut: Sut, action: str, payload: dict[str, Any]) -> str:
    with pytest.raises(OperatorError) as caught:
        await performed(sut, action, payload, station="CP1")
    assert str(caught.value) == caught.value.sentence
    return caught.value.sentence


REMOTE_START = """
[operator.actions.RemoteStartTransaction]
path = "/stations/{station}/start"
headers = { X-Station = "{station}" }
[operator.actions.RemoteStartTransaction.body]
tag = "{idTag}"
connector = "{connectorId}"
label = "on {connectorId}"
fixed = 7
list = ["{connectorId}"]
braces = "{{idTag}}"
profile = { id = "{chargingProfile.chargingProfileId}" }
"""


async def test_a_template_is_filled_in_and_values_keep_their_type(tmp_path: Path) -> None:
    async with serving() as server:
        payload = {"idTag": 'A"B', "connectorId": 2, "chargingProfile": {"chargingProfileId": 9}}
        await performed(rest(tmp_path, server.url, REMOTE_START), "RemoteStartTransaction", payload, station="CP1")

        (request,) = server.requests
        assert (request.method, request.target) == ("POST", "/api/stations/CP1/start")
        assert request.json == {
            "tag": 'A"B',
            "connector": 2,
            "label": "on 2",
            "fixed": 7,
            "list": [2],
            "braces": "{idTag}",
            "profile": {"id": 9},
        }
        assert request.headers["authorization"] == "Bearer token-4711"
        assert request.headers["x-station"] == "CP1"


async def test_an_absent_member_drops_its_key(tmp_path: Path) -> None:
    async with serving() as server:
        await performed(
            rest(tmp_path, server.url, REMOTE_START), "RemoteStartTransaction", {"idTag": "A"}, station="CP1"
        )

        assert server.requests[0].json == {"tag": "A", "fixed": 7, "list": [], "braces": "{idTag}", "profile": {}}


async def test_the_whole_payload_and_an_encoded_identity(tmp_path: Path) -> None:
    actions = '[operator.actions.Reset]\npath = "/{station}/{type}"\nbody = "{payload}"\nmethod = "PUT"'
    async with serving() as server:
        await performed(rest(tmp_path, server.url, actions), "Reset", {"type": "Hard"})

        (request,) = server.requests
        assert (request.method, request.target) == ("PUT", "/api/CP%201%2F%C3%A9/Hard")
        assert request.json == {"type": "Hard"}


async def test_a_value_cannot_leave_its_place_in_the_path(tmp_path: Path) -> None:
    actions = '[operator.actions.Reset]\npath = "/{type}/reset"'
    async with serving() as server:
        await performed(rest(tmp_path, server.url, actions), "Reset", {"type": "../x?y=1#z"})

        assert server.requests[0].target == "/api/..%2Fx%3Fy%3D1%23z/reset"


async def test_form_and_query(tmp_path: Path) -> None:
    actions = """
[operator.actions.ChangeConfiguration]
path = "/configuration"
form = { key = "{key}", all = "{payload}", flag = true }
query = { station = "{station}", no = "{value}" }
"""
    async with serving() as server:
        await performed(rest(tmp_path, server.url, actions), "ChangeConfiguration", {"key": "a b&c"}, station="C&P")

        (request,) = server.requests
        assert request.target == "/api/configuration?station=C%26P"
        assert parse_qs(request.body.decode()) == {"key": ["a b&c"], "all": ['{"key":"a b&c"}'], "flag": ["true"]}


async def test_the_list_of_good_statuses_is_the_actions_own(tmp_path: Path) -> None:
    actions = '[operator.actions.ClearCache]\npath = "/clear"\nok = [418]\n[operator.actions.Reset]\npath = "/reset"'
    async with serving() as server:
        server.status = 418
        sut = rest(tmp_path, server.url, actions)
        await performed(sut, "ClearCache", {})
        assert await refused(sut, "Reset", {"type": "Hard"}) == (
            f"operator rest: POST {server.url}/api/reset was answered 418 (wanted 200, 201, 202, 204) and no body"
        )


async def test_an_action_without_a_template_is_not_offered(tmp_path: Path) -> None:
    with pytest.raises(NotOffered) as caught:
        await performed(rest(tmp_path, "http://127.0.0.1:1", ""), "ClearCache", {})
    assert caught.value.reason == (
        "operator rest has no template for ClearCache; add [operator.actions.ClearCache] to sut.toml"
    )


async def test_a_member_the_path_needs_is_named(tmp_path: Path) -> None:
    actions = '[operator.actions.RemoteStartTransaction]\npath = "/{connectorId}"'
    assert await refused(rest(tmp_path, "http://127.0.0.1:1", actions), "RemoteStartTransaction", {"idTag": "A"}) == (
        "operator rest: [operator.actions.RemoteStartTransaction] in sut.toml needs {connectorId}, "
        "which this request does not have; take it out of path and headers, or give it a |default(...)"
    )


RESET = '[operator.actions.Reset]\npath = "/reset"'


async def test_a_wrong_status_shows_the_start_of_the_body_without_secrets(tmp_path: Path) -> None:
    async with serving() as server:
        server.status, server.body = 403, b"token-4711 may\n not " + b"x" * 300
        sentence = await refused(rest(tmp_path, server.url, RESET), "Reset", {"type": "Hard"})

    start = f"operator rest: POST {server.url}/api/reset was answered 403 (wanted 200, 201, 202, 204): *** may not xxx"
    assert sentence.startswith(start)
    assert sentence.endswith("x…")
    assert len(sentence) < 320


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async with serving() as server:
        server.status = 302
        assert "was answered 302" in await refused(rest(tmp_path, server.url, RESET), "Reset", {"type": "Hard"})
        assert len(server.requests) == 1


async def test_a_refused_connection_is_a_sentence(tmp_path: Path) -> None:
    async with serving() as server:
        url = server.url  # nobody listens there any more once the server is closed
    assert await refused(rest(tmp_path, url, RESET), "Reset", {"type": "Hard"}) == (
        f"operator rest: POST {url}/api/reset cannot connect (All connection attempts failed); "
        "is the API up and the address right?"
    )


async def test_silence_is_a_sentence(tmp_path: Path) -> None:
    async with serving() as server:
        server.silent = True
        file = tmp_path / "sut.toml"
        file.write_text(SUT.replace("timeout_s = 5", "timeout_s = 0.2") + RESET)
        sut = load(file, environ={"API": server.url, "TOKEN": "token-4711"})
        assert await refused(sut, "Reset", {"type": "Hard"}) == (
            f"operator rest: POST {server.url}/api/reset was not answered in 0.2 s; "
            "is the API up, or timeout_s too short?"
        )


async def test_something_that_does_not_speak_http_is_a_sentence(tmp_path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener:
        sentence = await refused(rest(tmp_path, url, RESET), "Reset", {"type": "Hard"})
    assert sentence.startswith(f"operator rest: POST {url}/api/reset failed (")
    assert sentence.endswith("); check the address and the API")


async def test_a_user_name_in_the_address_is_not_shown(tmp_path: Path) -> None:
    async with serving() as server:
        server.status = 500
        sut = rest(tmp_path, server.url.replace("//", "//jo:hunter2@"), RESET)
        assert isinstance(sut.operator, RestSettings)
        assert "hunter2" not in await refused(sut, "Reset", {"type": "Hard"})
        assert server.requests[0].target == "/api/reset"


# --- TLS ---


def self_signed(folder: Path, address: str) -> ssl.SSLContext:
    """A server context with a certificate for `address`, written to root.pem as well."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "plugproof test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "root.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "root.pem", folder / "server.key")
    return context


def over_tls(folder: Path, url: str, ca: str) -> Sut:
    file = folder / "sut.toml"
    file.write_text(SUT + ca + RESET)
    return load(file, environ={"API": url, "TOKEN": "token-4711"})


async def test_tls_with_a_root_of_its_own(tmp_path: Path) -> None:
    async with serving(self_signed(tmp_path, "127.0.0.1")) as server:
        await performed(over_tls(tmp_path, server.url, 'ca_file = "root.pem"\n'), "Reset", {"type": "Hard"})
        assert [request.target for request in server.requests] == ["/api/reset"]


@pytest.mark.parametrize(("address", "ca"), [("127.0.0.1", ""), ("127.0.0.2", 'ca_file = "root.pem"\n')])
async def test_an_unknown_root_or_another_host_is_refused(tmp_path: Path, address: str, ca: str) -> None:
    async with serving(self_signed(tmp_path, address)) as server:
        sentence = await refused(over_tls(tmp_path, server.url, ca), "Reset", {"type": "Hard"})
        assert "cannot connect" in sentence
        assert "CERTIFICATE_VERIFY_FAILED" in sentence
        assert server.requests == []


async def test_a_root_that_is_no_certificate_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_text("nothing")
    sentence = await refused(
        over_tls(tmp_path, "https://127.0.0.1:1", 'ca_file = "root.pem"\n'), "Reset", {"type": "Hard"}
    )
    assert sentence.startswith("operator rest: POST https://127.0.0.1:1/api/reset failed (")
    assert sentence.endswith("); check the address and the API")


# --- nobody ---


@pytest.mark.parametrize(
    ("digest", "place"),
    [("00", "sut.toml"), (None, "a SUT file (plugproof init writes one)")],
)
async def test_nobody_offers_nothing_and_says_how_to_change_that(digest: str | None, place: str) -> None:
    import msgspec

    sut = msgspec.structs.replace(for_url("ws://127.0.0.1:1/ocpp"), source="sut.toml", digest=digest)
    async with operating(sut) as operator:
        with pytest.raises(NotOffered) as caught:
            await operator.perform("Reset", "CP1", {"type": "Hard"})
    assert caught.value.reason == (
        "nobody operates the back office, so it cannot be asked for anything; "
        f'configure an [operator] in {place}, for example kind = "rest"'
    )


# --- the reference ---


async def test_the_reference_is_asked_without_waiting_for_the_station() -> None:
    async with serving() as server:
        server.status = 202
        await performed(reference_sut("ws://127.0.0.1:1/ocpp", server.url), "RemoteStartTransaction", {"idTag": "A"})

        (request,) = server.requests
        assert (request.method, request.target) == (
            "POST",
            "/api/v1/stations/CP%201%2F%C3%A9/operations/RemoteStartTransaction?wait=false",
        )
        assert request.json == {"idTag": "A"}


async def test_a_refusal_of_the_reference_is_a_sentence() -> None:
    async with serving() as server:
        server.status, server.body = 409, b'{"detail": "station CP1 is not connected"}'
        sut = reference_sut("ws://127.0.0.1:1/ocpp", server.url)
        assert await refused(sut, "Reset", {"type": "Hard"}) == (
            f"operator reference: POST {server.url}/api/v1/stations/CP1/operations/Reset was answered 409 "
            '(wanted 200, 201, 202, 204): {"detail": "station CP1 is not connected"}'
        )


async def test_the_real_reference_refuses_whom_it_cannot_reach() -> None:
    async with (
        Csms(Config(database=":temporary:")) as csms,
        operating(reference_sut(csms.url, csms.api_url)) as operator,
    ):
        with pytest.raises(OperatorError) as caught:
            await operator.perform("Reset", "nobody", {"type": "Hard"})
        assert "was answered 404" in caught.value.sentence
        assert caught.value.status == 404
        with pytest.raises(OperatorError) as caught:
            await operator.perform("Reset", "nobody", {"type": "Medium"})
        assert "was answered 4" in caught.value.sentence
