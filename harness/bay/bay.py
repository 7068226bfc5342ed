"""The bay of one worker: the ports that are open, the station that is connected, and who plays its CSMS just now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from harness.bay.hello import LookingContext
from harness.bay.knock import UNENCODED_SLASH, Knock
from harness.bay.listener import Listener, Refusal
from harness.pki import facts
from harness.sut import Lane, Sut
from harness.sut.reach import TLS_FROM
from harness.sut.tables.link import key_bytes
from ocppj.errors import ConnectionClosed
from ocppj.evidence.trace import Trace
from ocppj.frames import Call
from ocppj.peers.aio import Peer
from ocppj.peers.base import wall_of_system
from ocppj.peers.handshake import seen_at
from ocppj.session.session import Memory, Seen, Session
from ocppj.versions import protocol

BASIC_AUTH: Final = (1, 2)
"""The security profiles with HTTP Basic authentication."""
REPLACED: Final = "the same station has connected anew"


class Host(Protocol):
    """Who plays the CSMS: is shown what passes and answers it."""

    @property
    def trace(self) -> Trace: ...
    def arrived(self, peer: Peer, knock: Knock) -> None:
        """The station is connected."""

    def turned_away(self, knock: Knock, refusal: Refusal) -> None:
        """Somebody knocked who was not let in."""

    def misheard(self, problem: str) -> None:
        """Somebody connected and asked for no WebSocket that can be read."""

    def doubled(self, peer: Peer) -> None:
        """The station has connected although its former connection, this one, is open."""

    def observed(self, seen: Seen) -> None:
        """A frame has passed, in either direction."""

    async def called(self, seen: Seen) -> None:
        """A CALL of the station that can be processed wants its answer."""


class Bay:
    """What outlives the cases. ``host`` has to be set before anything can come in.

    ``identity`` is that of the station; None until it has come where the SUT file names none. ``has_booted`` and
    ``reported`` (connectors) are what it has said since it connected. ``only_lost``: it comes back without a boot, as
    only the network was lost; ``is_settled``: nothing that a boot brings is to be waited for. ``profile`` is the
    security profile that the station is in, and ``key`` its password; ``also`` is another one that does as well, while
    it is not known which of the two the station has. ``serials`` are the serial numbers that it has told.
    """

    host: Host

    def __init__(self, sut: Sut, lane: Lane, memory: Memory) -> None:
        self.sut = sut
        self.lane = lane
        self.memory = memory
        self.identity: str | None = lane.identity or None
        self.profile = sut.connection.security_profile
        self.key: bytes | None = None if lane.auth_key is None else key_bytes(lane.auth_key)
        self.also: bytes | None = None
        self.serials: set[str] = set()
        self.is_open = True
        self.has_booted = self.is_settled = False
        self.only_lost = False
        self.reported: set[int] = set()
        self.is_down: set[bool] = set()
        """The ports, without TLS and within it, that nobody seems to listen at."""
        self.refused: tuple[Knock, Refusal] | None = None
        """Who was turned away last."""
        self.peer: Peer | None = None
        self.knock: Knock | None = None
        self.changed: Callable[[], object] = lambda: None
        self.ports: dict[bool, int] = {}
        self._transactions = 0
        self._websocket: ServerConnection | None = None
        self._protocol = protocol(sut.version, sut.connection.errata)
        self.listener = Listener(
            self._protocol.subprotocol,
            gate=self._gate,
            welcome=self._welcome,
            turned_away=self._turned_away,
            unread=self._unread,
            trace=lambda: self.host.trace,
        )

    @property
    def is_connected(self) -> bool:
        """Whether the station is connected."""
        return self.peer is not None and not self.peer.is_closed

    def is_hosted(self, host: Host) -> None:
        """From now on what passes concerns this host."""
        self.host = host
        if self.peer is not None:
            self.peer.session.goes_on_in(host.trace)

    async def opens(self) -> None:
        """Open the port without TLS. Raises ``HarnessError``."""
        host, _, port = self.lane.listen.rpartition(":")
        self.ports[False] = await self.listener.opens(host.strip("[]"), int(port))
        self.listener.expects(self.profile)

    async def opens_tls(self, tls: LookingContext) -> None:
        """Open the port within TLS: the next one. Raises ``HarnessError``."""
        host, _, port = self.lane.listen.rpartition(":")
        self.ports[True] = await self.listener.opens(host.strip("[]"), int(port) + 1 if int(port) else 0, tls)
        self.listener.expects(self.profile)

    def next_transaction(self) -> int:
        """The id of a transaction that begins: another one each time."""
        self._transactions += 1
        return self._transactions

    def changes_to(self, profile: int, key: bytes | None) -> None:
        """From now on the station is expected in this security profile, with this password."""
        self.profile, self.key = profile, key
        self.listener.expects(profile)

    def url(self, profile: int) -> str:
        """The address that a station in this security profile is given; its identity comes behind it."""
        host = self.lane.listen.rpartition(":")[0]
        within = profile >= TLS_FROM
        return f"{'wss' if within else 'ws'}://{host}:{self.ports[within]}"

    async def drops(self) -> None:
        """End the connection without a word, as an outage does."""
        if self.peer is not None and not self.peer.is_closed:
            await self.peer.abort()

    async def closes(self) -> None:
        """Close all."""
        await self.listener.closes()

    # --- the door ----------------------------------------------------------------------------------------------------

    def _meant(self, knock: Knock) -> Knock:
        """An address may have a path of its own before the identity, which the station was given (OCPP-J §3.1.1)."""
        if self.identity and knock.identity.endswith(f"/{self.identity}"):
            path = knock.identity.removesuffix(self.identity)
            remark = f"the address has a path before the identity, /{path}"
            return msgspec.structs.replace(knock, identity=self.identity, remarks=(remark, *_others(knock)))
        return knock

    def _gate(self, knock: Knock) -> Refusal | None:
        refusal = self._refusal(self._meant(knock))
        if refusal is not None:
            self._turned_away(knock, refusal)
        return refusal

    def _turned_away(self, knock: Knock, refusal: Refusal) -> None:
        self.refused = knock, refusal
        self.host.turned_away(knock, refusal)
        self.changed()

    def _unread(self, problem: str) -> None:
        self.host.misheard(problem)
        self.changed()

    def _refusal(self, knock: Knock) -> Refusal | None:
        if not self.is_open:
            return Refusal(None, "the network is down")
        if (knock.version is not None) in self.is_down:
            return Refusal(None, "nobody listens at this port now")
        if not knock.identity:
            return Refusal(404, "the address does not end with the identity of a station")
        if self.identity is not None and knock.identity != self.identity:
            return Refusal(404, f"station {knock.identity} is not the one under test, which is {self.identity}")
        if knock.profile != self.profile:  # A00.FR.001 to 003: one profile, and no other
            came = f"with{'out' if knock.version is None else 'in'} TLS"
            return Refusal(403, f"it comes {came}, and is to come in security profile {self.profile}")
        if knock.profile in BASIC_AUTH:
            given = knock.credentials
            if given is None:
                return Refusal(401, "user name and password are missing")
            if given.user != knock.identity:
                return Refusal(401, f"the user name is {given.user}, not the identity")
            if self.key is not None and given.password not in (self.key, self.also):
                return Refusal(401, "the password is another one")
        return self._of_certificate(knock) if knock.profile == 3 else None

    def _of_certificate(self, knock: Knock) -> Refusal | None:
        """What is to be said against the client certificate of profile 3; TLS has verified its path (A00.FR.403 on).

        Its common name is the serial number of the station, which is not known before the first BootNotification, or
        the identity, where a station has no other number.
        """
        if knock.certificate is None:
            return Refusal(401, "the client certificate is missing")
        found = facts(knock.certificate)
        operator = self.sut.security.cpo_name
        if operator is not None and found.organization != operator:
            return Refusal(401, f"the client certificate names the operator {found.organization}, not {operator}")
        names = {knock.identity, *self.serials}
        if self.serials and found.commonName not in names:
            return Refusal(401, f"the client certificate is for {found.commonName}, not for {' or '.join(names)}")
        return None

    async def _welcome(self, websocket: ServerConnection, knock: Knock) -> None:
        knock = self._meant(knock)
        session = Session(
            "csms",
            self._protocol,
            trace=self.host.trace,
            memory=self.memory,
            wall=wall_of_system(self.sut.timeouts.deviation_s),
        )
        session.shake_hands(seen_at(websocket, () if knock.hello is None else knock.hello.suites))

        async def called(seen: Seen) -> None:
            if peer is self.peer:  # on a connection that was replaced nobody is left to be answered
                await self.host.called(seen)

        def observed(seen: Seen) -> None:
            if peer is self.peer or not isinstance(seen.frame, Call):  # an answer is waited for where it was asked
                self.host.observed(seen)

        peer = Peer(session, websocket, on_call=called, observer=observed, call_timeout=self.sut.timeouts.message_s)
        peer.subprotocol = websocket.subprotocol
        self.has_booted, self.reported = False, set()
        self.is_settled, self.only_lost = self.only_lost, False
        former, self.peer, self.knock, self.identity = self.peer, peer, knock, knock.identity
        is_doubled = self._websocket is not None and self._websocket.state is State.OPEN  # else it is about to end
        self._websocket = websocket
        if former is not None and is_doubled:
            self.host.doubled(former)
            asyncio.get_running_loop().create_task(_ended(former))
        self.host.arrived(peer, knock)
        self.changed()
        try:
            await peer.run()
        finally:
            self.changed()


def _others(knock: Knock) -> tuple[str, ...]:
    return tuple(remark for remark in knock.remarks if remark != UNENCODED_SLASH)


async def _ended(peer: Peer) -> None:
    with suppress(ConnectionClosed):
        await peer.close(1000, REPLACED)
