"""What is remembered of CALLs, to pair answers with them and to see an id used twice (J §4.1.4).

Bounded in number and in text: what a peer sends decides about neither.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from ocppj.evidence.trace import Role
from ocppj.rules.known import Given, Known

DEFAULT_MOST_TEXT: Final = 4 << 20
"""Characters of text, over all CALLs kept of one sender, beyond which the oldest go."""

_FEW: Final = 64
"""CALLs up to which they are in a plain dict, a third of the size. The oldest of a dict is found by passing over all
that went before it and left a gap, which is nothing with few; with more it would take longer than all else here."""

_MOST_FOLDED: Final = 128
"""How far back a CALL is looked for whose id differs by letter case; an answer is never far from its CALL."""


class Exchange(msgspec.Struct, gc=False):
    """A CALL and what became of it. ``action`` is empty for a CALL too malformed to name one; ``size`` its text's.

    ``at`` and ``answered_at`` are in monotonic nanoseconds; ``size`` in characters; ``seq`` its number in the trace.

    ``owed`` is how many answers with this id are still due: one, and one more for each CALL that had the id before and
    was not answered (a repetition after a time-out, or an id used twice at a time). ``is_repeated``: some CALL had it.
    """

    id: str
    action: str
    payload: Any
    sender: Role
    at: int
    seq: int | None
    answered_at: int | None = None
    timed_out: bool = False
    valid: bool = True
    size: int = 0
    owed: int = 1
    is_repeated: bool = False

    @property
    def is_open(self) -> bool:
        """Neither answered nor given up."""
        return self.answered_at is None and not self.timed_out


class Calls:
    """CALLs of one sender by id, oldest first; at most ``most`` of them with ``most_text`` characters altogether.

    The newest one is always kept, however long it is: the size of a single message is the socket's business.
    """

    __slots__ = ("_most", "_most_text", "_text", "by_id", "get")

    def __init__(self, most: int, most_text: int = DEFAULT_MOST_TEXT, *, is_full: bool = False) -> None:
        """``is_full``: there are as many as there may be nearly always."""
        self._most = most
        self._most_text = most_text
        self._text = 0
        # to look at; only what is here changes it
        self.by_id: dict[str, Exchange] = OrderedDict() if is_full and most > _FEW else {}
        self.get = self.by_id.get

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.by_id.values())

    def newest_first(self) -> Iterator[Exchange]:
        """The CALLs, the last one first."""
        return reversed(self.by_id.values())

    def add(self, exchange: Exchange) -> Sequence[Exchange]:
        """Keep a CALL in the place of an older one with its id; returns those that had to go for lack of room."""
        by_id, id = self.by_id, exchange.id
        if not by_id:  # as it is with open CALLs nearly always
            by_id[id] = exchange
            self._text = exchange.size
            return ()
        if id in by_id:
            self.pop(id)
        by_id[id] = exchange
        self._text = text = self._text + exchange.size
        if text <= self._most_text:
            if len(by_id) <= self._most:
                return ()
            oldest = by_id.pop(next(iter(by_id)))  # it was full, which it is nearly always
            self._text = text - oldest.size
            return (oldest,)
        return self._shrink()

    def _shrink(self) -> Sequence[Exchange]:
        by_id, gone = self.by_id, []
        while len(by_id) > 1 and self._text > self._most_text:
            oldest = by_id.pop(next(iter(by_id)))
            self._text -= oldest.size
            gone.append(oldest)
        return gone

    def pop(self, id: str) -> Exchange | None:
        """Take a CALL out."""
        exchange = self.by_id.pop(id, None)
        if exchange is not None:
            self._text -= exchange.size
        return exchange

    def clear(self) -> None:
        """Take all out."""
        self.by_id.clear()
        self._text = 0


class Memory:
    """The CALLs of an identity over all its connections (J §4.1.4 with errata), the newest ``remember`` of each sender.

    ``most_text`` bounds their text in characters. A process with many stations gives each a small memory: 64 CALLs are
    enough to recognise a retry. ``connections`` are counted. ``known`` are the facts that rules judge by;
    ``given`` the transactionIds of a run, for those who see several stations of one CSMS.
    """

    __slots__ = ("_calls", "_given", "connections", "known")

    known: Known
    """What the wire has told about both parties."""

    def __init__(
        self, remember: int = 1_024, most_text: int = DEFAULT_MOST_TEXT, *, given: Given | None = None
    ) -> None:
        self._given = given
        self.connections = 0
        self._calls: dict[Role, Calls] = {
            "station": Calls(remember, most_text, is_full=True),
            "csms": Calls(remember, most_text, is_full=True),
        }

    def __getattr__(self, name: str) -> Known:
        """Make ``known`` when it is first needed: a process may have many stations, and all frames ask for it."""
        if name != "known":
            raise AttributeError(name)
        self.known = Known(self._given)
        return self.known

    @property
    def calls(self) -> Mapping[Role, Calls]:
        """All that is remembered, by sender."""
        return self._calls

    def of(self, sender: Role) -> Calls:
        """All that is remembered of a sender."""
        return self._calls[sender]

    def find(self, sender: Role, id: str) -> Exchange | None:
        """The last CALL of ``sender`` with this id."""
        return self._calls[sender].get(id)

    def find_folded(self, sender: Role, id: str) -> Exchange | None:
        """The newest CALL of ``sender``, among the last 128, whose id differs from ``id`` by letter case only."""
        folded = id.casefold()
        recent = islice(self._calls[sender].newest_first(), _MOST_FOLDED)
        return next((call for call in recent if call.id != id and call.id.casefold() == folded), None)

    def count(self, sender: Role) -> int:
        """How many CALLs of ``sender`` are remembered."""
        return len(self._calls[sender].by_id)
