"""What is there to test charge points of OCPP 1.6."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.case.claims.model import Against, Conversation, Mismatch
from harness.edition import Bench, nothing_beside, nothing_to_take_back


def _contradicted(against: Against, conversation: Conversation) -> Iterator[Mismatch]:
    from harness.v16.charge_point.claims.contradictions import of_station

    return of_station(against, conversation)


BENCH: Final = Bench(
    fixtures="harness.v16.charge_point.fixtures",
    contradicted=_contradicted,
    beside=nothing_beside,
    take_back=nothing_to_take_back,
    reach=None,
    fuzzed="harness.instruments.fuzzing.v16.charge_point",
)
