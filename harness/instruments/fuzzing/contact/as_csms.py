"""Plugproof as the CSMS of a charge point under test: the station stays connected, and sessions follow each other."""

from __future__ import annotations

from harness.bay.knock import Knock
from harness.bay.listener import Refusal
from harness.bay.stand import Stand
from harness.case.verdicts import HarnessError
from harness.instruments.fuzzing.contact.line import Answers, Line
from ocppj.evidence.trace import Trace
from ocppj.peers.aio import Peer
from ocppj.session.session import Seen


class AsCsms:
    """The host of a bay. A station has one connection, so there is one line."""

    most = 1

    def __init__(self, stand: Stand, answers: Answers) -> None:
        self.trace = Trace()
        self._stand = stand
        self._answers = answers
        self._line = Line("station", answers)
        self._has_spoken = False
        stand.bay.host = self

    async def starts(self) -> None:
        """Open the port, and wait for the station and for what it says first, so that its boot is over.

        Raises ``HarnessError`` and ``Inconclusive``.
        """
        await self._stand.is_ready()
        await self._is_met(self._stand.sut.timeouts.message_s)

    async def opens(self, number: int, trace: Trace) -> Line:
        """The connection that there is, or the next one when it was lost."""
        bay = self._stand.bay
        if not bay.is_connected:
            self.trace = trace
            bay.is_hosted(self)
            await self._comes_back()
        assert bay.peer is not None
        last, self._line = self._line, Line("station", self._answers)
        self._line.peer = last.peer
        self.trace = trace
        bay.is_hosted(self)
        return self._line

    async def _comes_back(self) -> None:
        self._has_spoken = False
        await self._is_met(self._stand.sut.timeouts.quiet_s)  # it has a boot to tell only if it has restarted (§5.4)

    async def _is_met(self, speaks_within: float) -> None:
        """Wait for the station, and then for what it says first."""
        seconds, line = self._stand.sut.timeouts.reboot_s, self._line
        if not await line.until_anew(lambda: self._stand.bay.is_connected, seconds):
            raise HarnessError(f"the station did not connect in {seconds:g} s")
        await line.until(lambda: self._has_spoken, speaks_within)

    async def leaves(self, line: Line) -> None:
        """The station stays."""

    async def renews(self, line: Line) -> None:
        """The connection is dropped; the station comes again."""
        await self._stand.bay.drops()

    # --- the host of the bay -----------------------------------------------------------------------------------------

    def arrived(self, peer: Peer, knock: Knock) -> None:
        """The station is connected."""
        self._line.peer = peer
        self._line.wakes()

    def turned_away(self, knock: Knock, refusal: Refusal) -> None:
        """Somebody was not let in."""
        self.trace.add("note", f"{knock.identity} was turned away: {refusal.reason}")

    def misheard(self, problem: str) -> None:
        """Somebody asked for nothing that can be read."""
        self.trace.add("note", f"somebody connected who asked for no WebSocket: {problem}")

    def doubled(self, peer: Peer) -> None:
        """The station has connected while it was connected."""
        self.trace.add("note", "the station connected anew although its connection was open")

    def observed(self, seen: Seen) -> None:
        """A frame has passed."""
        self._has_spoken = self._has_spoken or seen.sender == "csms"
        self._line.observed(seen)

    async def called(self, seen: Seen) -> None:
        """The station asks."""
        await self._line.called(seen)
