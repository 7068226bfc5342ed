"""A look at a CSMS from outside: what a station of OCPP 1.6 says."""

from collections.abc import Callable
from typing import Any, Final

from harness.peers.look import Answers, Look
from harness.peers.pauses import PAUSES, Pauses
from harness.peers.reach import looking
from harness.peers.reach.looking import Payload, Speech, status_in
from harness.sut import Lane, Sut
from harness.v16.csms.responder import Responder
from ocppj.v16 import PROTOCOL


def _boot(sut: Sut) -> dict[str, Any]:
    return {"chargePointVendor": sut.boot.vendor, "chargePointModel": sut.boot.model}


def _authorize(sut: Sut, tag: str) -> dict[str, Any]:
    return {"idTag": tag}


def _sensible(sut: Sut, lane: Lane) -> Callable[[str, Payload], Payload | None]:
    return Responder(lane.connectors, sut.keys).answer


SPEECH: Final = Speech(PROTOCOL, _boot, _authorize, status_in("idTagInfo"), _sensible)


async def look(
    sut: Sut,
    lane: Lane,
    *,
    until: Answers = Answers.BOOTS,
    tags: bool = False,
    beats: bool = False,
    pauses: Pauses = PAUSES,
) -> Look:
    """See `harness.peers.reach.looking.look`."""
    return await looking.look(sut, lane, SPEECH, until=until, tags=tags, beats=beats, pauses=pauses)
