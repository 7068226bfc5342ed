"""A look at a CSMS from outside: what a station of OCPP 2.0.1 says."""

from collections.abc import Callable
from typing import Any, Final

from harness.peers.reach.looking import Payload, Speech, status_in
from harness.sut import Lane, Sut
from harness.v201.csms.id_tokens import id_token
from harness.v201.csms.responder import Responder
from ocppj.v201 import PROTOCOL


def _boot(sut: Sut) -> dict[str, Any]:
    return {"reason": "PowerUp", "chargingStation": {"model": sut.boot.model, "vendorName": sut.boot.vendor}}


def _authorize(sut: Sut, tag: str) -> dict[str, Any]:
    return {"idToken": id_token(sut, tag)}


def _sensible(sut: Sut, lane: Lane) -> Callable[[str, Payload], Payload | None]:
    return Responder(sut.keys).answer


SPEECH: Final = Speech(PROTOCOL, _boot, _authorize, status_in("idTokenInfo"), _sensible)
