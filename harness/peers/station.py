"""The station that the cases for a CSMS play: how it comes in, how it leaves, and how it is found again.

What it says and remembers between the two is of a version (``harness.v16.csms.station``).
"""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection

from harness.case.failures import UNANSWERED
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, HarnessError, one_line
from harness.peers.counterpart import Counterpart
from harness.peers.entrance import Answer, Entrance
from harness.peers.handshake import ORDINARY, Manner
from harness.peers.tls import Hello
from harness.peers.wire.station import StationWire
from harness.pki import Credentials
from harness.sut import Secret
from ocppj.errors import ConnectionClosed
from ocppj.evidence.trace import Role
from ocppj.peers.aio import Peer
from ocppj.peers.base import wall_of_system
from ocppj.rules import Finding
from ocppj.session.session import Seen


class PlayedStation(Counterpart):
    """A simulated charge point under the control of a case."""

    side: ClassVar[Role] = "station"
    wire: StationWire

    def __init__(self, run: CaseRun) -> None:
        self.entrance = Entrance(run)
        super().__init__(run, self.entrance.link.identity)
        self.wire = StationWire(self)

    # --- the link ----------------------------------------------------------------------------------------------------

    async def connects(
        self,
        *,
        rule: str | None = None,
        subprotocols: Sequence[str] | None = None,
        authenticated: bool = True,
        manner: Manner = ORDINARY,
    ) -> Answer:
        """Open the WebSocket as this station; gives what the CSMS answered to the handshake.

        A CSMS that turns the station away fails the case under ``rule``. Without one, and where it cannot be reached,
        the verdict is ERROR. ``subprotocols`` are offered, None: that of the version; ``manner`` is how it asks.
        """
        if self.is_connected:  # the CSMS has to have let go of the old socket
            await self.disconnects()
        websocket, answer = await self.entrance.opens(
            rule=rule, subprotocols=subprotocols, authenticated=authenticated, manner=manner
        )
        self.speaks_over(websocket)
        return answer

    def speaks_over(self, websocket: ClientConnection) -> None:
        """From now on this WebSocket is the connection of the station; one that it had is not closed."""
        peer = Peer.over_websocket(
            websocket,
            "station",
            protocol=self.run.protocol,
            on_call=self._called,
            observer=self._observe,
            call_timeout=self.run.sut.timeouts.message_s,
            trace=self.run.trace,
            memory=self.run.memory,
            wall=wall_of_system(self.run.sut.timeouts.deviation_s),
        )
        peer.start()
        self._talks(peer)

    async def is_let_in(self) -> None:
        """Come in the ordinary way and leave again; where that does not work a case about the door judges nothing."""
        await self.entrance.lets_in()

    async def is_refused(
        self, *, rule: str, subprotocols: Sequence[str] | None = None, authenticated: bool = True
    ) -> None:
        """Check that the CSMS does not let the station in; ``authenticated``: with user name and password."""
        await self.entrance.is_refused(rule=rule, subprotocols=subprotocols, authenticated=authenticated)

    async def secures(self, *, rule: str, suite: str | None = None, looks: bool = False) -> Answer:
        """Set up TLS and end it again, with one ``suite`` only, or taking whatever certificate is shown (``looks``)."""
        return await self.entrance.secures(Hello(suite=suite, looks=looks), rule=rule)

    async def is_not_secured(self, *, rule: str, unfit: bool = False) -> None:
        """Check that TLS cannot be set up with a version before 1.2, or with suites that hide nothing (``unfit``)."""
        await self.entrance.is_not_secured(Hello(old=not unfit, unfit=unfit, looks=True), rule=rule)

    @property
    def host(self) -> str:
        """The host that the station connects to, as its address has it."""
        return urlsplit(self.entrance.link.url).hostname or ""

    def takes(
        self, *, profile: int | None = None, key: bytes | None = None, certificate: Credentials | None = None
    ) -> None:
        """From the next connection on: another security profile, basic auth key, or client certificate."""
        secret = None if key is None else Secret(f"hex:{key.hex()}")
        self.entrance.takes(profile=profile, key=secret, renewed=certificate)

    async def disconnects(self) -> None:
        """Close the WebSocket and wait until the CSMS has closed it too."""
        await self._leaves()

    async def restarts(self) -> None:
        """Close the WebSocket as before a restart: the next connection comes ``timeouts.boot_s`` later."""
        await self._leaves(restarts=True)

    async def _leaves(self, *, restarts: bool = False) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()
            self.entrance.left(restarts=restarts)
            self.run.note(f"{self.identity} {'restarts' if restarts else 'disconnected'}")

    async def loses_power(self) -> None:
        """Drop the connection without a word, as an outage does; when the power is back the station restarts."""
        await self._is_cut("loses power", restarts=True)

    async def loses_connection(self) -> None:
        """Drop the connection without a word, as a network does that fails; the station goes on and comes back."""
        await self._is_cut("loses its connection", restarts=False)

    async def _is_cut(self, how: str, *, restarts: bool) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.abort()
            self.entrance.left(restarts=restarts)
            self.run.trace.add("driver", f"{self.identity} {how}")

    async def stays_offline(self) -> None:
        """Wait as long as a station does that has lost its connection, so that what happens meanwhile takes time."""
        await self.entrance.waits()

    def _was_ended(self) -> None:
        self.entrance.left()

    # --- what it is told ---------------------------------------------------------------------------------------------

    def _charges_elsewhere(self, action: str, tag: str, status: Any, seen: Seen, *, but: object = None) -> None:
        """A tag that this run itself charges with elsewhere is rightly refused (1.6: S §7.2; 2.0.1: C01), so that
        nothing is judged. ``but``: the transaction that is meant. Raises ``CaseFailure`` without a rule."""
        charging = self.run.left_open.who_charges_with(tag, but=but) if status == "ConcurrentTx" else None
        if charging is not None:
            actual = f"{action} was answered ConcurrentTx, as {tag} charges already: {charging.text}"
            raise CaseFailure("mismatch", expected="a tag that charges nowhere", actual=actual, seq=seen.seq)

    def _is_not_ended(self, transaction: object, error: Exception) -> None:
        """Say in the results that a transaction may be open still, so that later cases are understood."""
        why = error.actual if isinstance(error, CaseFailure) else one_line(error)
        known = (entry.text for entry in self.run.left_open if entry.facts.get("transactionId") == transaction)
        what = next(known, f"transaction {transaction}")
        message = f"{what} could not be stopped in the cleanup and may be open still: {why}"
        rule = (error.rule if isinstance(error, CaseFailure) else None) or UNANSWERED
        seq = error.seq if isinstance(error, CaseFailure) else None
        self.run.note(message)
        self.run.remarks.append(Finding(rule, "INFO", self.run.party, message, (), seq))

    # --- the end -----------------------------------------------------------------------------------------------------

    async def leaves(self) -> None:
        """Bring the station back to where it was found, answer what is open, and disconnect. Never raises.

        What it started and did not stop is stopped, on a fresh connection if its own is gone. What the system under
        test does not let end is told in the results.
        """
        with self.run.phase("cleanup"):
            try:
                if self.has_to_end_something and not self.is_connected:
                    await self.comes_back()
                if self.is_connected:
                    await self._restore()
            except (CaseFailure, HarnessError, ConnectionClosed) as error:
                self.run.note(f"the cleanup was not completed: {one_line(error)}")
                self._not_restored(error)
            for task in tuple(self._background):
                task.cancel()
            await self.wire.lets_go()
            await self.disconnects()

    @property
    def has_to_end_something(self) -> bool:
        """Whether the station has begun what only it can end."""
        raise NotImplementedError

    async def comes_back(self) -> None:
        """Connect and boot again, to end what is open."""
        raise NotImplementedError

    async def _restore(self) -> None:
        """Answer what is open and end what was begun."""
        raise NotImplementedError

    def _not_restored(self, error: Exception) -> None:
        """Say in the results what may be open still, so that later cases are understood."""
        raise NotImplementedError
