"""Accepts stations, dials the CSMS for each, and lets them talk."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import partial
from time import monotonic_ns
from types import TracebackType
from typing import Any, Final, Self, cast

from csms_core.gateway import sockets
from csms_core.gateway.sockets import CannotListen
from harness.exit_codes import ExitCode
from harness.instruments.proxy.faults.tamper import Chosen, Tamper, UnknownFault, chosen
from harness.instruments.proxy.relay import tls
from harness.instruments.proxy.relay.outlet import MOST as MOST_WAITING
from harness.instruments.proxy.relay.outlet import SHARE, Outlet
from harness.instruments.proxy.relay.settings import Problem, Settings
from harness.instruments.proxy.relay.tap import Tap
from harness.instruments.proxy.relay.tunnel import Side, Tunnel
from harness.instruments.proxy.wire.opening import Changes, basic, read_request, rewritten
from harness.instruments.proxy.wire.records import (
    Closed,
    Faulted,
    Opened,
    Record,
    Requested,
    Unreached,
)
from ocppj.evidence.trace import Role

PATIENCE: Final = 30.0
"""Seconds that the CSMS has to take a connection, TLS included."""

MOST: Final = 20_000
"""Stations at a time; less where the process may have fewer files open. Whoever comes then is not let in."""


class Copies:
    """What is told to the judge, when the sockets have been written to: never in the middle of passing on."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Callable[[], None]] = []

    def later(self, tell: Callable[[], None]) -> None:
        """Call `tell` in the next turn of the loop, in the order of these calls."""
        if not self._waiting:
            self._loop.call_soon(self._tell)
        self._waiting.append(tell)

    def record(self, connection: int, record: Record) -> None:
        """Have a record put into the outlet."""
        self.later(partial(self._outlet.put, connection, record))

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()


class Connection:
    """What one tunnel tells."""

    def __init__(self, number: int, copies: Copies, outlet: Outlet, over: Callable[[int], None]) -> None:
        self._number = number
        self._copies = copies
        self._over = over
        self._taps: dict[Role, Tap] = {
            "station": Tap(outlet, number, "station", after_answer=False),
            "csms": Tap(outlet, number, "csms", after_answer=True),
        }

    def asked(self, head: bytes, changed: list[str], at: int) -> None:
        """The opening request has come."""
        self._copies.record(self._number, Requested(self._number, at, head, changed))

    def passed(self, sender: Role, data: bytes, at: int) -> None:
        """Bytes were passed on."""
        self._copies.later(partial(self._taps[sender].passed, data, at))

    def faulted(self, sender: Role, fault: str, at: int) -> None:
        """A fault was put in."""
        self._copies.record(self._number, Faulted(self._number, at, sender, fault))

    def unreached(self, sentence: str) -> None:
        """The CSMS could not be reached."""
        self._copies.record(self._number, Unreached(self._number, monotonic_ns(), sentence))

    def ended(self, by: str, reason: str, at: int) -> None:
        """Both sides have gone."""
        for tap in self._taps.values():
            self._copies.later(partial(tap.end, at))
        self._copies.record(self._number, Closed(self._number, at, by, reason))
        self._over(self._number)


