"""How a station of a case comes in: as whom, with which credentials, and how a case judges what the CSMS makes of it.

What the CSMS turns away is a failure of the case where a rule is named. Where none is, and where the CSMS cannot be
reached at all, the case could not begin, or go on: an error, with what was seen.
"""

from asyncio import timeout
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure
from harness.peers.handshake import ORDINARY, Manner, Refused, Shown, open_websocket, secure
from harness.peers.tls import Hello, credentials_of
from harness.pki import Credentials
from harness.sut import Secret, link_of
from harness.sut.reach import security_profile
from ocppj.matchers import mismatches, shown


class Answer:
    """What the CSMS answered to an opening handshake, in members such as ``status`` or ``certificate``."""

    def __init__(self, run: CaseRun, answer: Shown) -> None:
        self._run = run
        self._answer = answer

    def __getitem__(self, member: str) -> Any:
        """A member that the case goes on with."""
        return self._answer.members[member]

    @property
    def seq(self) -> int:
        """The entry of the trace that has it."""
        return self._answer.seq

    def shows(self, *, rule: str, **members: Any) -> "Answer":
        """Check members against values or matchers, under the rule named."""
        found = mismatches(members, self._answer.members, folded=())
        if found:
            first = found[0]
            raise CaseFailure(
                "handshake",
                expected=f"a handshake with {first.member} = {first.expected}",
                actual=f"{first.member} = {shown(first.actual)}",
                rule=self._run.failed(rule),
                seq=self._answer.seq,
            )
        self._run.judge(rule)
        return self


class Knock(msgspec.Struct, frozen=True):
    """What came of an attempt to come in, in words, and the entry of the trace that shows it.

    ``status`` is that of the HTTP answer, 101 only where the WebSocket stays open; None: it was refused otherwise.
    """

    text: str
    seq: int | None
    status: int | None = None


