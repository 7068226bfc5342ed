"""An opening handshake with its evidence: what was offered and what came back, TLS and HTTP, goes into the trace.

``open_websocket`` gives an open connection or raises ``Refused`` (somebody answered, and the station was not let in, in
whatever way) or ``Unreachable`` (nobody answered at all). ``secure`` goes no further than TLS.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic_ns
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import websockets.exceptions
from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.http11 import Request

from harness.case.verdicts import Unreachable
from harness.peers.tls import Hello, context_of
from harness.pki import Credentials, facts
from harness.sut import Link
from ocppj.evidence.masking import MASK
from ocppj.evidence.trace import Trace
from ocppj.peers.handshake import connect_failed, handshake_options, station_url
from ocppj.protocol import Protocol

_ALERT: Final = re.compile(r"ALERT_(\w+)")
_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_MAX_BODY: Final = 200
_MAX_FIRST: Final = 200
"""Octets of an answer that are kept to say what it was when it is no HTTP."""
_TLS_RECORDS: Final = (b"\x15\x03", b"\x16\x03")
"""How an alert and a handshake message of TLS begin (RFC 8446 §5.1)."""
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.\d (\d{3})[^\r\n]*")
_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"})
"""OpenSSL's reasons for octets that are no record of TLS."""
_VERSIONS: Final = {"TLSv1.3": "TLS 1.3", "TLSv1.2": "TLS 1.2", "TLSv1.1": "TLS 1.1", "TLSv1": "TLS 1.0"}


class Manner(msgspec.Struct, frozen=True):
    """How a station asks for the upgrade where it is not the ordinary way.

    ``segment`` is the last part of its path as it is written, ``compresses``: it offers permessage-deflate (RFC 7692).
    """

    segment: str | None = None
    compresses: bool = False


ORDINARY: Final = Manner()


class Refused(Exception):
    """The CSMS turned the station away; the text says how.

    ``seq`` is the entry of the trace that shows it, ``status`` the HTTP status if it was that. ``by_station``: it was
    this side that could not go on, because of what the CSMS showed or answered.
    """

    def __init__(self, sentence: str, seq: int | None, *, by_station: bool = False, status: int | None = None) -> None:
        super().__init__(sentence)
        self.seq = seq
        self.by_station = by_station
        self.status = status


class Shown(msgspec.Struct, frozen=True):
    """What the CSMS answered to an opening handshake, as members a case can look at, and the entry that has it."""

    seq: int
    members: dict[str, Any]


