"""May this token charge? Cache, CSMS, and what holds offline (P2 C01, C10 to C12, C15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.kernel.errors import Offline, Unanswered
from simulator.station.cache import Cache
from simulator.v201.authorization.cache import KIND, TokenInfo
from simulator.v201.authorization.id_token import IdToken
from simulator.v201.core.context import Context

_WITHOUT_QUESTION = frozenset({"NoAuthorization", "Central"})
"""Types of tokens that no AuthorizeRequest is sent for (C01.FR.02, C05)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, `status` as in IdTokenInfoType, and who decided."""

    status: str
    group: str | None
    source: str  # "cache", "csms", "offline", or "unanswered": asked, and no usable answer came

    @property
    def accepted(self) -> bool:
        """Whether the token may charge."""
        return self.status == "Accepted"

    @property
    def why(self) -> str:
        """Why the token may not charge."""
        if self.source == "unanswered":
            return "Authorize was not answered in a usable way"
        if self.source == "offline":
            return "the station is offline, and nothing it knows lets this token in"
        return f"the token is {self.status} ({self.source})"


class Authorizer:
    """Decides about tokens and remembers what the CSMS said about them."""

    __slots__ = ("cache", "context")

    def __init__(self, context: Context) -> None:
        self.context = context
        self.cache = Cache(context.store, KIND, TokenInfo)

    async def decide(self, token: IdToken) -> Decision:
        """May `token` charge now? Asks the CSMS when that is due and possible."""
        if token.type in _WITHOUT_QUESTION:
            return Decision("Accepted", None, "offline")
        known, model = self._known(token), self.context.device_model
        # What is not Accepted may have changed, unless the station is told not to ask.
        is_enough = known is not None and (known.accepted or model.flag("AuthCacheCtrlr.DisablePostAuthorize"))
        if known is not None and is_enough and model.flag("AuthCtrlr.LocalPreAuthorize"):
            return known
        if self.context.registration.online:
            try:
                answer = await self.context.registration.ask("Authorize", {"idToken": token.wire()})
            except Offline:
                pass
            except Unanswered as error:
                self.context.events.publish("problem", f"Authorize was not answered: {error}")
                return Decision("Invalid", None, "unanswered")
            else:
                return self.remember(token, answer["idTokenInfo"])
        return self._offline(known)

    def _offline(self, known: Decision | None) -> Decision:
        """C13, C15: a token known to be bad is refused, an unknown one only let in when that is configured."""
        model = self.context.device_model
        if known is not None and model.flag("AuthCtrlr.LocalAuthorizeOffline"):
            return known
        if known is None and model.flag("AuthCtrlr.OfflineTxForUnknownIdEnabled"):
            return Decision("Accepted", None, "offline")
        return Decision("Invalid", None, "offline")

    def _known(self, token: IdToken) -> Decision | None:
        """What the cache says about a token, if that still counts."""
        model = self.context.device_model
        if not model.flag("AuthCacheCtrlr.Enabled"):
            return None
        entry = self.cache.get(token.key)
        if entry is None or not entry.holds(self.context.clock.now(), model.number("AuthCacheCtrlr.LifeTime")):
            return None
        return Decision(entry.status, entry.group, "cache")

    def remember(self, token: IdToken, info: Mapping[str, Any]) -> Decision:
        """Update the cache from any IdTokenInfoType (C10.FR.04, C10.FR.05)."""
        told = TokenInfo.of(info, self.context.clock.now())
        is_kept = self.context.device_model.flag("AuthCacheCtrlr.Enabled") and token.type not in _WITHOUT_QUESTION
        if is_kept and told.status != "ConcurrentTx":  # which is about this attempt, not about the token
            self.cache.put(token.key, told)
        return Decision(told.status, told.group, "csms")

    def is_master(self, group: str | None) -> bool:
        """Whether a group may stop what others have started, and start nothing itself (C16)."""
        master = self.context.device_model["AuthCtrlr.MasterPassGroupId"]
        return bool(master) and group is not None and group.lower() == master.lower()

    def clear(self) -> str:
        """What ClearCache does; returns its status (C11.FR.04)."""
        if not self.context.device_model.flag("AuthCacheCtrlr.Enabled"):
            return "Rejected"
        self.cache.clear()
        return "Accepted"
