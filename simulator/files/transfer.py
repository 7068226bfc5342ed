"""Files to and from the CSMS: HTTP, HTTPS, FTP and FTPS (1.6 §5.9, §5.19; white paper N01, L01; rule CFG-09).

A location to leave a file at is a folder, so the name is appended; one with a query is taken for the address of the
file itself, as stores of signed URLs hand them out. A server that knows no PUT gets the file as a form, by POST.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit
from weakref import WeakKeyDictionary

from ocppj.evidence.outside import shown
from simulator.files.failure import LONGEST, LONGEST_REASON, SILENCE, Problem, TransferFailed

if TYPE_CHECKING:  # large, as aioftp is, and a station that moves no file needs neither
    from collections.abc import Awaitable, Callable

    import httpx

    _HttpWork = Callable[[httpx.AsyncClient], Awaitable[None]]
    _Take = Callable[[bytes], None]

PROTOCOLS = ("FTP", "FTPS", "HTTP", "HTTPS")

MAX_FILE = 64 * 1024 * 1024
"""Bytes of a file that is fetched."""

AT_ONCE = 24
"""Transfers of one process at the same time. The others wait, so that a fleet whose stations all fetch a file keeps
open files for its connections."""

MOST_REDIRECTS = 5

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

_NO_PUT = (404, 405, 501)
_UNPACKED = {"Accept-Encoding": "identity"}
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


async def upload(location: str, name: str, content: bytes, tls: ssl.SSLContext) -> None:
    """Leave a file in the folder `location`. Raises `TransferFailed`."""
    address = _address(location)
    async with _turn():
        if address.scheme.startswith("ftp"):
            from simulator.files import ftp

            await ftp.store(address, name, content, tls)
        else:
            await _by_http(tls, lambda client: _put(client, location, name, content))


async def fetch(location: str, tls: ssl.SSLContext, take: Callable[[bytes], object]) -> None:
    """Fetch the file `location`, which is given to `take` block by block. Raises `TransferFailed`."""
    address = _address(location)
    length = 0

    def took(block: bytes) -> None:
        nonlocal length
        length += len(block)
        if length > MAX_FILE:
            raise TransferFailed("UploadFailure", f"the file has more than {MAX_FILE} bytes", hopeless=True)
        take(block)

    async with _turn():
        if address.scheme.startswith("ftp"):
            from simulator.files import ftp

            await ftp.retrieve(address, took, tls)
        else:
            await _by_http(tls, lambda client: _get(client, location, took))


async def download(location: str, tls: ssl.SSLContext) -> bytes:
    """Fetch a file as a whole. Raises `TransferFailed`."""
    got = bytearray()
    await fetch(location, tls, got.extend)
    return bytes(got)


def _turn() -> asyncio.Semaphore:
    """Held by each transfer of this event loop."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


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


# --- HTTP -------------------------------------------------------------------------------------------------------------


async def _by_http(tls: ssl.SSLContext, work: _HttpWork) -> None:
    import httpx

    try:
        async with (
            asyncio.timeout(LONGEST),
            httpx.AsyncClient(verify=tls, timeout=SILENCE, trust_env=False, headers=_UNPACKED) as client,
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
    response = await _send(client, client.build_request("PUT", target, content=content))
    if response.status_code in _NO_PUT:
        form = client.build_request("POST", location, files={"file": (name, content, "text/plain")})
        response = await _send(client, form)
    _check(response)


async def _get(client: httpx.AsyncClient, location: str, take: _Take) -> None:
    _check(await _send(client, client.build_request("GET", location), take))


async def _send(client: httpx.AsyncClient, request: httpx.Request, take: _Take | None = None) -> httpx.Response:
    """The answer to a request, redirects followed; `take` is given the body of one that succeeds.

    Nothing else of a body is read, and nothing is unpacked: a few kilobytes may unpack to gigabytes.
    """
    for _ in range(MOST_REDIRECTS + 1):
        response = await client.send(request, stream=True)
        try:
            if response.next_request is None:
                if take is not None and response.is_success:
                    await _read(response, take)
                return response
            request = response.next_request
        finally:
            await response.aclose()
    raise TransferFailed("UploadFailure", f"the server led on to another address more than {MOST_REDIRECTS} times")


async def _read(response: httpx.Response, take: _Take) -> None:
    packed = response.headers.get("Content-Encoding", "identity")
    if packed.lower() != "identity":
        sentence = f"the server packed the file ({shown(packed, longest=LONGEST_REASON)}), which was not asked for"
        raise TransferFailed("UploadFailure", sentence, hopeless=True)
    async for block in response.aiter_raw():
        take(block)


def _check(response: httpx.Response) -> None:
    if not response.is_success:
        problem = _HTTP_PROBLEMS.get(response.status_code, "UploadFailure")
        reason = shown(response.reason_phrase, longest=LONGEST_REASON)
        raise TransferFailed(problem, f"the server answered {response.status_code} {reason}".rstrip())
