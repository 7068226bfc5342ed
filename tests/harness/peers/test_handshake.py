"""Opening handshakes over real sockets: what the trace keeps of them, and what is whose fault."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from harness.case.facts import Case
from harness.case.failures import failure_of
from harness.case.judgement import of_exception
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, HarnessError
from harness.peers.entrance import Entrance
from harness.peers.tls import SUITES, Hello
from harness.pki import Pki
from harness.sut import Connection, Endpoint, Lane, Secret, Sut
from harness.sut.reading import for_url
from harness.sut.tables.link import Tls
from ocppj.session.session import Memory
from ocppj.v16 import PROTOCOL

KEY = "sixteen-octets-k"
RID = "TC_1_CSMS.R1"
pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.create(tmp_path_factory.mktemp("handshake") / "pki")


def entrance(
    port: int, *, pki: Pki | None = None, needs: str = "security-profile-1-or-2", profile: int = 1
) -> Entrance:
    """The way in of a station in this profile."""
    scheme = "wss" if profile >= 2 else "ws"
    folder = None if pki is None else str(pki.folder)
    sut: Sut = msgspec.structs.replace(
        for_url("ws://127.0.0.1:1/ocpp"),
        connection=Connection(
            url="ws://127.0.0.1:1/ocpp",
            auth_key=Secret(KEY),
            ca_file=None if folder is None else str(Path(folder) / "root.pem"),
        ),
        endpoints={str(profile): Endpoint(url=f"{scheme}://127.0.0.1:{port}/ocpp", identity="{identity}-S")},
        tls=Tls(pki=folder),
        timeouts=msgspec.structs.replace(for_url("ws://x:1/ocpp").timeouts, connect_s=5, quiet_s=0.2, reconnect_s=0),
        secrets=(Secret(KEY),),
    )
    case = Case("TC_1_CSMS", "One", "csms", "Security", "W A00", {RID: "First."}, needs=(needs,))
    return Entrance(CaseRun(case, sut, Lane(identity="CP 1", auth_key=Secret(KEY)), Memory()))


def entries(way: Entrance) -> list[tuple[str | None, list[str]]]:
    """Direction and lines of what the trace says, as it is written out."""
    lines = [json.loads(line) for line in way._run.trace.to_jsonl().splitlines()]
    return [(line["direction"], line["text"].split("\n")) for line in lines if line["kind"] == "handshake"]


async def opened(way: Entrance, *, rule: str | None = "R1", authenticated: bool = True) -> None:
    websocket, _ = await way.opens(rule=rule, subprotocols=(PROTOCOL.subprotocol,), authenticated=authenticated)
    await websocket.close()


async def failure(act: Awaitable[object]) -> CaseFailure:
    with pytest.raises(CaseFailure) as caught:
        await act
    return caught.value


def marked(way: Entrance, broken: CaseFailure) -> str:
    """The label of the row that an explanation marks."""
    (row,) = [row for row in failure_of(way._run, broken)["sequence"] if row["offending"]]
    return str(row["label"])


# --- servers ---------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def websocket_server(
    *,
    judge: Callable[[ServerConnection, Request], Response | None] | None = None,
    choose: Callable[[ServerConnection, object], str | None] | None = None,
    stays: bool = True,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    async def talk(connection: ServerConnection) -> None:
        if stays:
            await connection.wait_closed()

    select = choose or (lambda connection, offered: PROTOCOL.subprotocol)
    async with serve(
        talk,
        "127.0.0.1",
        0,
        process_request=judge,
        select_subprotocol=select,  # type: ignore[arg-type]
        ssl=tls,
        compression=None,
    ) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """One connection, in a thread, which is ended after what `talk` does with it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve_one() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                with contextlib.suppress(OSError):  # a failed handshake of TLS is one
                    talk(connection)
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(4096):  # so that closing does not overtake what was said
                        pass

    thread = threading.Thread(target=serve_one)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(10)
        assert not thread.is_alive()


def server_context(pki: Pki, *, wants_certificate: bool = False) -> ssl.SSLContext:
    assert pki.folder is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for kind in ("rsa", "ec"):
        context.load_cert_chain(pki.folder / f"server-{kind}.pem", pki.folder / f"server-{kind}.key")
    context.set_ciphers(":".join(SUITES.values()))
    if wants_certificate:
        context.load_verify_locations(cadata=pki.root())
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def tls_server(context: ssl.SSLContext) -> contextlib.AbstractContextManager[int]:
    """TLS by OpenSSL itself, whose alerts arrive."""

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secured:
            try:
                secured.do_handshake()
                secured.recv(1)
            finally:
                plain = socket.socket(fileno=secured.detach())
                with plain:
                    plain.shutdown(socket.SHUT_WR)
                    while plain.recv(4096):
                        pass

    return raw_server(talk)


