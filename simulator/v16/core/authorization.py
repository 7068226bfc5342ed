"""May this idTag charge? Local list, cache, CSMS, and what holds offline (1.6 §3.5, §4.1, §5.4).

Rules AUTH-01, 02, 04, 05, 06, 08, 09. The local list is a feature (`Feature.known`) and goes before the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.kernel.errors import Offline, Unanswered
from simulator.v16.core.cache import TagCache, TagInfo
from simulator.v16.core.context import Context


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

    __slots__ = ("_listed", "cache", "context")

    def __init__(self, context: Context, *, listed: Callable[[str], Decision | None]) -> None:
        """`listed` says what is known about an idTag before the cache is looked at."""
        self.context = context
        self.cache = TagCache(context.store)
        self._listed = listed

    async def decide(self, tag: str) -> Decision:
        """May `tag` charge now? Asks the CSMS when that is due and possible (rule AUTH-01)."""
        known = self.known(tag)
        if self.context.configuration.flag("LocalPreAuthorize") and known is not None and known.accepted:
            return known
        if self.context.registration.online:
            try:
                answer = await self.context.registration.ask("Authorize", {"idTag": tag})
            except Offline:
                pass
            except Unanswered as error:
                self.context.events.publish("problem", f"Authorize was not answered: {error}")
                return Decision("Invalid", None, "unanswered")
            else:
                self.remember(tag, answer["idTagInfo"])
                return Decision(answer["idTagInfo"]["status"], answer["idTagInfo"].get("parentIdTag"), "csms")
        return self._offline(known)

    def _offline(self, known: Decision | None) -> Decision:
        """Rule AUTH-09: a tag known to be bad is refused, an unknown one only let in when that is configured."""
        if known is not None:
            if known.accepted and not self.context.configuration.flag("LocalAuthorizeOffline"):
                return Decision("Invalid", known.parent, "offline")
            return known
        if self.context.configuration.flag("AllowOfflineTxForUnknownId"):
            return Decision("Accepted", None, "offline")
        return Decision("Invalid", None, "offline")

    def known(self, tag: str) -> Decision | None:
        """What the station knows about `tag` without asking: the list first, then the cache (rule AUTH-04)."""
        listed = self._listed(tag)
        if listed is not None:
            return listed
        if not self.context.configuration.flag("AuthorizationCacheEnabled"):
            return None
        entry = self.cache.get(tag)
        return None if entry is None else Decision(entry.at(self.context.clock.now()), entry.parentIdTag, "cache")

    def remember(self, tag: str | None, info: Mapping[str, Any] | None) -> None:
        """Update the cache from any idTagInfo (rule AUTH-05), save for tags of the local list (rule AUTH-04)."""
        if tag is None or info is None or not self.context.configuration.flag("AuthorizationCacheEnabled"):
            return
        # ConcurrentTx is about this attempt, not about the tag.
        if info["status"] != "ConcurrentTx" and self._listed(tag) is None:
            self.cache.put(tag, TagInfo.of(info))

    def clear(self) -> str:
        """What ClearCache does; returns its status (1.6 §5.4, rule AUTH-08)."""
        if not self.context.configuration.flag("AuthorizationCacheEnabled"):
            return "Rejected"
        self.cache.clear()
        return "Accepted"
