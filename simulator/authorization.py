"""May this idTag charge? Cache, CSMS, and what holds offline (1.6 §3.5, §4.1, §5.4; rules AUTH-01, 02, 05, 06, 08, 09).

The local list (issue of its own profile) will be asked before the cache; it belongs into `Authorizer.known`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.core import Core, Offline, Unanswered, Uplink

MAX_CACHED = 1000


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, `status` as in idTagInfo, and who decided."""

    status: str
    parent: str | None
    source: str  # "csms", "cache" or "offline"

    @property
    def accepted(self) -> bool:
        return self.status == "Accepted"


@dataclass(frozen=True, slots=True)
class _Cached:
    status: str
    parent: str | None
    expiry: datetime | None


class Authorizer:
    """Decides about idTags and remembers what the CSMS said about them. The cache survives reset and power loss."""

    def __init__(self, core: Core, uplink: Uplink) -> None:
        self._core = core
        self._uplink = uplink
        self._cache: OrderedDict[str, _Cached] = OrderedDict()

    async def decide(self, tag: str) -> Decision:
        """May `tag` charge now? Asks the CSMS when that is due and possible (rule AUTH-01)."""
        known = self.known(tag)
        if self._core.configuration.flag("LocalPreAuthorize") and known is not None and known.accepted:
            return known
        if self._uplink.online:
            try:
                answer = await self._uplink.submit("Authorize", {"idTag": tag})
            except Offline:
                pass
            except Unanswered as error:
                self._core.events.publish("problem", f"Authorize was not answered: {error}")
                return Decision("Invalid", None, "csms")
            else:
                self.remember(tag, answer["idTagInfo"])
                return Decision(answer["idTagInfo"]["status"], answer["idTagInfo"].get("parentIdTag"), "csms")
        return self._offline(known)

    def _offline(self, known: Decision | None) -> Decision:
        """Rule AUTH-09: a tag known to be bad is refused, an unknown one only let in when that is configured."""
        if known is not None:
            if known.accepted and not self._core.configuration.flag("LocalAuthorizeOffline"):
                return Decision("Invalid", known.parent, "offline")
            return known
        if self._core.configuration.flag("AllowOfflineTxForUnknownId"):
            return Decision("Accepted", None, "offline")
        return Decision("Invalid", None, "offline")

    def known(self, tag: str) -> Decision | None:
        """What the station knows about `tag` without asking; an entry past its expiryDate counts as Expired."""
        if not self._core.configuration.flag("AuthorizationCacheEnabled"):
            return None
        entry = self._cache.get(tag.lower())
        if entry is None:
            return None
        self._cache.move_to_end(tag.lower())
        expired = entry.expiry is not None and entry.expiry <= self._core.clock.now()
        status = "Expired" if expired and entry.status == "Accepted" else entry.status
        return Decision(status, entry.parent, "cache")

    def remember(self, tag: str | None, info: Mapping[str, Any] | None) -> None:
        """Update the cache from any idTagInfo (rule AUTH-05)."""
        if tag is None or info is None or not self._core.configuration.flag("AuthorizationCacheEnabled"):
            return
        expiry = info.get("expiryDate")
        # ConcurrentTx is about this attempt, not about the tag.
        if info["status"] == "ConcurrentTx":
            return
        self._cache[tag.lower()] = _Cached(
            info["status"], info.get("parentIdTag"), datetime.fromisoformat(expiry) if expiry else None
        )
        self._cache.move_to_end(tag.lower())
        while len(self._cache) > MAX_CACHED:
            # Entries that would be refused anyway go first (1.6 §3.5.1), then the one used longest ago.
            worst = next((key for key, entry in self._cache.items() if entry.status != "Accepted"), None)
            self._cache.pop(worst if worst is not None else next(iter(self._cache)))

    def clear(self) -> str:
        """What ClearCache does; returns its status (1.6 §5.4, rule AUTH-08)."""
        if not self._core.configuration.flag("AuthorizationCacheEnabled"):
            return "Rejected"
        self._cache.clear()
        return "Accepted"
