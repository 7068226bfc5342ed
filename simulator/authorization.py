"""May this idTag charge? Local list, cache, CSMS, and what holds offline (1.6 §3.5, §4.1, §5.4).

Rules AUTH-01, 02, 04, 05, 06, 08, 09. The local list is a feature (`Feature.known`) and goes before the cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.cache import TagCache, TagInfo
from simulator.errors import Offline, Unanswered
from simulator.parts import Parts


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, `status` as in idTagInfo, and who decided."""

    status: str
    parent: str | None
    source: str  # "list", "cache", "csms", "offline", or "unanswered": asked, and no usable answer came

    @property
    def accepted(self) -> bool:
        """Whether the tag may charge."""
        return self.status == "Accepted"

    @property
    def why(self) -> str:
        """Why the tag may not charge: what somebody has said about it, or what this station makes of its own."""
        if self.source == "unanswered":
            return "Authorize was not answered in a usable way"
        if self.source == "offline":
            return "the station is offline, and nothing it knows lets this idTag in"
        return f"idTag is {self.status} ({self.source})"


def same_tag(one: str | None, other: str | None) -> bool:
    """idTags are CiStrings: letter case does not matter (rule VAL-06)."""
    return one is not None and other is not None and one.lower() == other.lower()


class Authorizer:
    """Decides about idTags and remembers what the CSMS said about them."""

    __slots__ = ("cache", "parts")

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.cache = TagCache(parts.store)

    async def decide(self, tag: str) -> Decision:
        """May `tag` charge now? Asks the CSMS when that is due and possible (rule AUTH-01)."""
        known = self.known(tag)
        if self.parts.configuration.flag("LocalPreAuthorize") and known is not None and known.accepted:
            return known
        if self.parts.registration.online:
            try:
                answer = await self.parts.registration.ask("Authorize", {"idTag": tag})
            except Offline:
                pass
            except Unanswered as error:
                self.parts.events.publish("problem", f"Authorize was not answered: {error}")
                return Decision("Invalid", None, "unanswered")
            else:
                self.remember(tag, answer["idTagInfo"])
                return Decision(answer["idTagInfo"]["status"], answer["idTagInfo"].get("parentIdTag"), "csms")
        return self._offline(known)

    def _offline(self, known: Decision | None) -> Decision:
        """Rule AUTH-09: a tag known to be bad is refused, an unknown one only let in when that is configured."""
        if known is not None:
            if known.accepted and not self.parts.configuration.flag("LocalAuthorizeOffline"):
                return Decision("Invalid", known.parent, "offline")
            return known
        if self.parts.configuration.flag("AllowOfflineTxForUnknownId"):
            return Decision("Accepted", None, "offline")
        return Decision("Invalid", None, "offline")

    def known(self, tag: str) -> Decision | None:
        """What the station knows about `tag` without asking: the list first, then the cache (rule AUTH-04)."""
        listed = self.parts.features.known(tag)
        if listed is not None:
            return listed
        if not self.parts.configuration.flag("AuthorizationCacheEnabled"):
            return None
        entry = self.cache.get(tag)
        return None if entry is None else Decision(entry.at(self.parts.clock.now()), entry.parentIdTag, "cache")

    def remember(self, tag: str | None, info: Mapping[str, Any] | None) -> None:
        """Update the cache from any idTagInfo (rule AUTH-05), save for tags of the local list (rule AUTH-04)."""
        if tag is None or info is None or not self.parts.configuration.flag("AuthorizationCacheEnabled"):
            return
        # ConcurrentTx is about this attempt, not about the tag.
        if info["status"] != "ConcurrentTx" and self.parts.features.known(tag) is None:
            self.cache.put(tag, TagInfo.of(info))

    def clear(self) -> str:
        """What ClearCache does; returns its status (1.6 §5.4, rule AUTH-08)."""
        if not self.parts.configuration.flag("AuthorizationCacheEnabled"):
            return "Rejected"
        self.cache.clear()
        return "Accepted"