# --- HTTP ------------------------------------------------------------------------------------------------------------


async def test_what_was_offered_and_answered_is_kept_without_the_password() -> None:
    async with websocket_server() as port:
        way = entrance(port)
        await opened(way)

    (out, asked), (back, answered) = entries(way)
    assert (out, back) == ("station->csms", "csms->station")
    assert asked[0] == "GET /ocpp/CP%201-S HTTP/1.1"
    assert {"Authorization: Basic ********", "Sec-WebSocket-Protocol: ocpp1.6"} <= set(asked)
    assert answered[0] == "HTTP/1.1 101 Switching Protocols"
    assert "Sec-WebSocket-Protocol: ocpp1.6" in answered
    secret = base64.b64encode(f"CP 1-S:{KEY}".encode()).decode()
    assert secret not in way._run.trace.to_jsonl()
    assert KEY not in way._run.trace.to_jsonl()
    assert way._run.judged == [RID]


async def test_the_password_is_only_offered_when_it_is_to_be() -> None:
    async with websocket_server() as port:
        way = entrance(port)
        await opened(way, authenticated=False)

    (_, asked), (_, answered) = entries(way)
    assert any(line.startswith("GET ") for line in asked)
    assert not any("Authorization" in line for line in (*asked, *answered))


def forbids(connection: ServerConnection, request: Request) -> Response:
    return connection.respond(403, "This station is blocked.\n")


async def test_a_refused_upgrade_is_a_failure_with_status_and_reason() -> None:
    async with websocket_server(judge=forbids) as port:
        way = entrance(port)
        broken = await failure(opened(way))

    assert (broken.kind, broken.rule) == ("handshake", RID)
    assert broken.expected == "an accepted connection (HTTP 101)"
    assert broken.actual == "HTTP 403 (This station is blocked.)"
    assert marked(way, broken) == "HTTP 403 Forbidden"
    frame = failure_of(way._run, broken)["frame"]
    assert frame["text"].startswith("HTTP 403 Forbidden; This station is blocked.")


async def test_without_a_rule_a_refusal_is_an_error_that_says_why() -> None:
    async with websocket_server(judge=forbids) as port:
        way = entrance(port)
        broken = await failure(opened(way, rule=None))
    judged = of_exception(way._run, broken, "")

    told = "the station was not let in: HTTP 403 (This station is blocked.)"
    assert (judged.verdict, judged.reason) == ("ERROR", f"the case could not go on: {told}")
    assert judged.failure is not None
    assert judged.failure["frame"]["text"].startswith("HTTP 403 Forbidden; This station is blocked.")
    assert way._run.judged == []


async def test_a_refusal_that_is_wanted_holds_and_an_open_door_does_not() -> None:
    async with websocket_server(judge=forbids) as port:
        way = entrance(port)
        await way.is_refused(rule="R1", subprotocols=(PROTOCOL.subprotocol,), authenticated=False)
        assert way._run.judged == [RID]

    async with websocket_server() as port:
        way = entrance(port)
        broken = await failure(way.is_refused(rule="R1", subprotocols=(PROTOCOL.subprotocol,), authenticated=False))

    assert (broken.expected, broken.actual) == ("a refused connection", "HTTP 101, and the WebSocket stays open")
    assert marked(way, broken) == "HTTP 101 Switching Protocols"


