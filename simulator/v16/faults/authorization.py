"""Faults of who may charge: cards, cache, local list (OCPP 1.6 §3.5, §4.1, §5.4)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Came, Fault, Message, Send
from simulator.faults.words import call, heard, operation, override, pretended, put, said
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import Authorizer, Decision
from simulator.v16.core.configuration import Configuration
from simulator.v16.faults.words import key_read_as, unsent
from simulator.v16.profiles.local_list import LocalList
from simulator.v16.transactions.reader import Reader
from simulator.v16.transactions.sessions import Sessions


def faults() -> Iterator[Fault]:
    """The faults of these sections."""
    yield call("authorize-missing", "Every card is accepted without Authorize.", "Authorize", unsent())
    yield call(
        "authorize-wrong-tag",
        "Authorize names a card nobody has shown.",
        "Authorize",
        said(put("idTag", "NOBODY")),
    )
    yield call(
        "authorize-first-tag", "Every Authorize names the card the first one was about.", "Authorize", _first_tag
    )
    yield call(
        "authorize-refusal-ignored",
        "A card the CSMS refuses is taken for accepted.",
        "Authorize",
        heard(put("idTagInfo.status", "Accepted")),
    )
    yield override("cache-ignored", "The authorization cache is never looked at.", Authorizer, _WithoutCache)
    yield override("list-ignored", "The local list is never looked at.", LocalList, _WithoutList)
    yield operation("clear-cache-rejected", "ClearCache is Rejected.", "ClearCache", pretended(status="Rejected"))
    yield operation(
        "clear-cache-undone",
        "ClearCache is Accepted, and the cache is as before.",
        "ClearCache",
        pretended(status="Accepted"),
    )
    yield override(
        "authorization-endless",
        "A card that was accepted is waited with for ever.",
        Configuration,
        key_read_as("ConnectionTimeOut", lambda seconds: 0),
    )
    yield override(
        "authorization-short",
        "A card that was accepted is forgotten after half of ConnectionTimeOut.",
        Configuration,
        key_read_as("ConnectionTimeOut", lambda seconds: seconds // 2),
    )
    yield override("foreign-card-stops", "Any card stops a transaction.", Reader, _AnyCardStops)
    yield override(
        "lock-failure-ignored", "A transaction starts although the lock did not close.", Sessions, _NeverLocks
    )
    yield override("starts-while-faulted", "A transaction starts at a connector with a fault.", Connector, _NeverBroken)


async def _first_tag(message: Message, send: Send) -> Came:
    return await send({"idTag": message.memory.setdefault("tag", message.payload["idTag"])})


class _WithoutCache(Authorizer):
    __slots__ = ()

    def known(self, tag: str) -> Decision | None:
        return self._listed(tag)


class _WithoutList(LocalList):
    __slots__ = ()

    def known(self, tag: str) -> Decision | None:
        return None


class _AnyCardStops(Reader):
    __slots__ = ()

    async def _to_stop(self, connector: Connector, transaction: Transaction, tag: str) -> None:
        self.sessions.stop(connector, "Local", tag)


class _NeverLocks(Sessions):
    __slots__ = ()

    def _lock(self, connector: Connector) -> bool:
        return True


class _NeverBroken(Connector):
    __slots__ = ()

    @property
    def idle(self) -> bool:
        return self.usable and self.transaction is None and self.authorized is None
