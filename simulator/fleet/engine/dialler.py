"""How the stations of a fleet connect: `simulator.wire.dialing.Connect` on picows (RFC 6455, OCPP-J §3)."""

from __future__ import annotations

import asyncio
import logging
import ssl as ssl_module
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import picows
from multidict import CIMultiDict
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.http11 import Response

from ocppj.errors import ConnectFailed, ConnectionClosed
from ocppj.evidence.trace import Trace
from ocppj.peers.base import MAX_FRAME_BYTES
from ocppj.peers.handshake import connect_failed, handshake_options, no_subprotocol, station_url
from ocppj.protocol import Protocol
from ocppj.rules.handshake import Handshake
from ocppj.session.session import Memory, Seen, Session
from simulator.fleet.counting.standing import Standing
from simulator.fleet.counting.tally import Tally
from simulator.fleet.engine.line import FleetLine
from simulator.fleet.engine.sources import sockets_from
from simulator.kernel.clock import Clock

READ_BUFFER: Final = 2048
"""Bytes, the fewest that picows takes; it grows when a longer frame comes."""

KEPT_FINDINGS: Final = 8
"""Broken rules a connection keeps of itself: the tally counts them all."""

_FORGOTTEN: Final = CIMultiDict[str]()
"""Of a handshake that was judged: nobody asks for its headers any more, and they are 2 KiB a connection."""

_quiet = logging.getLogger("plugproof.fleet.picows")
_quiet.setLevel(logging.CRITICAL)  # picows tells every connection and every frame that is none, the tally counts them


class Dialler:
    """Makes the connections of one fleet; `connect` is the seam of `Station`."""

    def __init__(self, tally: Tally, clock: Clock, open_timeout: float = 10.0) -> None:
        self._tally = tally
        self._clock = clock
        self.open_timeout = open_timeout  # seconds an opening handshake may take
        self._endings: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait until the last word about all connections is heard."""
        await asyncio.gather(*self._endings)

    async def connect(
        self,
        url: str,
        identity: str,
        *,
        protocol: Protocol,
        on_call: Callable[[Seen], Awaitable[None]],
        on_closed: Callable[[ConnectionClosed], None],
        memory: Memory | None = None,
        ssl: ssl_module.SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
        basic_auth: tuple[str, bytes] | None = None,
        trace: Trace | None = None,
        observer: Callable[[Seen], None] | None = None,
        standing: Standing | None = None,
        is_checked: bool = True,
        source: str | None = None,
    ) -> FleetLine:
        """Connect one station, and keep its `standing`. `observer` is shown every frame. Raises `ConnectFailed`.

        `is_checked`: its frames are held against all rules, and not only against the schemas. `source` is the address
        of this machine that it connects from, None: as the system chooses.
        """
        self._tally.attempts += 1
        session = Session(
            "station", protocol, trace=trace, memory=memory, max_findings=KEPT_FINDINGS, is_judged=is_checked
        )
        line = FleetLine(session, self._tally, self._clock, on_call, on_closed, observer)
        line.endings = self._endings
        if standing is not None:
            line.account.standing = standing
        standing = line.account.standing
        try:
            await self._open(line, station_url(url, identity), protocol, ssl, headers, basic_auth, source)
        except ConnectFailed as error:
            if standing.is_stranger and error.status is not None:  # as it should be
                self._tally.attempts -= 1
                self._tally.turned_away += 1
            else:
                reason = str(error).removeprefix(error.url).removeprefix(": ")
                self._tally.failed_to_connect(reason, is_ours=error.is_ours)
            standing.is_cut_off = True
            raise
        self._tally.connected += 1
        standing.connected = standing.is_connected = True
        standing.is_cut_off = False
        return line

    async def _open(
        self,
        line: FleetLine,
        address: str,
        protocol: Protocol,
        ssl: ssl_module.SSLContext | None,
        headers: Mapping[str, str] | None,
        basic_auth: tuple[str, bytes] | None,
        source: str | None,
    ) -> None:
        """The handshake."""
        options = handshake_options([protocol.subprotocol], ssl, headers, basic_auth, self.open_timeout)
        try:
            transport, _ = await picows.ws_connect(
                lambda: line,
                address,
                ssl_context=ssl,
                websocket_handshake_timeout=self.open_timeout,
                logger_name=_quiet,
                max_frame_size=MAX_FRAME_BYTES,
                extra_headers={
                    "Sec-WebSocket-Protocol": protocol.subprotocol,
                    "User-Agent": "plugproof",
                    **options["additional_headers"],
                },
                max_redirects=0,
                read_buffer_init_size=READ_BUFFER,
                socket_factory=None if source is None else sockets_from(source),
                use_aiofastnet=False,  # it makes Python sockets, which are not themselves where gevent has patched
            )
        except picows.WSHandshakeError as error:
            raise _handshake_failed(address, error, protocol.version) from error
        except (OSError, ValueError, picows.WSError) as error:
            raise connect_failed(address, error, protocol.version) from error
        response = transport.response
        if response is None:  # picows takes a connection that ended without a word for one that was made
            raise connect_failed(address, InvalidMessage("did not receive a valid HTTP response"), protocol.version)
        if response.headers.get("Sec-WebSocket-Protocol") != protocol.subprotocol:
            await line.close(1002, "no subprotocol")
            raise no_subprotocol(address, [protocol.subprotocol])
        if line.closed is not None:
            raise ConnectFailed(address, f"{line.closed} right after the handshake")
        line.subprotocol = protocol.subprotocol
        shaken = _handshake(transport, protocol.subprotocol)
        self._tally.broken(line.session.shake_hands(shaken), "handshake", "")
        transport.request.headers = response.headers = _FORGOTTEN
        line.ready()


def _handshake(transport: picows.WSTransport, subprotocol: str) -> Handshake:
    """The handshake as rules are shown it."""
    request, response = transport.request, transport.response
    return Handshake(
        request.path.decode("latin-1"), tuple(request.headers.items()), tuple(response.headers.items()), subprotocol
    )


def _handshake_failed(url: str, error: picows.WSHandshakeError, version: str) -> ConnectFailed:
    """The same sentences as with `websockets`, whose errors `connect_failed` knows."""
    response = error.response
    if isinstance(error, picows.WSInvalidStatusError) and response is not None:
        plain = Response(int(response.status), "", Headers())
        return connect_failed(url, InvalidStatus(plain), version)
    return connect_failed(url, InvalidHandshake(str(error)), version)