class Entrance:
    """The way in of one station; ``link`` and ``credentials`` are what it uses next."""

    def __init__(self, run: CaseRun) -> None:
        self._run = run
        profile = security_profile(run.case.needs, run.sut)
        self.link = link_of(run.sut, run.lane, profile, changing=run.case.changes)
        run.identity = self.link.identity
        self._renewed: Credentials | None = None

    @property
    def organization(self) -> str | None:
        """What the certificates of its stations name as organization; None: what the folder says."""
        return self._run.sut.security.cpo_name

    @property
    def credentials(self) -> Credentials | None:
        """Certificate and key of the station, None where its profile has none. Raises ``HarnessError``."""
        if self._renewed is not None and self.link.profile == 3:
            return self._renewed
        return credentials_of(self.link, self.organization)

    def takes(
        self, *, profile: int | None = None, key: Secret | None = None, renewed: Credentials | None = None
    ) -> None:
        """From now on the station comes with this security profile, key or certificate."""
        if profile is not None:
            station = self.link.identity
            to = link_of(self._run.sut, self._run.lane, profile)
            self.link = msgspec.structs.replace(to, identity=station, auth_key=self.link.auth_key)
        if key is not None:
            self.link = msgspec.structs.replace(self.link, auth_key=key)
        if renewed is not None:
            self._renewed = renewed

    async def opens(
        self,
        *,
        rule: str | None,
        subprotocols: Sequence[str] | None = None,
        authenticated: bool = True,
        manner: Manner = ORDINARY,
    ) -> tuple[ClientConnection, Answer]:
        """Open a WebSocket. Raises ``CaseFailure``, with the rule if there is one, and ``Unreachable``.

        Where ``rule`` names several, the first one is blamed when the station is turned away, the last one when another
        subprotocol is agreed on.
        """
        try:
            websocket, answer = await self._open(subprotocols, authenticated, manner)
        except Refused as refused:
            self._turned_away("an accepted connection (HTTP 101)", refused, rule)
        wanted = self._run.protocol.subprotocol
        if websocket.subprotocol != wanted:
            await self._leave(websocket)
            agreed = f"subprotocol = {websocket.subprotocol or '(absent)'}"
            self._run.judge(rule)
            self._turned_away(f"the subprotocol {wanted}", Refused(agreed, answer.seq), rule and rule.split()[-1])
        self._run.judge(rule)
        return websocket, Answer(self._run, answer)

    async def lets_in(self) -> None:
        """Come in the ordinary way and leave again, whatever subprotocol is agreed on.

        What a case about the door compares with: a CSMS that turns every station away is not judged for which ones it
        turns away. Raises ``CaseFailure`` without a rule, and ``Unreachable``.
        """
        try:
            websocket, _ = await self._open(None, authenticated=True)
        except Refused as refused:
            self._turned_away("an accepted connection (HTTP 101)", refused, None)
        await self._leave(websocket)

    async def is_refused(self, *, rule: str, subprotocols: Sequence[str] | None, authenticated: bool) -> None:
        """Check that the CSMS does not let the station in: by TLS, by HTTP, or by ending what it has just opened."""
        try:
            websocket, answer = await self._open(subprotocols, authenticated)
        except Refused as refused:
            if refused.by_station:  # the CSMS has not refused anything
                self._let_in(rule, f"{refused}", refused.seq)
        else:
            is_ended = await self._is_ended(websocket)
            await self._leave(websocket)
            if not is_ended:
                self._let_in(rule, "HTTP 101, and the WebSocket stays open", answer.seq)
            self._run.note("the CSMS ended the WebSocket at once, so it is refused")
        self._run.judge(rule)

    async def knocks(self, *, subprotocols: Sequence[str] | None = None, identity: str | None = None) -> Knock:
        """Ask for the upgrade, as somebody else perhaps, and leave again; gives what came of it and judges nothing."""
        own = self.link
        self.link = own if identity is None else msgspec.structs.replace(own, identity=identity)
        try:
            websocket, answer = await self._open(subprotocols, authenticated=True)
            is_ended = await self._is_ended(websocket)
            await self._leave(websocket)
        except Refused as refused:
            return Knock(str(refused), refused.seq, refused.status)
        finally:
            self.link = own
        if is_ended:
            return Knock("HTTP 101, and the CSMS ended the WebSocket at once", answer.seq)
        return Knock("HTTP 101, and the WebSocket stays open", answer.seq, 101)

    async def secures(self, hello: Hello, *, rule: str) -> Answer:
        """Set up TLS and end it again; ``rule`` is that it can be set up."""
        try:
            answer = await self._tls(hello)
        except Refused as refused:
            self._turned_away(f"TLS with {hello.text}", refused, rule)
        self._run.judge(rule)
        return Answer(self._run, answer)

    async def is_not_secured(self, hello: Hello, *, rule: str) -> None:
        """Check that the CSMS does not accept what ``hello`` offers."""
        try:
            answer = await self._tls(hello)
        except Refused as refused:
            if "no protocols available" in str(refused):
                self._run.note(f"the OpenSSL of this machine cannot offer {hello.text}, so it was not tried")
            self._run.judge(rule)
            return
        self._let_in(rule, f"{answer.members['version']} was set up", answer.seq)

    def left(self, *, restarts: bool = False) -> None:
        """The connection of the station has ended; the next one comes after a pause, a longer one after a restart."""
        timeouts = self._run.sut.timeouts
        seconds = max(timeouts.boot_s, timeouts.reconnect_s) if restarts else timeouts.reconnect_s
        self._run.pauses.ended(self.link.identity, seconds)

    async def waits(self) -> None:
        """Wait until the station may connect again."""
        await self._run.pauses.before(self.link.identity)

    async def _open(
        self, subprotocols: Sequence[str] | None, authenticated: bool, manner: Manner = ORDINARY
    ) -> tuple[ClientConnection, Shown]:
        await self.waits()
        try:
            return await open_websocket(
                self.link,
                self._run.trace,
                protocol=self._run.protocol,
                credentials=self.credentials,
                subprotocols=subprotocols,
                authenticated=authenticated,
                seconds=self._run.sut.timeouts.connect_s,
                manner=manner,
            )
        except Refused:
            self.left()
            raise

    async def _leave(self, websocket: ClientConnection) -> None:
        await websocket.close()
        self.left()

    async def _tls(self, hello: Hello) -> Shown:
        seconds = self._run.sut.timeouts.connect_s
        return await secure(
            self.link,
            self._run.trace,
            hello,
            protocol=self._run.protocol,
            credentials=self.credentials,
            seconds=seconds,
        )

    async def _is_ended(self, websocket: ClientConnection) -> bool:
        """Whether the CSMS closes what it has just opened, which J §3.2 allows where no subprotocol is agreed on."""
        if websocket.subprotocol is not None:
            return False
        with suppress(TimeoutError, ConnectionClosed):
            async with timeout(self._run.sut.timeouts.quiet_s):
                await websocket.wait_closed()
                return True
        return False

    def _turned_away(self, expected: str, refused: Refused, rule: str | None) -> NoReturn:
        actual = str(refused) if rule else f"the station was not let in: {refused}"
        raise CaseFailure("handshake", expected=expected, actual=actual, rule=self._run.failed(rule), seq=refused.seq)

    def _let_in(self, rule: str, actual: str, seq: int | None) -> NoReturn:
        raise CaseFailure(
            "handshake", expected="a refused connection", actual=actual, rule=self._run.failed(rule), seq=seq
        )
