"""One connection to the system under test, and all that it has said there."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from ocppj.evidence.trace import Direction, Role, Trace
from ocppj.frames import Call
from ocppj.peers.aio import Peer
from ocppj.rules import Finding
from ocppj.session.session import Seen

_OF_TEXTS: Final = "VAL-06"
"""The rule about the characters of a text; who repeats what it was told has not chosen them."""
_MOST_SAID: Final = 200
"""Messages to the system under test that are looked at for what it repeats."""

Answers = Callable[[str, dict[str, Any]], "dict[str, Any] | None"]


class Line:
    """``heard`` are the answers of the system under test and what it said that is no message, ``broken`` the MUST rules
    that it broke, by frame; ``last`` is told the id of each of its CALLs. ``due`` is the action of a CALL that is to
    come, and None when it has."""

    peer: Peer

    def __init__(self, party: Role, answers: Answers) -> None:
        """``party`` is the end that is under test."""
        self.heard: list[Seen] = []
        self.broken: list[tuple[Seen, Finding]] = []
        self.due: str | None = None
        self.last: Callable[[str], object] = lambda id: None
        self._party = party
        self._answers = answers
        self._changed = asyncio.Event()
        self._said: deque[str] = deque(maxlen=_MOST_SAID)

    def observed(self, seen: Seen) -> None:
        """A frame has passed."""
        if seen.sender != self._party:
            self._said.append(seen.frame.raw)
            return
        if type(seen.frame) is Call:
            self.last(seen.frame.id)
            self.due = None if seen.frame.action == self.due else self.due
        else:
            self.heard.append(seen)
        broken = (one for one in seen.findings if one.level == "MUST" and not self._is_repeated(seen, one))
        self.broken += [(seen, finding) for finding in broken]
        self._changed.set()

    def _is_repeated(self, seen: Seen, finding: Finding) -> bool:
        """Whether a text is odd because the system under test was told it, such as the tag of a remote start."""
        frame = seen.frame
        if finding.rule != _OF_TEXTS or type(frame) is not Call:
            return False
        value: Any = frame.payload
        for step in finding.path:
            value = value[step]
        written = (str(value), json.dumps(value)[1:-1])
        return any(text in said for said in self._said for text in written)

    async def called(self, seen: Seen) -> None:
        """A CALL of the system under test is answered as anybody would."""
        assert type(seen.frame) is Call
        answer = self._answers(seen.frame.action, seen.frame.payload or {})
        if answer is None:
            await self.peer.refuse(seen.frame.id, "NotSupported")
        else:
            await self.peer.reply(seen.frame, answer)

    @property
    def is_open(self) -> bool:
        """Whether the connection is up."""
        return not self.peer.is_closed

    def wakes(self) -> None:
        """Who waits here looks again."""
        self._changed.set()

    async def until_anew(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds that may come with another connection; whether it does."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pass
        return holds()

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds, or the connection has ended; whether it holds."""
        try:
            async with asyncio.timeout(seconds):
                while not holds() and self.is_open:
                    self._changed.clear()
                    changed = asyncio.ensure_future(self._changed.wait())
                    ended = asyncio.ensure_future(self.peer.wait_closed())
                    try:
                        await asyncio.wait((changed, ended), return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        changed.cancel()
                        ended.cancel()
        except TimeoutError:
            pass
        return holds()


class OnLine(Trace):
    """A trace that several connections share: each entry says in its phase on which of them it passed."""

    def __init__(self, shared: Trace, number: int) -> None:
        super().__init__(max_entries=0)
        self._shared = shared
        self._name = f"connection {number + 1}"

    def add_frame(self, direction: Direction, text: str, at: int) -> int:
        """Record a frame in the shared trace."""
        self._shared.phase = self._name
        return self._shared.add_frame(direction, text, at)

    def add_handshake(self, direction: Direction, text: str, at: int) -> int:
        """Record a message of an opening handshake there."""
        self._shared.phase = self._name
        return self._shared.add_handshake(direction, text, at)


class Contact(Protocol):
    """The way to a system under test. ``most`` lines can be open at once."""

    @property
    def most(self) -> int: ...

    async def opens(self, number: int, trace: Trace) -> Line:
        """A line that nothing was said on in this session. Raises ``HarnessError``."""

    async def leaves(self, line: Line) -> None:
        """A session is over."""

    async def renews(self, line: Line) -> None:
        """A session broke, and left who knows what: the next one is to begin on another connection."""