class Relay:
    """The proxy without its judge; a context manager that listens."""

    def __init__(self, settings: Settings, pipe: int, *, most: int = MOST_WAITING, share: int = SHARE) -> None:
        """What passes is told to `pipe`, a file descriptor; `most` bytes wait there at the most, of one connection
        `share`. Raises `Problem` for settings that cannot be."""
        self._settings = settings
        try:
            self._faults: list[Chosen] = [chosen(text) for text in settings.faults]
        except UnknownFault as error:
            raise Problem(ExitCode.USAGE, str(error)) from None
        self._serving = tls.serving(settings)
        self._dialling = tls.dialling(settings)
        self._changes = _changes(settings)
        self.outlet = Outlet(pipe, most, share)
        self._copies = Copies(self.outlet)
        self._tunnels: dict[int, Tunnel] = {}
        self._dials: dict[int, asyncio.Task[None]] = {}
        self._count = 0
        self._most = min(MOST, max(sockets.open_files() // 2 - 64, 1))
        self._server: asyncio.Server | None = None
        self._all_gone = asyncio.Event()
        self.port = 0

    async def __aenter__(self) -> Self:
        settings, loop = self._settings, asyncio.get_running_loop()
        try:
            await loop.getaddrinfo(settings.to.host, settings.to.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Problem(
                ExitCode.ERRORS, f"--to: the host {settings.to.host} cannot be looked up ({error.strerror}); check it"
            ) from None
        try:
            sock = sockets.listen(settings.host, settings.port, "--listen")
        except CannotListen as error:
            raise Problem(ExitCode.ERRORS, str(error)) from None
        self.port = sock.getsockname()[1]
        self._server = await loop.create_server(self._arrival, sock=sock, ssl=self._serving)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for dial in list(self._dials.values()):
            dial.cancel()
        for tunnel in list(self._tunnels.values()):
            tunnel.cut()
        if self._tunnels:
            await self._all_gone.wait()
        await asyncio.sleep(0)  # what was told in this turn leaves in the next
        await self.outlet.emptied()

    def _arrival(self) -> asyncio.Protocol:
        return _Arrival(self)

    def admit(self, transport: asyncio.Transport) -> Side | None:
        """The station's side of a new tunnel; None: there are too many."""
        if len(self._tunnels) >= self._most:
            return None
        self._count = number = self._count + 1
        connection = Connection(number, self._copies, self.outlet, self._over)
        rewrite = partial(rewritten, changes=self._changes)
        tunnel = Tunnel(connection, rewrite, self._tamper if self._faults else None)
        self._tunnels[number] = tunnel
        opened = Opened(number, monotonic_ns(), _address(transport), _protection(transport))
        self._copies.record(number, opened)
        self._dials[number] = asyncio.get_running_loop().create_task(self._dial(number, tunnel, connection))
        return tunnel.station

    async def _dial(self, number: int, tunnel: Tunnel, connection: Connection) -> None:
        to = self._settings.to
        within_tls: dict[str, Any] = {"ssl": self._dialling, "server_hostname": to.host} if self._dialling else {}
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.get_running_loop().create_connection(lambda: tunnel.csms, to.host, to.port, **within_tls)
        except OSError as error:  # errors of TLS and time-outs are kinds of it
            sentence = _why(error, to.url)
            connection.unreached(sentence)
            tunnel.refuse(sentence)
        finally:
            self._dials.pop(number, None)

    def _tamper(self, head: bytes) -> Tamper:
        request = read_request(head)
        identity = "" if request is None else request.identity
        settings = self._settings
        return Tamper(self._faults, share=settings.share, delay=settings.delay, seed=f"{settings.seed} {identity}")

    def _over(self, number: int) -> None:
        self._tunnels.pop(number, None)
        dial = self._dials.pop(number, None)
        if dial is not None:
            dial.cancel()
        if not self._tunnels:
            self._all_gone.set()


class _Arrival(asyncio.Protocol):
    """A connection until it has its tunnel."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has come."""
        found = cast("asyncio.Transport", transport)  # that of uvloop is none by its class
        side = self._relay.admit(found)
        if side is None:
            found.abort()
            return
        found.set_protocol(side)
        side.connection_made(found)


def _changes(settings: Settings) -> Changes:
    authorization = basic(settings.user, settings.password or "") if settings.user is not None else ""
    return Changes(
        path=settings.to.path,
        query=settings.to.query,
        host="" if settings.keep_host else settings.to.authority,
        authorization=authorization,
        compression=not settings.faults,  # a fault is put into text
    )


def _address(transport: asyncio.Transport) -> str:
    name = transport.get_extra_info("peername")
    return f"{name[0]}:{name[1]}" if isinstance(name, tuple) else ""


def _protection(transport: asyncio.Transport) -> str:
    found = transport.get_extra_info("ssl_object")
    if found is None:
        return ""
    suite = found.cipher()
    return f"{found.version()}, {suite[0] if suite else 'no suite'}"


def _why(error: OSError, url: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{url}: the certificate of the CSMS is not trusted ({error.verify_message}); give its root with --ca"
    if isinstance(error, ssl.SSLError):
        return f"{url}: TLS failed ({error.reason or error}); does the CSMS speak TLS here, or want a certificate?"
    if isinstance(error, TimeoutError):
        return f"{url}: the CSMS did not take the connection within {PATIENCE:g} s; check host, port and firewall"
    if isinstance(error, ConnectionRefusedError):
        return f"{url}: the connection was refused; is the CSMS running, and is this its port?"
    return f"{url}: the CSMS cannot be reached ({error.strerror or error}); check --to"