class Evidence:
    """Writes the messages of one handshake into the trace, credentials masked."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self.last: int | None = None
        self.lost: Exception | None = None
        self.response: Any = None
        self.first = b""

    def hello(self, host: str, hello: Hello, credentials: Credentials | None) -> None:
        """The station begins TLS."""
        mine = f"client certificate {facts(credentials.certificate)}" if credentials else "no client certificate"
        self._add("station->csms", "TLS ClientHello", hello.text, mine, f"server name {host}")

    def secured(self, tls: ssl.SSLObject) -> dict[str, Any]:
        """TLS is up; gives what was agreed on and the certificate of the CSMS."""
        name, _, _ = tls.cipher() or ("none", "", 0)
        version = _VERSIONS.get(tls.version() or "", tls.version() or "")
        der = tls.getpeercert(binary_form=True) or b""
        try:
            shown = facts(der)
        except ValueError as error:
            self._add("csms->station", version, name, f"a certificate that cannot be read ({error})")
            return {"version": version, "suite": name}
        self._add("csms->station", version, name, f"certificate {shown}")
        return {"version": version, "suite": name, "certificate": msgspec.structs.asdict(shown)}

    def failed(self, error: BaseException) -> Refused:
        """TLS came to nothing."""
        sentence = _tls_sentence(error)
        ended = not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLEOFError)
        by_csms = ended or _alert(error) is not None
        self._add("csms->station" if by_csms else "station->csms", "TLS failed", sentence)
        return Refused(f"TLS failed, {sentence}", self.last, by_station=not by_csms)

    def requested(self, path: str, headers: Headers) -> None:
        """The station asks for the upgrade."""
        self._add("station->csms", f"GET {path} HTTP/1.1", *_lines(headers))

    def answered(self, response: Any) -> None:
        """The CSMS answers over HTTP."""
        self.response = response
        status = f"HTTP/1.1 {response.status_code} {response.reason_phrase}{_said(response)}"
        self._add("csms->station", status, *_lines(response.headers))

    def ended(self, sentence: str) -> None:
        """The connection ended without an answer."""
        self._add("csms->station", sentence)

    def _add(self, direction: Any, *lines: str) -> None:
        self.last = self._trace.add_handshake(direction, "\n".join(lines), monotonic_ns())


class _Watched(ClientConnection):
    """A connection of ``websockets`` that shows its handshake to ``evidence``."""

    def __init__(self, evidence: Evidence, protocol: ClientProtocol, **options: Any) -> None:
        super().__init__(protocol, **options)
        self._evidence = evidence
        send = protocol.send_request

        def shown(request: Request) -> None:
            """A handshake has its time and its place among the entries when it begins, not when it is over."""
            evidence.requested(request.path, request.headers)
            send(request)

        protocol.send_request = shown  # type: ignore[method-assign]

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            self._evidence.secured(tls)

    def data_received(self, data: bytes) -> None:
        if len(self._evidence.first) < _MAX_FIRST:
            self._evidence.first += data[:_MAX_FIRST]
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._evidence.lost = exc
        super().connection_lost(exc)

    async def handshake(self, *args: Any, **options: Any) -> None:
        try:
            await super().handshake(*args, **options)
        finally:
            if self.response is not None:
                self._evidence.answered(self.response)


class _Directly(connect):
    """The way to the address that was given and to no other: a redirect is an answer that a case can be shown."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def open_websocket(
    link: Link,
    trace: Trace,
    *,
    protocol: Protocol,
    credentials: Credentials | None,
    subprotocols: Sequence[str] | None = None,
    authenticated: bool = True,
    seconds: float,
    manner: Manner = ORDINARY,
) -> tuple[ClientConnection, Shown]:
    """Connect as the station of ``link``; ``authenticated``: with user name and password where the profile has them.

    ``subprotocols`` are offered; None: that of ``protocol``.

    Raises ``Refused`` and ``Unreachable``, and ``HarnessError`` for a file of certificates that cannot be used.
    """
    evidence = Evidence(trace)
    offered = (protocol.subprotocol,) if subprotocols is None else subprotocols
    context = context_of(link, credentials)
    address = station_url(link.url, link.identity, manner.segment)
    options = handshake_options(offered, context, None, link.basic_auth if authenticated else None, seconds)
    options["compression"] = "deflate" if manner.compresses else None
    factory: Any = lambda protocol, **more: _Watched(evidence, protocol, **more)  # noqa: E731
    if context is not None:
        evidence.hello(urlsplit(link.url).hostname or "", Hello(), credentials)
    try:
        websocket = await _Directly(address, create_connection=factory, **options)
    except websockets.exceptions.InvalidStatus as error:
        status = error.response.status_code
        raise Refused(_status_sentence(error.response), evidence.last, status=status) from None
    except (websockets.exceptions.NegotiationError, websockets.exceptions.InvalidHandshake) as error:
        if evidence.response is not None and evidence.response.status_code == 101:
            raise Refused(f"HTTP 101, but {error}", evidence.last, by_station=True) from None
        raise _no_answer(evidence) from None
    except (ssl.SSLError, ConnectionResetError, ConnectionAbortedError, EOFError) as error:
        raise (_no_answer(evidence) if context is None else evidence.failed(error)) from None
    except (OSError, ValueError, websockets.exceptions.WebSocketException) as error:
        raise Unreachable(str(connect_failed(address, error, protocol.version))) from None
    assert evidence.last is not None  # the answer was recorded
    members = {"status": 101, "subprotocol": websocket.subprotocol, **_header_members(evidence.response.headers)}
    return websocket, Shown(evidence.last, {name: value for name, value in members.items() if value is not None})


