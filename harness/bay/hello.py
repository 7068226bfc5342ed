"""What a station shows in a TLS handshake, also in one that fails: its ClientHello, its certificate (RFC 5246, 8446).

A server is told the versions and suites that were agreed on. What a client has offered, and a certificate that was
turned down, are only in the messages themselves, which OpenSSL hands out one by one, already decrypted.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any, Final

import msgspec

from csms_core.pki.contexts import NO_TLS, Alerting

PAIRS: Final = ((0xC02B, 0xC02C), (0x009C, 0x009D))
"""Two pairs of suites; a station offers one of them whole (security white paper A00.FR.318)."""
SUITES: Final = {
    0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
    0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
}
UNFIT: Final = {
    0x0001: "TLS_RSA_WITH_NULL_MD5",
    0x0002: "TLS_RSA_WITH_NULL_SHA",
    0x0004: "TLS_RSA_WITH_RC4_128_MD5",
    0x0005: "TLS_RSA_WITH_RC4_128_SHA",
    0x0009: "TLS_RSA_WITH_DES_CBC_SHA",
    0x000A: "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    0x0018: "TLS_DH_anon_WITH_RC4_128_MD5",
    0x0034: "TLS_DH_anon_WITH_AES_128_CBC_SHA",
    0x003A: "TLS_DH_anon_WITH_AES_256_CBC_SHA",
    0x003B: "TLS_RSA_WITH_NULL_SHA256",
    0xC006: "TLS_ECDHE_ECDSA_WITH_NULL_SHA",
    0xC010: "TLS_ECDHE_RSA_WITH_NULL_SHA",
    0xC015: "TLS_ECDH_anon_WITH_NULL_SHA",
    0xC018: "TLS_ECDH_anon_WITH_AES_128_CBC_SHA",
    0xC019: "TLS_ECDH_anon_WITH_AES_256_CBC_SHA",
}
"""Suites without encryption, without a certificate, or with a cipher that is broken (A00.FR.319 to 322)."""
NEW_ENOUGH: Final = 0x0303
"""TLS 1.2 (A00.FR.312)."""
_VERSIONS: Final = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}
_TLS_1_3: Final = 0x0304
_HANDSHAKE, _CLIENT_HELLO, _CERTIFICATE, _SUPPORTED_VERSIONS = 22, 1, 11, 43
_HEADER: Final = 4  # of a handshake message: its kind and its length


class Hello(msgspec.Struct, frozen=True):
    """What a ClientHello offers, as the numbers of the wire."""

    versions: tuple[int, ...]
    suites: tuple[int, ...]

    def __str__(self) -> str:
        suites = ", ".join(SUITES.get(number, f"0x{number:04X}") for number in self.suites)
        return f"{self.version_names} offered; suites {suites}"

    @property
    def version_names(self) -> str:
        """The versions in words; what is no version is there to keep servers awake (RFC 8701)."""
        return ", ".join(_VERSIONS[number] for number in sorted(self.versions) if number in _VERSIONS) or "no version"


class Shown(Alerting):
    """One connection of the server. It keeps what the client shows, and tells of a handshake that fails."""

    hello: Hello | None = None
    certificate: bytes | None = None
    _is_told = False

    def do_handshake(self) -> None:
        """Go on with the handshake."""
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if self._failed is not None:
                self._tell(self._failed)
            raise
        except ssl.SSLError as error:
            self._tell(error)
            raise

    def _tell(self, error: ssl.SSLError) -> None:
        if not self._is_told and isinstance(self.context, LookingContext):
            self._is_told = True
            self.context.failed(self, why(error))


class LookingContext(ssl.SSLContext):
    """A server's context; ``begun`` is told of each ClientHello, ``failed`` of what did not end well, and why."""

    begun: Callable[[], object]
    failed: Callable[[Shown, str], object]

    @classmethod
    def made(cls) -> LookingContext:
        """One that looks at what comes, and has nothing loaded yet."""
        context = cls(ssl.PROTOCOL_TLS_SERVER)
        context.begun = lambda: None
        context.failed = lambda shown, why: None
        context.sslobject_class = Shown
        context._msg_callback = _look  # type: ignore[attr-defined]  # the only place where a turned-down one is seen
        return context


def why(error: ssl.SSLError) -> str:
    """Why a handshake failed, in a few words."""
    if error.reason in NO_TLS:
        return "what came is no TLS"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is turned down: {error.verify_message}"
    return (error.reason or str(error)).replace("_", " ").lower()


def _look(shown: Any, direction: str, version: int, content: int, kind: int, data: bytes) -> None:
    if direction != "read" or content != _HANDSHAKE or not isinstance(shown, Shown):
        return
    try:
        if kind == _CLIENT_HELLO:
            if isinstance(shown.context, LookingContext):
                shown.context.begun()
            shown.hello = hello(data[_HEADER:])
        elif kind == _CERTIFICATE:
            shown.certificate = _leaf(data[_HEADER:], version)
    except IndexError:  # cut short: OpenSSL says what it thinks of it
        pass


def hello(body: bytes) -> Hello:
    """Read a ClientHello without its header. Raises ``IndexError`` for one that ends too early."""
    legacy = int.from_bytes(body[:2], "big")
    suites, rest = _vector(body[34 + 1 + body[34] :], 2)
    _, rest = _vector(rest, 1)  # compression methods
    versions: tuple[int, ...] = (legacy,)
    extensions = _vector(rest, 2)[0] if rest else b""
    while extensions:
        kind = int.from_bytes(extensions[:2], "big")
        content, extensions = _vector(extensions[2:], 2)
        if kind == _SUPPORTED_VERSIONS:
            versions = _numbers(_vector(content, 1)[0])
    return Hello(versions, _numbers(suites))


def _leaf(body: bytes, version: int) -> bytes | None:
    """The first certificate of a message Certificate; before TLS 1.3 it has no context in front."""
    if version >= _TLS_1_3:
        _, body = _vector(body, 1)
    chain, _ = _vector(body, 3)
    return _vector(chain, 3)[0] if chain else None


def _vector(data: bytes, size: int) -> tuple[bytes, bytes]:
    """What has its length in front, in so many octets; and what comes after it."""
    if len(data) < size:
        raise IndexError
    end = size + int.from_bytes(data[:size], "big")
    if len(data) < end:
        raise IndexError
    return data[size:end], data[end:]


def _numbers(octets: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(octets[at : at + 2], "big") for at in range(0, len(octets), 2))
