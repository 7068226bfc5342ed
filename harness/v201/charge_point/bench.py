"""What is there to test charging stations of OCPP 2.0.1: no cases yet."""

from __future__ import annotations

from typing import Final

from harness.edition import Bench, nothing_beside, nothing_contradicted, nothing_to_take_back

BENCH: Final = Bench(
    fixtures="harness.plugin.fixtures",
    contradicted=nothing_contradicted,
    beside=nothing_beside,
    take_back=nothing_to_take_back,
    reach=None,
)
