"""The command line with what people get wrong: one sentence and nothing of Python.

The exit code is 2 for what they wrote. Where nobody answers it is 3, with a report of cases that were not run; whoever
answers anything is judged, and the cases tell what they saw.
"""

import asyncio
import contextlib
import datetime
import ipaddress
import json
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import serve

from ocppj.errors import OcppError
from tests.harness.support.command import Command, in_a_process, in_process
from tests.harness.support.scripted_sut import Hangup, Never, Octets, ScriptedSut, Text

ONE = ("--case", "TC_001_CSMS")
FRESH = (
    "; plugproof comes under a new identity for every case: let unknown stations in, name known ones in [[lanes]] of a "
    "SUT file, or have them made by [fixtures]"
)


class Said:
    """What a command printed and how it ended."""

    def __init__(self, done: subprocess.CompletedProcess[str], results: Path) -> None:
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr
        self.results: dict[str, Any] | None = json.loads(results.read_text("utf-8")) if results.exists() else None

    @property
    def sentence(self) -> str:
        """What stands on standard error, with the name of the run made equal; pytest begins its own with ERROR."""
        (line,) = self.err.strip().split("\n")
        said = re.sub(r"^(ERROR|Unreachable|before the first case): ", "", line)
        return re.sub(r"PP-\w{8}-", "PP-RUN-", said)

    @property
    def only(self) -> dict[str, Any]:
        """The record of the only case."""
        assert self.results is not None
        (record,) = self.results["cases"]
        return record

    @property
    def seen(self) -> tuple[str, str, bool]:
        """The verdict of the only case, its reason, and whether it was not run."""
        return self.only["verdict"], self.only["reason"], self.only.get("not_run", False)


ENVIRONMENT = {"COLUMNS": "200", "CI": "1", "NO_COLOR": "1"}


def judged(command: Command, folder: Path) -> Callable[..., Said]:
    """`plugproof precheck` by this command; only who came as far as a run left results."""

    def run(*arguments: str) -> Said:
        done = command("precheck", "--out", "out", *arguments)
        said = Said(done, folder / "out" / "results.json")
        assert (said.results is None) == (said.code == 2)
        return said

    return run


@pytest.fixture
def precheck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run `plugproof precheck`, here; `test_a_process_says_the_same` shows that it makes no difference."""
    return judged(in_process(tmp_path, monkeypatch, capfd, **ENVIRONMENT), tmp_path)


@pytest.fixture
def precheck_process(tmp_path: Path) -> Callable[..., Said]:
    """Run `plugproof precheck` as a user does, in a folder of its own."""
    folder = tmp_path / "process"
    folder.mkdir()
    return judged(in_a_process(folder, **ENVIRONMENT), folder)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--nonsense",),  # typer says it
        ("--sut", "nowhere.toml"),  # our own command line does
        ("--csms", "ws://127.0.0.1:{closed}/ocpp", *ONE),  # the run does
    ],
    ids=["option", "file", "run"],
)
def test_a_process_says_the_same(
    precheck: Callable[..., Said], precheck_process: Callable[..., Said], arguments: tuple[str, ...]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    arguments = tuple(part.format(closed=closed) for part in arguments)

    here, there = precheck(*arguments), precheck_process(*arguments)
    assert (here.code, settled(here.err)) == (there.code, settled(there.err))
    assert here.err != ""
    assert settled(here.out) == settled(there.out)


def settled(text: str) -> str:
    """What a command printed, without its times and the name of the run."""
    return re.sub(r"\b\d+\.\d s\b", "0.0 s", re.sub(r"PP-\w{8}-", "PP-RUN-", text))


@contextmanager
def server(handle: Callable[..., Any], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A TCP server that does as it is told, in a thread; gives its port."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    ports: list[int] = []
    ready = threading.Event()

    async def run() -> None:
        listener = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
        ports.append(listener.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        listener.close()
        loop.set_exception_handler(lambda *_: None)  # handshakes that the test broke on purpose

    with running(loop, run(), stop, ready):
        yield ports[0]


@contextmanager
def running(loop: asyncio.AbstractEventLoop, work: Any, stop: asyncio.Event, ready: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=lambda: loop.run_until_complete(work), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@contextmanager
def websocket_server(**options: Any) -> Iterator[int]:
    """A WebSocket server that accepts and says nothing; gives its port."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    ready = threading.Event()
    ports: list[int] = []

    async def run() -> None:
        async with serve(lambda websocket: websocket.wait_closed(), "127.0.0.1", 0, **options) as listener:
            ports.append(next(iter(listener.sockets)).getsockname()[1])
            ready.set()
            await stop.wait()

    with running(loop, run(), stop, ready):
        yield ports[0]


