"""Who is let in (OCPP-J 1.6 §3.1, §6.2, security white paper A00): a station that is registered, known, and rested."""

import binascii
from base64 import b64decode
from hmac import compare_digest
from http import HTTPStatus
from ssl import SSLObject
from typing import Any
from urllib.parse import unquote

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.interop.depot.books import Books, Place


class Breather:
    """The pause between two connections of one identity, on a clock that is told."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._here: dict[str, int] = {}
        self._left: dict[str, float] = {}

    def is_rested(self, identity: str, at: float) -> bool:
        """Whether the identity has no connection, and has had none for long enough."""
        if not self._seconds:
            return True
        return not self._here.get(identity) and at - self._left.get(identity, float("-inf")) >= self._seconds

    def arrives(self, identity: str) -> None:
        """A connection of it begins."""
        self._here[identity] = self._here.get(identity, 0) + 1

    def leaves(self, identity: str, at: float) -> None:
        """One of its connections has ended."""
        self._here[identity] -= 1
        self._left[identity] = at


def identity_of(request: Request) -> str:
    """The last part of the path, decoded."""
    return unquote(request.path.partition("?")[0].rpartition("/")[2])


class Door:
    """The check of opening handshakes at the listener of one security profile."""

    def __init__(self, books: Books, profile: int) -> None:
        self._books = books
        self._profile = profile

    def refuses(self, connection: ServerConnection, request: Request) -> Response | None:
        """The answer to a station that is not let in, None for one that is. A rise that was ordered is done now."""
        place = self._books.places.get(identity_of(request))
        if place is None:
            return connection.respond(HTTPStatus.NOT_FOUND, "This station is not registered here.\n")
        if self._profile < place.lowest_profile or not self._is_known(connection, request, place):
            answer = connection.respond(HTTPStatus.UNAUTHORIZED, "Say who you are.\n")
            answer.headers["WWW-Authenticate"] = 'Basic realm="depot"'
            return answer
        if self._profile == place.rises_to:
            place.lowest_profile, place.rises_to = self._profile, 0
        return None

    def _is_known(self, connection: ServerConnection, request: Request, place: Place) -> bool:
        if self._profile == 3:
            return _common_name(connection) == place.identity
        if self._profile == 0:
            return True
        name, password = _credentials(request)
        right = place.password is not None and compare_digest(password, place.password)
        return right and name == place.identity.encode()


def _credentials(request: Request) -> tuple[bytes, bytes]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return b"", b""
    try:
        name, _, password = b64decode(encoded, validate=True).partition(b":")
    except binascii.Error:
        return b"", b""
    return name, password


def _common_name(connection: ServerConnection) -> str | None:
    tls = connection.transport.get_extra_info("ssl_object")
    found = tls.getpeercert() if isinstance(tls, SSLObject) else None
    subject: Any = (found or {}).get("subject", ())
    return next((value for group in subject for key, value in group if key == "commonName"), None)
