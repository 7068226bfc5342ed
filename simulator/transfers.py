"""Files to and from the CSMS: HTTP, HTTPS, FTP and FTPS (1.6 §5.9, §5.19; white paper N01, L01; rule CFG-09).

A location to leave a file at is a folder, so the name is appended; one with a query is taken for the address of the
file itself, as stores of signed URLs hand them out. A server that knows no PUT gets the file as a form, by POST.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Literal
from urllib.parse import SplitResult, quote, urlsplit

if TYPE_CHECKING:  # large, as aioftp is, and a station that moves no file needs neither
    from collections.abc import Awaitable, Callable

    import httpx

    _HttpWork = Callable[[httpx.AsyncClient], Awaitable[None]]

PROTOCOLS = ("FTP", "FTPS", "HTTP", "HTTPS")

MAX_FILE = 64 * 1024 * 1024
"""Bytes of a file that is fetched."""

SILENCE = 30.0
"""Seconds without a byte after which a transfer has failed."""

LONGEST = 600.0
"""Seconds a transfer may take."""

Problem = Literal["BadMessage", "NotSupportedOperation", "PermissionDenied", "UploadFailure"]
"""What a server made of an upload, in the words of LogStatusNotification."""

_NO_PUT = (404, 405, 501)
_HTTP_PROBLEMS: dict[int, Problem] = {
    400: "BadMessage",
    401: "PermissionDenied",
    403: "PermissionDenied",
    405: "NotSupportedOperation",
    407: "PermissionDenied",
    415: "NotSupportedOperation",
    422: "BadMessage",
    501: "NotSupportedOperation",
}


class TransferFailed(Exception):
    """A file was not moved; the text says why. `hopeless`: another try cannot end otherwise."""

    def __init__(self, problem: Problem, sentence: str, *, hopeless: bool = False) -> None:
        super().__init__(sentence)
        self.problem = problem
        self.hopeless = hopeless


async def upload(location: str, name: str, content: bytes, tls: ssl.SSLContext) -> None:
    """Leave a file in the folder `location`. Raises `TransferFailed`."""
    address = _address(location)
    if address.scheme.startswith("ftp"):
        from simulator import transfers_ftp

        await transfers_ftp.store(address, name, content, tls)
    else:
        await _by_http(tls, lambda client: _put(client, location, name, content))


async def download(location: str, tls: ssl.SSLContext) -> bytes:
    """Fetch the file `location`. Raises `TransferFailed`."""
    address = _address(location)
    got = bytearray()
    if address.scheme.startswith("ftp"):
        from simulator import transfers_ftp

        await transfers_ftp.retrieve(address, lambda block: _take(got, block), tls)
    else:
        await _by_http(tls, lambda client: _get(client, location, got))
    return bytes(got)


def _address(location: str) -> SplitResult:
    try:
        address = urlsplit(location)
        has_host = bool(address.hostname) and address.port != 0
    except ValueError:
        raise TransferFailed("BadMessage", f"{location} is no address", hopeless=True) from None
    if address.scheme.upper() not in PROTOCOLS:
        raise TransferFailed("NotSupportedOperation", f"{location} is none of {', '.join(PROTOCOLS)}", hopeless=True)
    if not has_host:
        raise TransferFailed("BadMessage", f"{location} names no server", hopeless=True)
    return address


def _take(got: bytearray, block: bytes) -> None:
    got += block
    if len(got) > MAX_FILE:
        raise TransferFailed("UploadFailure", f"the file has more than {MAX_FILE} bytes", hopeless=True)


# --- HTTP -------------------------------------------------------------------------------------------------------------


async def _by_http(tls: ssl.SSLContext, work: _HttpWork) -> None:
    import httpx

    try:
        async with (
            asyncio.timeout(LONGEST),
            httpx.AsyncClient(verify=tls, timeout=SILENCE, follow_redirects=True, trust_env=False) as client,
        ):
            await work(client)
    except httpx.InvalidURL as error:
        raise TransferFailed("BadMessage", str(error), hopeless=True) from None
    except (httpx.HTTPError, TimeoutError) as error:
        raise TransferFailed("UploadFailure", str(error) or type(error).__name__) from None


async def _put(client: httpx.AsyncClient, location: str, name: str, content: bytes) -> None:
    address = urlsplit(location)
    target = location
    if not address.query:
        target = address._replace(path=f"{address.path.rstrip('/')}/{quote(name)}", fragment="").geturl()
    response = await client.put(target, content=content)
    if response.status_code in _NO_PUT:
        response = await client.post(location, files={"file": (name, content, "text/plain")})
    _check(response)


async def _get(client: httpx.AsyncClient, location: str, got: bytearray) -> None:
    async with client.stream("GET", location) as response:
        _check(response)
        async for block in response.aiter_bytes():
            _take(got, block)


def _check(response: httpx.Response) -> None:
    if not response.is_success:
        problem = _HTTP_PROBLEMS.get(response.status_code, "UploadFailure")
        raise TransferFailed(problem, f"the server answered {response.status_code} {response.reason_phrase}")
