"""The handshake of a station, for both peers: the address, what is offered (J §3), and the sentence when it fails."""

import base64
import errno
import logging
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import websockets.exceptions

from ocppj.errors import ConnectFailed
from ocppj.evidence.masking import mask
from ocppj.peers.base import MAX_FRAME_BYTES
from ocppj.rules.handshake import Handshake

CONNECT_ERRORS: Final = (OSError, websockets.exceptions.WebSocketException, ValueError)
"""What connecting can raise; errors of TLS and time-outs are among them, as kinds of OSError."""


def station_url(url: str, identity: str, segment: str | None = None) -> str:
    """The address a station connects to: endpoint, slash, percent-encoded identity (J §3.1.1).

    A query stays behind it: the identity is the last segment of the path. ``segment`` is that segment, where more is
    encoded than has to be.
    """
    path, mark, query = url.partition("?")
    return f"{path.rstrip('/')}/{quote(identity, safe='') if segment is None else segment}{mark}{query}"


def handshake_options(
    subprotocols: Sequence[str],
    tls: ssl.SSLContext | None,
    headers: Mapping[str, str] | None,
    basic_auth: tuple[str, bytes] | None,
    open_timeout: float,
) -> dict[str, Any]:
    """The arguments for ``connect`` of websockets, asyncio and sync alike; ``basic_auth`` is as in J §6.2."""
    all_headers = dict(headers or {})
    if basic_auth is not None:
        user, key = basic_auth
        all_headers["Authorization"] = "Basic " + base64.b64encode(user.encode() + b":" + key).decode()
    return {
        "subprotocols": list(subprotocols) or None,  # none offered is no header, not an empty one
        "ssl": tls,
        "additional_headers": all_headers,
        "open_timeout": open_timeout,
        "compression": None,
        "ping_interval": None,
        "max_size": MAX_FRAME_BYTES,
        "user_agent_header": "plugproof",
        "proxy": None,
    }


def seen_at(websocket: Any, suites: Sequence[int] = ()) -> Handshake:
    """The handshake of an open connection of ``websockets``, either end; ``suites`` are as in a ``Handshake``."""
    request, response = websocket.request, websocket.response
    return Handshake(
        request.path,
        tuple(request.headers.raw_items()),
        tuple(response.headers.raw_items()),
        websocket.subprotocol,
        tuple(suites),
    )


class _Masked(logging.Filter):
    """Takes passwords out of what is logged: websockets tells every header when its loggers are set to DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, without secrets."""
        message = record.getMessage()
        masked = mask(message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True


for _name in ("websockets.client", "websockets.server"):
    logging.getLogger(_name).addFilter(_Masked())


def no_subprotocol(url: str, offered: Sequence[str]) -> ConnectFailed:
    """The error for a server that went on without naming one of the subprotocols (J §3.2)."""
    return ConnectFailed(url, f"the server agreed on no subprotocol, {' or '.join(offered)} was offered")


def connect_failed(url: str, error: Exception, version: str) -> ConnectFailed:
    """The sentence for a handshake that failed with ``error``; ``version`` is that of OCPP that was to be spoken."""
    if isinstance(error, websockets.exceptions.InvalidStatus):
        status = error.response.status_code
        return ConnectFailed(url, _STATUS.get(status, f"the server refused the upgrade with HTTP {status}"), status)
    if isinstance(error, websockets.exceptions.NegotiationError):
        hint = f"is it an OCPP {version}J endpoint?"
        return ConnectFailed(url, f"the subprotocol could not be agreed on ({error}); {hint}")
    if isinstance(error, websockets.exceptions.InvalidURI):
        return ConnectFailed(url, "this is no WebSocket address; it begins with ws:// or wss://")
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "give the CA that signed it (ca_file) or the name it was issued for"
        return ConnectFailed(url, f"the certificate of the server is not trusted ({error.verify_message}); {hint}")
    if isinstance(error, ssl.SSLError):
        return ConnectFailed(
            url, f"TLS failed ({getattr(error, 'reason', None) or error}); does the server speak TLS on this port?"
        )
    if isinstance(error, TimeoutError):
        return ConnectFailed(url, "the server did not complete the handshake in time; check host, port and firewall")
    if isinstance(error, ConnectionRefusedError):
        return ConnectFailed(url, "the connection was refused; is the CSMS running, and is this its port?")
    if isinstance(error, websockets.exceptions.InvalidHandshake):
        return ConnectFailed(url, f"the server does not answer as a WebSocket server ({error})")
    if isinstance(error, OSError) and error.errno in _OURS:
        return ConnectFailed(url, _OURS[error.errno], is_ours=True)
    if isinstance(error, OSError):
        return ConnectFailed(url, f"the server cannot be reached ({error.strerror or error}); check host and port")
    return ConnectFailed(url, f"the connection failed ({error})")


_NO_FILE: Final = "this machine has no open file left for another connection; raise 'ulimit -n'"
_OURS: Final = {
    errno.EMFILE: _NO_FILE,
    errno.ENFILE: _NO_FILE,
    errno.EADDRNOTAVAIL: "this machine has no port left for another connection to this address",
    errno.ENOBUFS: "this machine has no memory left for another connection",
    errno.ENOMEM: "this machine has no memory left for another connection",
}
"""What this machine lacks, whatever the server would say."""
_STATUS = {
    401: "the server asks for credentials (HTTP 401); give the station's auth_key",
    403: "the server forbids the connection (HTTP 403); check the station's identity and credentials",
    404: "the server does not know the path or the identity (HTTP 404); register the station or check the path",
}
