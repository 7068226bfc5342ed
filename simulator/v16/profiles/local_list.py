"""The Local Authorization List Management profile (1.6 §3.5.2, §5.10, §5.15, §9.2).

Rules LIST-01, 03, 04, 06, AUTH-04, AUTH-07.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from simulator.hardware.make import Facts
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import Decision
from simulator.v16.core.cache import TagInfo
from simulator.v16.core.configuration import Key
from simulator.v16.feature import Feature, Features
from simulator.v16.parts import Parts
from simulator.wire.operations import Answer, operation, status

CONFLICT = "LocalListConflict"
_ENTRY, _VERSION = "list", "list-version"  # kinds of records


class LocalList(Feature):
    """Tags the CSMS has told once and for all; they go before the cache and never enter it."""

    __slots__ = ("_entries", "_version", "failing")
    profile = "LocalAuthListManagement"

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self.failing = False  # the memory for the list is broken: nothing can be stored
        self._entries: dict[str, TagInfo] = _NONE
        self._version = 0

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """1.6 §9.2."""
        return (
            Key("LocalAuthListEnabled", "RW", "boolean", "true"),
            Key("LocalAuthListMaxLength", "R", "integer", "1000"),
            Key("SendLocalListMaxLength", "R", "integer", "100"),
        )

    def restore(self) -> None:
        """The list survives reset and loss of power (rule AUTH-07)."""
        entries = self.parts.store.read(_ENTRY)
        if entries:
            self._entries = {tag: msgspec.convert(value, TagInfo) for tag, value in entries}
        for _, version in self.parts.store.read(_VERSION):
            self._version = version

    @property
    def _enabled(self) -> bool:
        return self.parts.configuration.flag("LocalAuthListEnabled")

    def known(self, tag: str) -> Decision | None:
        """What the list says about a tag."""
        entry = self._entries.get(tag.lower())
        if entry is None or not self._enabled:
            return None
        return Decision(entry.at(self.parts.clock.now()), entry.parentIdTag, "list")

    @operation("GetLocalListVersion")
    def get_version(self, payload: dict[str, Any]) -> Answer:
        """0 when the list is empty, -1 when there is none (1.6 §5.10, rule LIST-01)."""
        version = self._version if self._entries else 0
        return Answer({"listVersion": version if self._enabled else -1})

    @operation("SendLocalList")
    def send_list(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.15: all or nothing."""
        if not self._enabled:
            return status("NotSupported")
        version, update = payload["listVersion"], payload.get("localAuthorizationList") or []
        full = payload["updateType"] == "Full"
        if not full and version <= self._version:
            return status("VersionMismatch")
        entries = self._updated(update, full)
        if entries is None or version < 1 or self.failing:
            return status("Failed")
        self._keep(entries, version)
        return status("Accepted", self._settled)

    def _updated(self, update: list[dict[str, Any]], full: bool) -> dict[str, TagInfo] | None:
        """The list after the update (rule LIST-03); None when the update is not acceptable."""
        names = [entry["idTag"].lower() for entry in update]
        too_long = len(update) > self.parts.configuration.number("SendLocalListMaxLength")
        if too_long or len(set(names)) != len(names):
            return None
        entries = {} if full else dict(self._entries)
        for name, entry in zip(names, update, strict=True):
            info = entry.get("idTagInfo")
            if info is not None:
                entries[name] = TagInfo.of(info)
            elif full:
                return None
            else:
                entries.pop(name, None)
        return entries if len(entries) <= self.parts.configuration.number("LocalAuthListMaxLength") else None

    def _keep(self, entries: dict[str, TagInfo], version: int) -> None:
        store = self.parts.store
        with store.unit():
            for name in self._entries.keys() - entries.keys():
                store.drop(_ENTRY, name)
            for name, info in entries.items():
                if self._entries.get(name) != info:
                    store.put(_ENTRY, name, msgspec.to_builtins(info))
            store.put(_VERSION, "", version)
            self._forget_cached(entries)
        self._entries = entries or _NONE
        self._version = version

    def _forget_cached(self, names: Iterable[str]) -> None:
        """What is on the list is not in the cache (rule AUTH-04)."""
        for name in names:
            self.parts.authorizer.cache.forget(name)

    # --- conflicts ----------------------------------------------------------------------------------------------------

    def transaction_answered(self, transaction: Transaction, info: Mapping[str, Any]) -> None:
        """The CSMS has another opinion than the list: it is told so (1.6 §3.5.2, rule LIST-06)."""
        listed = self.known(transaction.idTag)
        if listed is not None and info["status"] not in (listed.status, "ConcurrentTx"):
            self.parts.main.faults[CONFLICT] = (f"idTag {transaction.idTag}", None)
            self.parts.main.update()

    def _settled(self) -> None:
        if self.parts.main.faults.pop(CONFLICT, None) is not None:
            self.parts.main.update()


_NONE: dict[str, TagInfo] = {}
"""The empty list of every station that has none; never changed, only replaced."""
