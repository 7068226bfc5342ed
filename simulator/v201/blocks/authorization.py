"""Block C, authorization: the cache is cleared (P2 C11). Who may charge is decided in `v201.authorization`."""

from __future__ import annotations

from typing import Any

from simulator.v201.feature import Feature
from simulator.wire.operations import Answer, operation, status


class Authorization(Feature):
    """ClearCache."""

    __slots__ = ()

    @operation("ClearCache")
    def clear_cache(self, payload: dict[str, Any]) -> Answer:
        """C11."""
        return status(self.parts.authorizer.clear())
