"""Rules of the local list, broken (OCPP 1.6 §3.5.2, §3.5.3, §5.15; LIST-03 to LIST-06, AUTH-04, AUTH-07, AUTH-09)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from simulator.faults.model import Fault, Message, Operate, Override
from simulator.faults.words import call, misheard, operation, override, put, said, says
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import Authorizer, Decision
from simulator.v16.core.cache import TagInfo
from simulator.v16.power import Power
from simulator.v16.profiles.local_list import CONFLICT, LocalList
from simulator.wire.operations import Answer

if TYPE_CHECKING:
    from simulator.v16.feature import Features

_SEND = "SendLocalList"


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    yield operation(
        "whole-list-as-update",
        "A whole list is taken for an update of the one that is there.",
        _SEND,
        misheard(put("updateType", "Differential")),
    )
    yield operation(
        "update-as-whole-list", "An update is taken for a whole list.", _SEND, misheard(put("updateType", "Full"))
    )
    yield operation(
        "update-without-entries",
        "Of an update of the list nothing but its version is taken.",
        _SEND,
        misheard(put("localAuthorizationList", []), says("updateType", "Differential")),
    )
    yield operation("old-update-taken", "An update that is a VersionMismatch is taken all the same.", _SEND, _takes_old)
    yield Fault(
        "cache-before-list",
        "The cache goes before the local list.",
        overrides=(Override(Authorizer, _CacheFirst), Override(LocalList, _LeavesCache)),
    )
    yield override("listed-cards-cached", "Cards of the local list enter the cache.", Authorizer, _CachesListed)
    yield override("list-forgotten-at-boot", "A boot empties the local list.", Power, _ForgetsList)
    yield override("list-expiry-ignored", "The expiryDate of an entry is not looked at.", LocalList, _NeverExpires)
    yield override("list-conflict-untold", "LocalListConflict is never reported.", LocalList, _SaysNothing)
    yield call(
        "list-conflict-of-connector",
        "LocalListConflict is reported of connector 1.",
        "StatusNotification",
        said(put("connectorId", 1), says("errorCode", CONFLICT)),
    )


def _takes_old(message: Message, operate: Operate) -> Answer:
    answer = operate(message.payload)
    if answer.payload["status"] != "VersionMismatch":
        return answer
    taken = operate({**message.payload, "listVersion": message.payload["listVersion"] + 1})
    return replace(taken, payload=answer.payload)


class _CacheFirst(Authorizer):
    __slots__ = ()

    def known(self, tag: str) -> Decision | None:
        entry = self.cache.get(tag)
        return super().known(tag) if entry is None else Decision(entry.status, entry.parentIdTag, "cache")


class _LeavesCache(LocalList):
    __slots__ = ()

    def _forget_cached(self, names: Iterable[str]) -> None:
        pass


class _CachesListed(Authorizer):
    __slots__ = ()

    def remember(self, tag: str | None, info: Mapping[str, Any] | None) -> None:
        super().remember(tag, info)
        if tag is not None and info is not None and self._listed(tag) is not None:
            self.cache.put(tag, TagInfo.of(info))


class _ForgetsList(Power):
    __slots__ = ()

    def switch_on(self) -> None:
        cast("Features", self.hooks)[LocalList]._keep({}, 0)
        super().switch_on()


class _NeverExpires(LocalList):
    __slots__ = ()

    def known(self, tag: str) -> Decision | None:
        found = super().known(tag)
        return found if found is None else replace(found, status=self._entries[tag.lower()].status)


class _SaysNothing(LocalList):
    __slots__ = ()

    def transaction_answered(self, transaction: Transaction, info: Mapping[str, Any]) -> None:
        pass
