"""Messages of a station that the CSMS does not take, and how they are sent again (OCPP 1.6 §3.7.1)."""

from __future__ import annotations

from harness.peers.counterpart import Request
from harness.v16.charge_point import states
from harness.v16.charge_point.csms import Csms


async def are_repeated(csms: Csms, *, attempts: int, interval: int) -> None:
    """A message about a transaction is sent so often, ``interval`` seconds apart at first; no meter values between."""
    await states.configures(
        csms,
        TransactionMessageAttempts=str(attempts),
        TransactionMessageRetryInterval=str(interval),
        MeterValueSampleInterval="0",
        ClockAlignedDataInterval="0",
    )


async def refuses(csms: Csms, request: Request) -> None:
    """Answer a CALL that the case ``holds`` with a CALLERROR: it was delivered, and not processed."""
    request.is_answered = True
    await csms.peer.refuse(request.id, "InternalError", "refused on purpose")


def seconds_between(first: Request, second: Request) -> float:
    """Seconds from one message to another."""
    return (second.seen.at - first.seen.at) / 1e9
