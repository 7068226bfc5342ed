"""Rules of cards and of the cache, broken (OCPP 1.6 §3.5, §4.1, §5.4, §5.11; AUTH-05 to AUTH-09, TX-11, RMT-01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from simulator.faults.model import Came, Fault, Message, Send
from simulator.faults.words import answered, call, drop, heard, operation, override, put
from simulator.v16.connectors.connector import Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import Authorizer, Decision
from simulator.v16.core.configuration import Configuration
from simulator.v16.faults.words import flag_read_as
from simulator.v16.power import Power
from simulator.v16.transactions.deauthorization import Deauthorization
from simulator.v16.transactions.queue import Queued
from simulator.v16.transactions.reader import Reader
from simulator.v16.transactions.sessions import Sessions

if TYPE_CHECKING:
    from simulator.v16.parts import Parts

LATE: Final = 0.2
"""Seconds by which a question comes after what it was to be asked for."""


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    yield override("cache-not-from-authorize", "The cache learns nothing from Authorize.", Authorizer, _DeafToAuthorize)
    yield override(
        "cache-not-from-start", "The cache learns nothing from StartTransaction.", Deauthorization, _DeafToStart
    )
    yield call(
        "cache-not-from-stop",
        "The cache learns nothing from StopTransaction.",
        "StopTransaction",
        heard(drop("idTagInfo")),
    )
    yield override(
        "cached-refusal-final",
        "A card that the cache has as refused is not asked for again.",
        Authorizer,
        _NeverAsksAgain,
    )
    yield override("cache-forgotten-at-boot", "A boot empties the cache.", Power, _ForgetsCache)
    yield operation(
        "clear-cache-without-one",
        "ClearCache is Accepted also without a cache.",
        "ClearCache",
        answered(put("status", "Accepted")),
    )
    yield override("offline-unknown-accepted", "Offline every unknown card is let in.", Authorizer, _LetsStrangersIn)
    yield override(
        "offline-unknown-refused",
        "AllowOfflineTxForUnknownId counts as false whatever it is.",
        Configuration,
        flag_read_as("AllowOfflineTxForUnknownId", False),
    )
    yield override(
        "offline-status-ignored", "Offline a card that is known to be blocked is let in.", Authorizer, _LetsBlockedIn
    )
    yield override(
        "remote-start-always-asks",
        "AuthorizeRemoteTxRequests counts as true whatever it is.",
        Configuration,
        flag_read_as("AuthorizeRemoteTxRequests", True),
    )
    yield call("authorize-late", "A transaction starts before Authorize is sent.", "Authorize", _late)
    yield override(
        "cable-free-after-refusal", "The cable of whoever was refused is not locked.", Sessions, _UnlocksRefused
    )
    yield override(
        "cable-never-released", "A card does not unlock the cable that is kept for it.", Reader, _ReleasesNothing
    )


class _DeafToAuthorize(Authorizer):
    __slots__ = ()

    async def decide(self, tag: str) -> Decision:
        before = self.cache.get(tag)
        decision = await super().decide(tag)
        if before is None:
            self.cache.forget(tag)
        return decision


class _DeafToStart(Deauthorization):
    __slots__ = ()

    def answered(self, message: Queued, answer: Mapping[str, Any]) -> None:
        tag, cache = message.transaction.idTag, self.authorizer.cache
        before = cache.get(tag)
        super().answered(message, answer)
        if message.action == "StartTransaction" and before is not None:
            cache.put(tag, before)


class _NeverAsksAgain(Authorizer):
    __slots__ = ()

    async def decide(self, tag: str) -> Decision:
        known = self.known(tag)
        if known is not None and not known.accepted:
            return known
        return await super().decide(tag)


class _ForgetsCache(Power):
    __slots__ = ()

    def switch_on(self) -> None:
        cast("Parts", self.context).authorizer.cache.clear()
        super().switch_on()


class _LetsStrangersIn(Authorizer):
    __slots__ = ()

    def _offline(self, known: Decision | None) -> Decision:
        return Decision("Accepted", None, "offline") if known is None else super()._offline(known)


class _LetsBlockedIn(Authorizer):
    __slots__ = ()

    def _offline(self, known: Decision | None) -> Decision:
        return Decision("Accepted", None, "offline")


async def _late(message: Message, send: Send) -> Came:
    async def asks() -> None:
        await send(message.payload)

    def begins() -> None:
        message.base.tasks.spawn(asks())

    message.base.clock.call_later(LATE, begins)
    return {"idTagInfo": {"status": "Accepted"}}


class _UnlocksRefused(Sessions):
    __slots__ = ()

    def _lock_after(self, connector: Connector, transaction: Transaction, reason: str) -> None:
        super()._lock_after(connector, transaction, reason)
        if reason == "DeAuthorized":
            connector.locked, connector.locked_for = False, None


class _ReleasesNothing(Reader):
    __slots__ = ()

    async def _to_unlock(self, connector: Connector, owner: tuple[str, str | None], tag: str) -> None:
        pass
