"""Before the first case: can the system under test be reached, does it answer, does it know stations and tags?

What is wrong here would be wrong in every case, so it is one sentence and not seventy verdicts.
"""

import asyncio
from time import monotonic_ns
from typing import Any

from harness import operators
from harness.operators import OperatorError
from harness.responder import Responder
from harness.sut import Lane, Sut
from harness.tls import client_context
from harness.verdicts import HarnessError
from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectFailed, ConnectionClosed, OcppError
from ocppj.frames import Call
from ocppj.peer import Handler, Peer, connect

PINGS = 5


class NotReady(Exception):
    """The run cannot begin; the text is one sentence with the fix."""


async def prepare(sut: Sut, workers: int) -> float | None:
    """Provision lanes and tags, connect once, boot once; gives the median round trip of a ping in milliseconds.

    Raises ``NotReady``. Only a CSMS is prepared; a station connects by itself.
    """
    if sut.role != "csms":
        return None
    lanes = [sut.lane(index) for index in range(workers)]
    operator = operators.make(sut)
    try:
        await operator.prepare(sut, lanes)
    except OperatorError as error:
        raise NotReady(str(error)) from None
    finally:
        await operator.close()
    return await probe(sut, lanes[0])


async def probe(sut: Sut, lane: Lane) -> float:
    """Connect as ``lane``, measure pings, and see whether a BootNotification is answered. Raises ``NotReady``."""
    link, timeouts = sut.connection, sut.timeouts
    try:
        peer = await connect(
            link.url or "",
            lane.identity,
            handler=_sensible(sut, lane),
            ssl=client_context(link),
            basic_auth=lane.basic_auth if link.security_profile in (1, 2) else None,
            open_timeout=timeouts.connect_s,
            call_timeout=timeouts.message_s,
        )
    except (ConnectFailed, HarnessError) as error:
        raise NotReady(str(error)) from None
    try:
        rtt = await _round_trip(peer, timeouts.connect_s)
        boot = {"chargePointVendor": sut.boot.vendor, "chargePointModel": sut.boot.model}
        await peer.call("BootNotification", boot)
        return rtt
    except CallTimeout as error:
        where = f"{link.url}: {error}"
        raise NotReady(
            f"{where}; is this the OCPP 1.6J endpoint of the CSMS, or timeouts.message_s too short?"
        ) from None
    except ConnectionClosed as error:
        raise NotReady(
            f"{link.url}: {error} during the first BootNotification; does it know {lane.identity}?"
        ) from None
    except (CallRefused, BadAnswer):
        return rtt  # it answers; what it answers is for the cases to judge
    finally:
        await peer.close()


def _sensible(sut: Sut, lane: Lane) -> Handler:
    """Many a CSMS asks a station for its configuration as soon as it has booted."""
    responder = Responder(lane.connectors, sut.keys.heartbeat_s, sut.keys.sample_interval_s)

    async def answer(call: Call) -> dict[str, Any]:
        payload = responder.answer(call.action, call.payload)
        if payload is None:
            raise OcppError("NotSupported", f"{call.action} is not supported")
        return payload

    return answer


async def _round_trip(peer: Peer, seconds: float) -> float:
    times = []
    for _ in range(PINGS):
        sent = monotonic_ns()
        try:
            async with asyncio.timeout(seconds):
                await peer.ping()
        except TimeoutError:
            raise NotReady(f"the server did not answer a WebSocket ping in {seconds:g} s (RFC 6455 §5.5.2)") from None
        times.append((monotonic_ns() - sent) / 1e6)
    return round(sorted(times)[PINGS // 2], 3)
