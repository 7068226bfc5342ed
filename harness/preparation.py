"""Before the first case: stations and tags are made known, and the system under test is looked at once.

What is wrong here would be wrong in every case, so it is one sentence and not seventy verdicts.
"""

import asyncio
from pathlib import Path
from time import monotonic_ns
from typing import Any

from harness import operators
from harness.operators import OperatorError, manual
from harness.provisioning.scopes import make_for_run, remove_all
from harness.responder import Responder
from harness.sut import Lane, ManualSettings, Sut, link_of
from harness.tls import context_of, credentials_of
from harness.verdicts import HarnessError
from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectFailed, ConnectionClosed, OcppError
from ocppj.frames import Call
from ocppj.peer import Handler, Peer, connect

PINGS = 5
UNKNOWN = (403, 404)
"""HTTP statuses with which a station may be refused because it is not known."""


class NotReady(Exception):
    """The run cannot begin; the text is one sentence with the fix.

    ``answered``: whether somebody answered, so that the system under test is there and only does not want us.
    ``usage``: the SUT file or an option is at fault, and not the world.
    """

    def __init__(self, sentence: str, *, answered: bool = False, usage: bool = False) -> None:
        super().__init__(sentence)
        self.answered = answered
        self.usage = usage


async def prepare(sut: Sut, lanes: list[Lane], out: Path) -> float | None:
    """Make lanes and tags known, connect once, boot once; gives the median round trip of a ping in milliseconds.

    Raises ``NotReady``, and then nothing that was made is left. Only a CSMS is prepared; a station connects by itself.
    """
    if sut.role != "csms":
        return None
    if isinstance(sut.operator, ManualSettings) and (problem := manual.problem(len(lanes))) is not None:
        raise NotReady(f"{sut.source}: {problem}", usage=True)
    try:
        await operators.make(sut).close()  # a class of the user's may not be there
    except OperatorError as error:
        raise NotReady(str(error), usage=True) from None
    try:
        await make_for_run(sut, lanes, out)
    except (OperatorError, HarnessError) as error:
        raise NotReady(str(error)) from None
    try:
        return await probe(sut, lanes[0])
    except BaseException:
        await remove_all(sut, out)
        raise


async def probe(sut: Sut, lane: Lane) -> float:
    """Connect as ``lane``, measure pings, and see whether a BootNotification is answered. Raises ``NotReady``."""
    link, timeouts = link_of(sut, lane), sut.timeouts
    try:
        peer = await connect(
            link.url,
            lane.identity,
            handler=_sensible(sut, lane),
            ssl=context_of(link, credentials_of(link, sut.security.cpo_name)),
            basic_auth=link.basic_auth,
            open_timeout=timeouts.connect_s,
            call_timeout=timeouts.message_s,
        )
    except ConnectFailed as error:
        hint = _unknown(sut, lane) if error.status in UNKNOWN else ""
        raise NotReady(f"{error}{hint}", answered=error.status is not None and error.status < 500) from None
    except HarnessError as error:
        raise NotReady(str(error), usage=True) from None
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


def _unknown(sut: Sut, lane: Lane) -> str:
    if not sut.fresh_identities:
        return ""
    return (
        f"; plugproof came as {lane.identity}, and comes under a new identity for every case: "
        "let unknown stations in, name known ones in [[lanes]] of a SUT file, or have them made by [fixtures]"
    )


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
