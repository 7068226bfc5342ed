"""Plugproof as the stations of a CSMS under test: each session has fresh connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from harness.case.verdicts import HarnessError
from harness.instruments.fuzzing.contact.line import Answers, Line, OnLine
from harness.peers.handshake import Refused, open_websocket
from harness.peers.tls import credentials_of
from harness.sut import Lane, Sut, link_of
from ocppj.evidence.trace import Trace
from ocppj.peers.aio import Peer
from ocppj.peers.base import wall_of_system
from ocppj.peers.handshake import station_url
from ocppj.protocol import Protocol
from ocppj.rules.known import Given
from ocppj.session.session import Memory, Session


class AsStation:
    """``lanes`` are the stations that may come, one on each line."""

    def __init__(self, sut: Sut, lanes: Sequence[Lane], protocol: Protocol, answers: Answers) -> None:
        self.most = len(lanes)
        self._links = [link_of(sut, lane) for lane in lanes]
        self.urls = tuple(station_url(link.url, link.identity) for link in self._links)
        self._sut = sut
        self._protocol = protocol
        self._answers = answers
        self._given = Given()
        self._left: dict[str, float] = {}

    async def opens(self, number: int, trace: Trace) -> Line:
        """Connect as the station of this line, after the pause that the SUT file asks for."""
        link = self._links[number]
        loop = asyncio.get_running_loop()
        pause = self._left.get(link.identity, 0.0) + self._sut.timeouts.reconnect_s - loop.time()
        if pause > 0:
            await asyncio.sleep(pause)
        on_line = OnLine(trace, number)
        try:
            websocket, _ = await open_websocket(
                link,
                on_line,
                protocol=self._protocol,
                credentials=credentials_of(link, self._sut.security.cpo_name),
                seconds=self._sut.timeouts.connect_s,
            )
        except Refused as refused:
            raise HarnessError(f"station {link.identity} was not let in: {refused}") from None
        line = Line("csms", self._answers)
        wall = wall_of_system(self._sut.timeouts.deviation_s)
        session = Session("station", self._protocol, trace=on_line, memory=Memory(given=self._given), wall=wall)
        line.peer = Peer(session, websocket, on_call=line.called, observer=line.observed)
        line.peer.start()
        return line

    async def leaves(self, line: Line) -> None:
        """Close the connection."""
        await line.peer.close()
        for link in self._links:
            self._left[link.identity] = asyncio.get_running_loop().time()

    async def renews(self, line: Line) -> None:
        """Every session has connections of its own."""
        await self.leaves(line)