async def secure(
    link: Link, trace: Trace, hello: Hello, *, protocol: Protocol, credentials: Credentials | None, seconds: float
) -> Shown:
    """Set up TLS with what ``hello`` offers and end it again. Raises what ``open_websocket`` does."""
    evidence = Evidence(trace)
    address = urlsplit(link.url)
    host, port = address.hostname or "", address.port or 443
    context = context_of(link, credentials, hello)
    evidence.hello(host, hello, credentials)
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    except (ssl.SSLError, ConnectionResetError, ConnectionAbortedError, EOFError) as error:
        raise evidence.failed(error) from None
    except OSError as error:
        raise Unreachable(str(connect_failed(link.url, error, protocol.version))) from None
    members = evidence.secured(writer.get_extra_info("ssl_object"))
    assert evidence.last is not None  # it was just recorded
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return Shown(evidence.last, members)


def _no_answer(evidence: Evidence) -> Refused:
    """What came instead of an HTTP answer; with TLS 1.3 a client certificate is turned down so, too."""
    if isinstance(evidence.lost, ssl.SSLError):
        return evidence.failed(evidence.lost)
    if evidence.first.startswith(_TLS_RECORDS):
        sentence = "no HTTP answer: the port speaks TLS, so its address begins with wss:// and not with ws://"
    elif (line := _STATUS_LINE.match(evidence.first)) is not None:
        sentence = f"an answer that no WebSocket can be opened with: {_readable(line[0])}"
        evidence.ended(sentence)
        return Refused(sentence, evidence.last, status=int(line[1]))
    elif evidence.first:
        sentence = f"the answer is no HTTP: {_readable(evidence.first)}"
    else:
        sentence = "no HTTP answer, the connection was ended"
    evidence.ended(sentence)
    return Refused(sentence, evidence.last)


def _readable(octets: bytes) -> str:
    """The beginning of an answer that is no HTTP, as text on one line."""
    text = octets[:_MAX_FIRST].decode("utf-8", "replace")
    shown = "".join(letter if letter.isprintable() else "\N{MIDDLE DOT}" for letter in text.strip())
    return shown[:60] + ("\N{HORIZONTAL ELLIPSIS}" if len(shown) > 60 else "")


def _status_sentence(response: Any) -> str:
    """An answer other than 101; a redirect is named as one, because a station has one address and goes nowhere else."""
    status = response.status_code
    location = response.headers.get("Location")
    if 300 <= status < 400 and location is not None:
        return f"HTTP {status}, a redirect to {location}, which a station does not follow"
    return f"HTTP {status}{_said(response)}"


def _said(response: Any) -> str:
    """The beginning of the body of an answer, in brackets: many a CSMS gives its reason there."""
    text = " ".join((response.body or b"")[:_MAX_BODY].decode("utf-8", "replace").split())
    return f" ({text})" if text else ""


def _tls_sentence(error: BaseException) -> str:
    alert = _alert(error)
    if alert is not None:
        return f"alert {alert}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of the CSMS is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason in _NO_TLS:
        return f"what the port answers is no TLS ({error.reason.lower().replace('_', ' ')}); is its address ws://?"
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return (error.reason or str(error)).lower().replace("_", " ")
    return "the connection was ended without an alert"


def _alert(error: BaseException) -> str | None:
    found = _ALERT.search(getattr(error, "reason", None) or "")
    return found[1].lower() if found else None


def _lines(headers: Mapping[str, str]) -> list[str]:
    raw = headers.raw_items() if isinstance(headers, Headers) else headers.items()
    return [f"{name}: {_masked(name, value)}" for name, value in raw]


def _masked(name: str, value: str) -> str:
    if name.lower() not in _SECRET_HEADERS:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and name.lower() == "authorization" else MASK


def _header_members(headers: Headers) -> dict[str, str]:
    return {"Sec-WebSocket-Protocol": headers["Sec-WebSocket-Protocol"]} if "Sec-WebSocket-Protocol" in headers else {}
