"""What outlives connections: stations with the versions of their local lists, tags, transactions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from tests.interop.depot.habits import Habits
from tests.interop.depot.times import now, written


@dataclass
class Place:
    """A station that was registered. `lowest_profile` is the security profile it has to come with at the least."""

    identity: str
    connectors: int = 1
    password: bytes | None = None
    lowest_profile: int = 0
    rises_to: int = 0
    """The security profile it was told to take, until it comes with it."""
    list_version: int = 0


@dataclass
class Tag:
    """An idTag that was issued."""

    id: int
    id_tag: str
    parent: str | None = None
    expires: datetime | None = None
    blocked: bool = False


@dataclass
class Transaction:
    """A charging session; `accepted` tells whether its tag was allowed to charge."""

    id: int
    station: str
    connector: int
    id_tag: str
    started: datetime
    accepted: bool
    stopped: datetime | None = None


@dataclass
class Books:
    """Everything that is kept, and what it says about tags."""

    habits: Habits
    places: dict[str, Place] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    strangers: dict[str, datetime] = field(default_factory=dict)
    transactions: dict[int, Transaction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._transaction_ids = count(self.habits.first_transaction)
        self._ids = count(7_001, 3)

    def next_id(self) -> int:
        """A number for a tag, a reservation, a charging profile or a job; they have one sequence."""
        return next(self._ids)

    # --- tags --------------------------------------------------------------------------------------------------------

    def issue(self, id_tag: str, parent: str | None, expires: datetime | None) -> Tag:
        """A new tag, or new facts about one; a stranger that is issued is no stranger any more."""
        tag = Tag(self.next_id(), id_tag, parent, expires)
        self.tags[id_tag.lower()] = tag
        self.strangers.pop(id_tag.lower(), None)
        return tag

    def tag_info(self, id_tag: str) -> dict[str, Any]:
        """The idTagInfo of a tag at this moment; it is the same tag in capital and in small letters (1.6 §7.5)."""
        tag = self.tags.get(id_tag.lower())
        if tag is None:
            return {"status": self._stranger(id_tag.lower())}
        info: dict[str, Any] = {"status": _status(tag)}
        if tag.parent is not None:
            info["parentIdTag"] = tag.parent
        if self.habits.spells_out and tag.expires is not None:
            info["expiryDate"] = written(tag.expires, self.habits.times)
        return info

    def _stranger(self, id_tag: str) -> str:
        met_before = id_tag in self.strangers
        if self.habits.remembers_strangers:
            self.strangers.setdefault(id_tag, now())
        return "Blocked" if met_before else "Invalid"

    # --- transactions ------------------------------------------------------------------------------------------------

    def begin(self, station: str, connector: int, id_tag: str, started: datetime) -> tuple[Transaction, dict[str, Any]]:
        """Book a start, whatever the tag is worth; gives the transaction and the idTagInfo."""
        info = self.tag_info(id_tag)
        if info["status"] == "Accepted" and self.habits.one_transaction_per_tag and self._charges(id_tag):
            info["status"] = "ConcurrentTx"
        accepted = info["status"] == "Accepted"
        transaction = Transaction(next(self._transaction_ids), station, connector, id_tag, started, accepted)
        self.transactions[transaction.id] = transaction
        return transaction, info

    def _charges(self, id_tag: str) -> bool:
        wanted = id_tag.lower()
        return any(one.accepted and one.id_tag.lower() == wanted for one in self.running())

    def running(self) -> Iterable[Transaction]:
        """Transactions that were not stopped."""
        return (one for one in self.transactions.values() if one.stopped is None)


def _status(tag: Tag) -> str:
    if tag.blocked:
        return "Blocked"
    return "Expired" if tag.expires is not None and tag.expires <= now() else "Accepted"