def answering(status: str) -> Callable[..., Any]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno".encode())
            await writer.drain()

    return handle


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        await reader.read()


async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await reader.read()


async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()


async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        await reader.readuntil(b"\r\n\r\n")


async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 404 File not found\r\nServer: Old\r\n\r\n")
        await writer.drain()


async def alert(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What a TLS server says to a plain request: the alert unexpected_message."""
    with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x15\x03\x03\x00\x02\x02\x0a")
        await writer.drain()


# --- the address -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "http://127.0.0.1:9000/ocpp",
            "--csms starts with http://, but OCPP-J speaks WebSocket; write ws://127.0.0.1:9000/ocpp",
        ),
        ("127.0.0.1:9000", "--csms must start with ws:// or wss://; write for example ws://127.0.0.1:9000/ocpp"),
        ("ws://", "--csms names no host; write for example ws://127.0.0.1:9000/ocpp"),
        (
            "ws://me:pw@127.0.0.1:9000/ocpp",
            "--csms holds a user name; remove it, the identity is the user and connection.auth_key the key",
        ),
    ],
)
def test_an_address_that_is_none(precheck: Callable[..., Said], url: str, sentence: str) -> None:
    said = precheck("--csms", url, *ONE)

    assert (said.code, said.sentence) == (2, sentence)


def test_a_refused_connection(precheck: Callable[..., Said]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    said = precheck("--csms", f"ws://127.0.0.1:{port}/ocpp", *ONE)

    sentence = "the connection was refused; is the CSMS running, and is this its port?"
    assert (said.code, said.sentence) == (3, f"ws://127.0.0.1:{port}/ocpp/PP-RUN-LOOK: {sentence}")
    verdict, reason, not_run = said.seen
    assert (verdict, not_run) == ("INCONCLUSIVE", True)
    assert reason.startswith("not run: ")
    assert reason.endswith(sentence)
    assert said.only["trace"] is None


def test_a_host_that_does_not_exist(precheck: Callable[..., Said]) -> None:
    said = precheck("--csms", "ws://csms.invalid:9000/ocpp", *ONE)

    assert said.code == 3
    # The resolver's own words are in the brackets.
    assert said.sentence.startswith("ws://csms.invalid:9000/ocpp/PP-RUN-LOOK: the server cannot be reached (")
    assert said.sentence.endswith("); check host and port")
    assert "\n" not in said.sentence


PATH = "; is this the path of its OCPP endpoint, and is the station registered?"


@pytest.mark.parametrize(
    ("handle", "seen", "hint"),
    [
        (
            answering("401 Unauthorized"),
            "HTTP 401 (no)",
            "; the CSMS asks for a password: are connection.auth_key and connection.security_profile those it knows?",
        ),
        (answering("403 Forbidden"), "HTTP 403 (no)", FRESH),
        (answering("404 Not Found"), "HTTP 404 (no)", FRESH),
        (answering("200 OK"), "HTTP 200 (no)", ""),
        (answering("503 Busy"), "HTTP 503 (no)", ""),
        (
            answering("302 Found\r\nLocation: https://127.0.0.1:1/login"),
            "HTTP 302, a redirect to https://127.0.0.1:1/login, which a station does not follow",
            "",
        ),
        (rude, "the answer is no HTTP: 220 mail.example ESMTP", ""),
        (old, "an answer that no WebSocket can be opened with: HTTP/1.0 404 File not found", FRESH),
        (mute, "no HTTP answer, the connection was ended", "; if this port speaks TLS, its address begins with wss://"),
        (alert, "no HTTP answer: the port speaks TLS, so its address begins with wss:// and not with ws://", ""),
    ],
    ids=["401", "403", "404", "200", "503", "redirect", "garbage", "an old web server", "hangs up", "TLS"],
)
def test_a_server_that_lets_no_station_in(precheck: Callable[..., Said], handle: Any, seen: str, hint: str) -> None:
    """It answers, so the case is begun; nobody can say of it more than that it did not get so far."""
    with server(handle) as port:
        said = precheck("--csms", f"ws://127.0.0.1:{port}/ocpp", *ONE)

    told = f"ws://127.0.0.1:{port}/ocpp does not let PP-RUN-LOOK in: {seen}{hint}"
    assert (said.code, said.sentence) == (3, told)
    reason = f"the state connected was not reached: the station was not let in: {seen}"
    assert said.seen == ("ERROR", reason, False)
    frame = said.only["failure"]["frame"]
    assert frame["text"].startswith(re.split(r" \(|,", seen)[0])


def test_a_server_without_the_subprotocol(precheck: Callable[..., Said]) -> None:
    with websocket_server() as port:
        said = precheck("--csms", f"ws://127.0.0.1:{port}/ocpp", *ONE, "--case", "TC_088_CSMS")

    assert (said.code, said.sentence) == (
        1,
        f"ws://127.0.0.1:{port}/ocpp lets PP-RUN-LOOK in (HTTP 101), but the subprotocol agreed on is none, "
        "ocpp1.6 was offered",
    )
    assert said.results is not None
    boots, negotiates = said.results["cases"]
    assert boots["verdict"] == "ERROR"
    assert boots["reason"] == "the state connected was not reached: the station was not let in: subprotocol = (absent)"
    assert (negotiates["verdict"], negotiates["failure"]["rule"]) == ("FAIL", "TC_088_CSMS.R1")
    assert negotiates["failure"]["frame"]["text"].startswith("HTTP 101")


def test_who_turns_everybody_away_is_not_judged_for_its_subprotocols(precheck: Callable[..., Said]) -> None:
    with server(answering("404 Not Found")) as port:
        said = precheck("--csms", f"ws://127.0.0.1:{port}/ocpp", "--case", "TC_088_CSMS")

    assert said.code == 3
    assert said.seen == ("ERROR", "the case could not go on: the station was not let in: HTTP 404 (no)", False)


# --- a SUT file ------------------------------------------------------------------------------------------------------

SUT = """
[product]
sut = "csms"
[connection]
url = "{url}"
{connection}
[[lanes]]
identity = "CP-1"
[profiles]
core = true
firmware_management = false
smart_charging = false
reservation = false
local_auth_list = false
remote_trigger = false
[tags]
valid = "VALID-1"
[timeouts]
connect_s = {connect_s}
message_s = 0.5
{more}
"""


@pytest.fixture
def sut_file(tmp_path: Path) -> Callable[..., str]:
    """Write a SUT file with one lane; gives its name."""

    def write(
        url: str = "ws://127.0.0.1:9/ocpp", *, connect_s: float = 20, connection: str = "", more: str = ""
    ) -> str:
        text = SUT.format(url=url, connection=connection, connect_s=connect_s, more=more)
        (tmp_path / "sut.toml").write_text(text)
        return "sut.toml"

    return write


def test_a_server_that_never_answers_the_handshake(precheck: Callable[..., Said], sut_file: Callable[..., str]) -> None:
    with server(silent) as port:
        said = precheck("--sut", sut_file(f"ws://127.0.0.1:{port}/ocpp", connect_s=0.5), *ONE)

    sentence = (
        f"ws://127.0.0.1:{port}/ocpp/CP-1: the server did not complete the handshake in time; "
        "check host, port and firewall"
    )
    assert (said.code, said.sentence) == (3, sentence)
    assert said.seen == ("INCONCLUSIVE", f"not run: {sentence}", True)


BOOT = '{"status":"Accepted","currentTime":"2026-11-21T10:00:00Z","interval":300}'
STRAY = "nothing arrived in 0.5 s that answers it; what did arrive: "
CAME = "nothing that came in 0.5 s answers BootNotification; what did come: "
BOOTS: dict[str, tuple[Any, str, str, str]] = {
    "never": (Never, "nothing was answered to BootNotification in 0.5 s", "RPC-13", "nothing arrived in 0.5 s"),
    "another id": (
        Text(f'[3,"someone-else",{BOOT}]'),
        f"{CAME}no CALL with the id 'someone-else' was ever sent",
        "RPC-13",
        f"{STRAY}no CALL with the id 'someone-else' was ever sent",
    ),
    "a numeric id": (
        Text(f"[3,17,{BOOT}]"),
        f"{CAME}a CALLRESULT is [3, id, payload]; the id is a number, not a string",
        "RPC-13",
        f"{STRAY}a CALLRESULT is [3, id, payload]; the id is a number, not a string",
    ),
    "broken JSON": (
        Text('[3,"{id}",{"status":'),
        "BootNotification was answered with what is no message: the text is no JSON: Input data was truncated",
        "RPC-01",
        "the text is no JSON: Input data was truncated",
    ),
    "a binary frame": (
        Octets(b"[3]"),
        f"{CAME}the message came as a binary WebSocket frame, not as text",
        "RPC-13",
        f"{STRAY}the message came as a binary WebSocket frame, not as text",
    ),
    "20 MB": (
        Octets(b"x" * 20_000_000),
        "a message came that is too big to be read (frame with 20000000 bytes exceeds limit of 1048576 bytes), so "
        "plugproof closed the connection, before BootNotification was answered",
        "RPC-13",
        "a message came that is too big to be read (frame with 20000000 bytes exceeds limit of 1048576 bytes), so "
        "plugproof closed the connection",
    ),
    "hangs up": (
        Hangup(1008, "who are you"),
        "the connection was closed by the other side (1008, who are you), before BootNotification was answered",
        "RPC-13",
        "the connection was closed by the other side (1008, who are you)",
    ),
    "a CALLERROR": (
        OcppError("InternalError", "database is down"),
        "BootNotification was answered with CALLERROR InternalError: database is down",
        "RPC-00",
        "CALLERROR InternalError: database is down",
    ),
}


@pytest.mark.parametrize("name", BOOTS)
def test_a_boot_that_is_not_answered_as_it_should_be_is_judged(
    precheck: Callable[..., Said], sut_file: Callable[..., str], scripted: ScriptedSut, name: str
) -> None:
    answer, told, rule, actual = BOOTS[name]
    scripted.answers["BootNotification"] = answer
    said = precheck("--sut", sut_file(scripted.url), *ONE)

    assert (said.code, said.sentence) == (1, f"{scripted.url}, CP-1: {told}")
    assert said.only["verdict"] == "FAIL"
    assert (said.only["failure"]["rule"], said.only["failure"]["actual"]) == (rule, actual)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (r'"\ud800"', "it has an escaped surrogate that stands alone"),
        ("1e400", "it has a number that is too large"),
        ("[" * 2000 + "]" * 2000, "it is nested too deeply"),
    ],
    ids=["lone surrogate", "number", "depth"],
)
def test_an_answer_that_only_our_parser_refuses_is_no_fail(
    precheck: Callable[..., Said], sut_file: Callable[..., str], scripted: ScriptedSut, status: str, why: str
) -> None:
    scripted.answers["BootNotification"] = Text('[3,"{id}",{"status":' + status + "}]")
    said = precheck("--sut", sut_file(scripted.url), *ONE)

    told = f"BootNotification was answered, and the text is JSON and cannot be read here: {why}"
    assert said.seen[:2] == ("ERROR", told)


def test_tls_to_a_plain_port(precheck: Callable[..., Said], sut_file: Callable[..., str]) -> None:
    with server(plain) as port:
        said = precheck("--sut", sut_file(f"wss://127.0.0.1:{port}/ocpp"), *ONE)

    assert (said.code, said.sentence) == (
        3,
        f"wss://127.0.0.1:{port}/ocpp does not let CP-1 in: TLS failed, what the port answers is no TLS "
        "(wrong version number); is its address ws://?",
    )
    assert said.only["failure"]["frame"]["text"].startswith("TLS failed")


def test_a_certificate_that_is_not_trusted(
    precheck: Callable[..., Said], sut_file: Callable[..., str], tmp_path: Path
) -> None:
    with server(silent, self_signed(tmp_path)) as port:
        url = f"wss://127.0.0.1:{port}/ocpp"
        said = precheck("--sut", sut_file(url), *ONE)

    untrusted = "TLS failed, the certificate of the CSMS is not trusted: self-signed certificate"
    hint = "; give the CA that signed it (connection.ca_file), or the name it was issued for"
    assert (said.code, said.sentence) == (3, f"{url} does not let CP-1 in: {untrusted}{hint}")
    assert said.seen[1] == f"the state connected was not reached: the station was not let in: {untrusted}"


def test_a_ca_file_that_is_no_certificate(
    precheck: Callable[..., Said], sut_file: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "root.pem").write_text("hello")
    said = precheck("--sut", sut_file("wss://127.0.0.1:9/ocpp", connection='ca_file = "root.pem"'), *ONE)

    assert said.code == 2
    assert said.sentence.startswith(f"{tmp_path / 'root.pem'}: no usable PEM file (")
    assert said.sentence.endswith("); correct the SUT file")
    assert "\n" not in said.sentence


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_an_unknown_key(precheck: Callable[..., Said], sut_file: Callable[..., str]) -> None:
    said = precheck("--sut", sut_file(connection="tiemout = 5"), *ONE)

    assert said.code == 2
    assert said.sentence.startswith("sut.toml: connection.tiemout ")
    assert "\n" not in said.sentence


def test_an_unknown_case_among_the_expected_failures(
    precheck: Callable[..., Said], sut_file: Callable[..., str]
) -> None:
    said = precheck("--sut", sut_file(more='[expected_failures]\nTC_0001_CSMS = "a reason"'), *ONE)

    assert (said.code, said.sentence) == (
        2,
        "sut.toml: expected_failures.TC_0001_CSMS is no case; did you mean TC_001_CSMS?",
    )


def test_too_few_lanes(precheck: Callable[..., Said], sut_file: Callable[..., str], scripted: ScriptedSut) -> None:
    said = precheck("--sut", sut_file(scripted.url), "-n", "3")

    assert (said.code, said.sentence) == (
        2,
        "sut.toml: worker 3 has no lane, because the file lists 1 [[lanes]]; "
        "run with -n 1 at most or add a [[lanes]] table per worker",
    )


def test_no_sut_file(precheck: Callable[..., Said]) -> None:
    said = precheck("--sut", "nowhere.toml")

    assert (said.code, said.sentence) == (
        2,
        "nowhere.toml: there is no such file; `plugproof init nowhere.toml` writes one",
    )


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--case", "TC_0001_CSMS"], "--case TC_0001_CSMS is no case; did you mean TC_001_CSMS?"),
        (["--case", "nonsense"], "--case nonsense is no case; `plugproof list` shows the ids"),
        (
            ["--profile", "nonsense"],
            "--profile nonsense is no profile; there are: Core, Firmware Management, Local Authorization List "
            "Management, Reservation, Smart Charging, Remote Trigger, Advanced Security, Performance, OCPP-J 1.6 rules",
        ),
        (["--profile", "Smart Chargin"], "--profile Smart Chargin is no profile; did you mean Smart Charging?"),
        (
            ["--case", "TC_001_CSMS", "--profile", "Performance"],
            "no case for a csms was selected; `plugproof list` shows what there is",
        ),
        (
            ["--fault", "boot-pendin"],
            "--fault boot-pendin is no fault; did you mean boot-pending? `plugproof csms --list-faults` shows them all",
        ),
        (
            ["--fault", "boot-pending", "--csms", "ws://127.0.0.1:9/ocpp"],
            "--fault breaks the embedded reference CSMS only; leave out --csms and --sut",
        ),
        (
            ["--csms", "ws://127.0.0.1:9/ocpp", "--sut", "sut.toml"],
            "--csms and --sut exclude each other: the SUT file names the address",
        ),
        (["--role", "csmss"], "--role is csms or charge-point, not csmss"),
    ],
)
def test_options_that_do_not_fit(precheck: Callable[..., Said], arguments: list[str], sentence: str) -> None:
    said = precheck(*arguments)

    assert (said.code, said.sentence) == (2, sentence)


def test_an_option_that_does_not_exist(precheck: Callable[..., Said]) -> None:
    said = precheck("--nonsense")

    assert said.code == 2
    assert "no such option: --nonsense" in said.err


def test_an_output_folder_that_cannot_be_made(precheck: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out, problem in (("file", "File exists"), ("file/out", "Not a directory")):
        said = precheck("--out", out)
        assert (said.code, said.sentence) == (2, f"--out {out} cannot be made ({problem}); choose another folder")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to, not even root")
def test_an_output_folder_that_cannot_be_written_to(precheck: Callable[..., Said]) -> None:
    said = precheck("--out", "/proc/self")

    assert said.code == 2
    assert said.sentence.startswith("--out /proc/self cannot be written to (")
    assert said.sentence.endswith("); choose another folder")
