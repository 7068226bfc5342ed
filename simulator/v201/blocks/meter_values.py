"""Block J, meter values that are asked for (P2 F06). When others are taken is decided in `transactions.sampling`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from simulator.v201.feature import Feature
from simulator.wire.operations import trigger


class MeterValues(Feature):
    """What TriggerMessage asks of this block."""

    __slots__ = ()

    @trigger("MeterValues")
    def meter_values(self, evse: dict[str, Any] | None) -> Callable[[], None] | None:
        """Of one EVSE, or of all."""
        return partial(self.parts.sessions.sampler.send_now, None if evse is None else evse["id"])