@pytest.mark.parametrize("needs", ["security-profile-1-or-2", "security-profile-2-or-3"])
async def test_a_csms_that_is_not_there_is_no_failure_of_its_own(needs: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    way = entrance(port, needs=needs, profile=1 if "1" in needs else 2)

    with pytest.raises(HarnessError, match="the connection was refused; is the CSMS running"):
        await opened(way)
    assert way._run.judged == []


async def test_a_connection_that_ends_without_an_answer_is_a_failure() -> None:
    def listens(connection: socket.socket) -> None:
        connection.recv(4096)

    with raw_server(listens) as port:
        way = entrance(port)
        broken = await failure(opened(way))

    assert broken.actual.startswith("no HTTP answer")
    assert marked(way, broken) == "no HTTP answer, the connection was ended"


# --- subprotocols ----------------------------------------------------------------------------------------------------


async def test_another_subprotocol_than_the_one_wanted_is_a_failure() -> None:
    async with websocket_server(choose=lambda connection, offered: "ocpp0.1") as port:
        way = entrance(port)
        offer = ("ocpp0.1", PROTOCOL.subprotocol)
        broken = await failure(way.opens(rule="R1", subprotocols=offer, authenticated=True))

    assert (broken.expected, broken.actual) == ("the subprotocol ocpp1.6", "subprotocol = ocpp0.1")


@pytest.mark.parametrize("chosen", ["ocpp0.1", "ocpp9.9"])
async def test_an_upgrade_that_should_not_have_been_is_no_refusal(chosen: str) -> None:
    async with websocket_server(choose=lambda connection, offered: chosen) as port:
        way = entrance(port)
        broken = await failure(way.is_refused(rule="R1", subprotocols=("ocpp0.1",), authenticated=True))

    assert broken.actual.startswith("HTTP 101")


async def test_ending_what_was_opened_without_a_subprotocol_is_a_refusal() -> None:
    """OCPP-J §3.2: a server may complete the handshake without the header and close at once."""
    async with websocket_server(choose=lambda connection, offered: None, stays=False) as port:
        way = entrance(port)
        await way.is_refused(rule="R1", subprotocols=("ocpp0.1",), authenticated=True)
    assert way._run.judged == [RID]

    async with websocket_server(choose=lambda connection, offered: None) as port:
        way = entrance(port)
        broken = await failure(way.is_refused(rule="R1", subprotocols=("ocpp0.1",), authenticated=True))
    assert broken.actual == "HTTP 101, and the WebSocket stays open"


# --- TLS -------------------------------------------------------------------------------------------------------------


async def test_tls_and_both_certificates_are_kept(pki: Pki) -> None:
    async with websocket_server(tls=server_context(pki, wants_certificate=True)) as port:
        way = entrance(port, pki=pki, needs="security-profile-3", profile=3)
        await opened(way)

    (_, hello), (_, agreed), (_, asked), _ = entries(way)
    assert hello[:2] == ["TLS ClientHello", "TLS 1.2, TLS 1.3; usual suites"]
    assert hello[2].startswith("client certificate CN=CP 1-S, O=plugproof; ECDSA 256 bits; issued by CN=plugproof root")
    assert hello[3] == "server name 127.0.0.1"
    assert agreed[0] == "TLS 1.3"
    assert agreed[2].startswith("certificate CN=127.0.0.1, O=plugproof; ECDSA 256 bits;")
    assert not any(line.startswith("Authorization") for line in asked)


@pytest.mark.parametrize("suite", SUITES)
async def test_a_suite_is_offered_alone(pki: Pki, suite: str) -> None:
    async with websocket_server(tls=server_context(pki)) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        answer = await way.secures(Hello(suite=suite), rule="R1")

    assert (answer["version"], answer["suite"]) == ("TLS 1.2", SUITES[suite])
    assert answer["certificate"]["keyAlgorithm"] == ("ECDSA" if "ECDSA" in suite else "RSA")


async def test_an_alert_is_named(pki: Pki) -> None:
    context = server_context(pki)
    context.set_ciphers(SUITES["TLS_RSA_WITH_AES_128_GCM_SHA256"])
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with tls_server(context) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        broken = await failure(way.secures(Hello(suite="TLS_RSA_WITH_AES_256_GCM_SHA384"), rule="R1"))

    assert broken.actual == "TLS failed, alert handshake_failure"
    assert broken.expected == "TLS with TLS 1.2; TLS_RSA_WITH_AES_256_GCM_SHA384"
    assert marked(way, broken) == "TLS failed"
    assert entries(way)[-1] == ("csms->station", ["TLS failed", "alert handshake_failure"])


async def test_an_old_version_is_refused_by_an_alert_or_it_is_a_failure(pki: Pki) -> None:
    with tls_server(server_context(pki)) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        await way.is_not_secured(Hello(old=True, looks=True), rule="R1")
    assert entries(way)[-1] == ("csms->station", ["TLS failed", "alert protocol_version"])

    old = server_context(pki)
    old.set_ciphers("AES128-SHA:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = ssl.TLSVersion.TLSv1_1
    with tls_server(old) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        broken = await failure(way.is_not_secured(Hello(old=True, looks=True), rule="R1"))
    assert broken.actual == "TLS 1.1 was set up"
    assert marked(way, broken) == "TLS 1.1"


async def test_a_client_certificate_that_is_turned_down_after_the_handshake_is_named(pki: Pki) -> None:
    """In TLS 1.3 the station believes to be in when the CSMS looks at its certificate."""
    context = server_context(pki, wants_certificate=True)
    with tls_server(context) as port:
        way = entrance(port, pki=pki, needs="security-profile-3", profile=3)
        way.takes(renewed=pki.client("CP 1-S", kind="foreign"))
        broken = await failure(opened(way))

    assert broken.actual == "TLS failed, alert unknown_ca"
    assert marked(way, broken) == "TLS failed"


async def test_a_certificate_that_is_not_trusted_is_the_csms_own_fault(pki: Pki, tmp_path: Path) -> None:
    other = Pki.create(tmp_path / "other")
    with tls_server(server_context(other)) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        broken = await failure(opened(way))

    assert broken.actual.startswith("TLS failed, the certificate of the CSMS is not trusted: ")
    assert entries(way)[-1][0] == "station->csms"

    with tls_server(server_context(other)) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        refusal = way.is_refused(rule="R1", subprotocols=(PROTOCOL.subprotocol,), authenticated=False)
        assert "is not trusted" in (await failure(refusal)).actual  # it was not the CSMS that refused


@pytest.mark.parametrize(
    ("talk", "actual"),
    [
        (lambda connection: None, "TLS failed, the connection was ended without an alert"),
        (
            lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            "TLS failed, what the port answers is no TLS (wrong version number); is its address ws://?",
        ),
    ],
)
async def test_what_is_no_tls_is_a_failure(pki: Pki, talk: Callable[[socket.socket], None], actual: str) -> None:
    with raw_server(talk) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        broken = await failure(opened(way))

    assert broken.actual == actual


async def test_members_of_a_handshake_are_judged_like_those_of_a_message(pki: Pki) -> None:
    async with websocket_server(tls=server_context(pki)) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        answer = await way.secures(Hello(looks=True), rule="R1")
    way._run.judged.clear()

    answer.shows(rule="R1", version="TLS 1.3", certificate={"keyAlgorithm": "ECDSA"})
    assert way._run.judged == [RID]
    with pytest.raises(CaseFailure) as caught:
        answer.shows(rule="R1", certificate={"commonName": "csms.example"})
    assert caught.value.actual == "certificate.commonName = 127.0.0.1"
    assert marked(way, caught.value) == "TLS 1.3"


async def test_a_look_takes_any_certificate_and_nothing_else_does(pki: Pki, tmp_path: Path) -> None:
    other = Pki.create(tmp_path / "other", ("elsewhere.example",))
    async with websocket_server(tls=server_context(other)) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        answer = await way.secures(Hello(looks=True), rule="R1")
        assert answer["certificate"]["commonName"] == "elsewhere.example"
        assert "not trusted" in (await failure(way.secures(Hello(), rule="R1"))).actual


# --- credentials -----------------------------------------------------------------------------------------------------


async def test_a_station_goes_on_with_what_it_takes() -> None:
    way = entrance(1)
    way.takes(key=Secret("hex:" + "ff" * 20))
    way.takes(profile=2)

    assert (way.link.identity, way.link.profile) == ("CP 1-S", 2)
    assert way.link.basic_auth == ("CP 1-S", b"\xff" * 20)


async def test_a_station_without_a_client_certificate_says_how_to_get_one() -> None:
    way = entrance(1, needs="security-profile-3", profile=3)

    with pytest.raises(HarnessError, match="CP 1-S has no client certificate; make a folder with `plugproof pki`"):
        await opened(way)


async def test_a_file_that_is_no_certificate_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    way = entrance(1, needs="security-profile-2-or-3", profile=2)
    way.link = msgspec.structs.replace(way.link, ca_file=str(file))

    with pytest.raises(HarnessError, match=r"ca\.pem: no usable PEM file"):
        await opened(way)


async def test_nothing_is_left_open(pki: Pki) -> None:
    async with websocket_server(tls=server_context(pki)) as port:
        way = entrance(port, pki=pki, needs="security-profile-2-or-3", profile=2)
        await way.secures(Hello(), rule="R1")
        await opened(way)
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
