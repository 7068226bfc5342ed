"""Why a handshake failed, as one sentence that names the address and what to look at; for both peers."""

import ssl

import websockets.exceptions

from ocppj.errors import ConnectFailed


def connect_failed(url: str, error: Exception) -> ConnectFailed:
    """The sentence for a handshake that failed with ``error``."""
    if isinstance(error, websockets.exceptions.InvalidStatus):
        status = error.response.status_code
        return ConnectFailed(url, _STATUS.get(status, f"the server refused the upgrade with HTTP {status}"), status)
    if isinstance(error, websockets.exceptions.NegotiationError):
        return ConnectFailed(url, f"the subprotocol could not be agreed on ({error}); is it an OCPP 1.6J endpoint?")
    if isinstance(error, websockets.exceptions.InvalidURI):
        return ConnectFailed(url, "this is no WebSocket address; it begins with ws:// or wss://")
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "give the CA that signed it (ca_file) or the name it was issued for"
        return ConnectFailed(url, f"the certificate of the server is not trusted ({error.verify_message}); {hint}")
    if isinstance(error, ssl.SSLError):
        return ConnectFailed(url, f"TLS failed ({error.reason or error}); does the server speak TLS on this port?")
    if isinstance(error, TimeoutError):
        return ConnectFailed(url, "the server did not complete the handshake in time; check host, port and firewall")
    if isinstance(error, ConnectionRefusedError):
        return ConnectFailed(url, "the connection was refused; is the CSMS running, and is this its port?")
    if isinstance(error, websockets.exceptions.InvalidHandshake):
        return ConnectFailed(url, f"the server does not answer as a WebSocket server ({error})")
    if isinstance(error, OSError):
        return ConnectFailed(url, f"the server cannot be reached ({error.strerror or error}); check host and port")
    return ConnectFailed(url, f"the connection failed ({error})")


_STATUS = {
    401: "the server asks for credentials (HTTP 401); give the station's auth_key",
    403: "the server forbids the connection (HTTP 403); check the station's identity and credentials",
    404: "the server does not know the path or the identity (HTTP 404); register the station or check the path",
}
