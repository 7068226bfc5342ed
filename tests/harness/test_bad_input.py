"""The command line with what people get wrong (exit code 2), and a world that is not there (3): one sentence."""

import asyncio
import contextlib
import datetime
import ipaddress
import os
import re
import socket
import ssl
import subprocess
import sys
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

from tests.harness.scripted_sut import Never, ScriptedSut

ONE = ("--case", "TC_001_CSMS")
FRESH = (
    "; plugproof came as PP-RUN-0001, and comes under a new identity for every case: let unknown stations in, "
    "name known ones in [[lanes]] of a SUT file, or have them made by [fixtures]"
)


class Said:
    """What a command printed and how it ended."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def sentence(self) -> str:
        """What stands on standard error, with the name of the run made equal; pytest begins its own with a word."""
        return re.sub(r"PP-\w{8}-", "PP-RUN-", re.sub(r"\A(ERROR|Unreachable): ", "", self.err.strip()))


@pytest.fixture
def precheck(tmp_path: Path) -> Callable[..., Said]:
    """Run `plugproof precheck` as a user does."""

    def run(*arguments: str) -> Said:
        command = [sys.executable, "-c", "from harness.cli import main; main()", "precheck", "--out", "out", *arguments]
        environment = {**os.environ, "COLUMNS": "200", "CI": "1", "NO_COLOR": "1"}
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60)
        assert "Traceback" not in done.stdout + done.stderr
        assert (tmp_path / "out" / "results.json").exists() == (done.returncode == 3)
        return Said(done)

    return run


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

    assert (said.code, said.sentence) == (
        3,
        f"ws://127.0.0.1:{port}/ocpp/PP-RUN-0001: the connection was refused; "
        "is the CSMS running, and is this its port?",
    )


def test_a_host_that_does_not_exist(precheck: Callable[..., Said]) -> None:
    said = precheck("--csms", "ws://csms.invalid:9000/ocpp", *ONE)

    assert said.code == 3
    # The resolver's own words are in the brackets.
    assert said.sentence.startswith("ws://csms.invalid:9000/ocpp/PP-RUN-0001: the server cannot be reached (")
    assert said.sentence.endswith("); check host and port")
    assert "\n" not in said.sentence


@pytest.mark.parametrize(
    ("handle", "problem"),
    [
        (
            answering("401 Unauthorized"),
            "the server asks for credentials (HTTP 401); give the station's auth_key",
        ),
        (
            answering("403 Forbidden"),
            "the server forbids the connection (HTTP 403); check the station's identity and credentials" + FRESH,
        ),
        (
            answering("404 Not Found"),
            "the server does not know the path or the identity (HTTP 404); register the station or check the path"
            + FRESH,
        ),
        (answering("200 OK"), "the server refused the upgrade with HTTP 200"),
        (answering("503 Busy"), "the server refused the upgrade with HTTP 503"),
    ],
    ids=["401", "403", "404", "200", "503"],
)
def test_a_server_that_refuses_the_upgrade(precheck: Callable[..., Said], handle: Any, problem: str) -> None:
    with server(handle) as port:
        said = precheck("--csms", f"ws://127.0.0.1:{port}/ocpp", *ONE)

    assert (said.code, said.sentence) == (3, f"ws://127.0.0.1:{port}/ocpp/PP-RUN-0001: {problem}")


def test_a_server_that_speaks_something_else(precheck: Callable[..., Said]) -> None:
    with server(rude) as port:
        said = precheck("--csms", f"ws://127.0.0.1:{port}/ocpp", *ONE)

    assert (said.code, said.sentence) == (
        3,
        f"ws://127.0.0.1:{port}/ocpp/PP-RUN-0001: the server does not answer as a WebSocket server "
        "(did not receive a valid HTTP response)",
    )


def test_a_server_without_the_subprotocol(precheck: Callable[..., Said]) -> None:
    with websocket_server() as port:
        said = precheck("--csms", f"ws://127.0.0.1:{port}/ocpp", *ONE)

    assert (said.code, said.sentence) == (
        3,
        f"ws://127.0.0.1:{port}/ocpp/PP-RUN-0001: the server agreed on no subprotocol, ocpp1.6 was offered",
    )


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

    assert (said.code, said.sentence) == (
        3,
        f"ws://127.0.0.1:{port}/ocpp/CP-1: the server did not complete the handshake in time; "
        "check host, port and firewall",
    )


def test_a_csms_that_accepts_and_never_answers(
    precheck: Callable[..., Said], sut_file: Callable[..., str], scripted: ScriptedSut
) -> None:
    scripted.answers["BootNotification"] = Never
    said = precheck("--sut", sut_file(scripted.url), *ONE)

    assert (said.code, said.sentence) == (
        3,
        f"{scripted.url}: BootNotification was not answered within 0.5 s; "
        "is this the OCPP 1.6J endpoint of the CSMS, or timeouts.message_s too short?",
    )


def test_a_csms_that_hangs_up_on_the_boot(
    precheck: Callable[..., Said], sut_file: Callable[..., str], scripted: ScriptedSut
) -> None:
    from tests.harness.scripted_sut import Hangup

    scripted.answers["BootNotification"] = Hangup(1008, "who are you")
    said = precheck("--sut", sut_file(scripted.url), *ONE)

    assert (said.code, said.sentence) == (
        3,
        f"{scripted.url}: the connection was closed by the other side (1008, who are you) "
        "during the first BootNotification; does it know CP-1?",
    )


def test_tls_to_a_plain_port(precheck: Callable[..., Said], sut_file: Callable[..., str]) -> None:
    with server(plain) as port:
        said = precheck("--sut", sut_file(f"wss://127.0.0.1:{port}/ocpp"), *ONE)

    assert said.code == 3
    # The word in brackets is that of the TLS library.
    assert said.sentence.startswith(f"wss://127.0.0.1:{port}/ocpp/CP-1: TLS failed (")
    assert said.sentence.endswith("); does the server speak TLS on this port?")
    assert "\n" not in said.sentence


def test_a_certificate_that_is_not_trusted(
    precheck: Callable[..., Said], sut_file: Callable[..., str], tmp_path: Path
) -> None:
    with server(silent, self_signed(tmp_path)) as port:
        url = f"wss://127.0.0.1:{port}/ocpp"
        said = precheck("--sut", sut_file(url), *ONE)

    assert (said.code, said.sentence) == (
        3,
        f"{url}/CP-1: the certificate of the server is not trusted (self-signed certificate); "
        "give the CA that signed it (ca_file) or the name it was issued for",
    )


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
            "Management, Reservation, Smart Charging, Remote Trigger, Advanced Security, Performance",
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
        (["--role", "csmss"], "--role is csms or charge_point, not csmss"),
    ],
)
def test_options_that_do_not_fit(precheck: Callable[..., Said], arguments: list[str], sentence: str) -> None:
    said = precheck(*arguments)

    assert (said.code, said.sentence) == (2, sentence)


def test_an_option_that_does_not_exist(precheck: Callable[..., Said]) -> None:
    said = precheck("--nonsense")

    assert said.code == 2
    assert "No such option: --nonsense" in said.err


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
