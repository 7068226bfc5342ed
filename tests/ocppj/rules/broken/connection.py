"""Connections (catalogue chapter 1)."""

from typing import Any, Final

from tests.ocppj.rules.broken.messages import calls
from tests.ocppj.rules.broken.model import Breach, Conversation
from tests.ocppj.support.talk import Talk, handshake


def shakes(**changes: Any) -> Conversation:
    """An opening handshake."""
    return lambda talk: talk.session.shake_hands(handshake(**changes))


def beats(*hours: float) -> Conversation:
    """A Heartbeat, and another one after each of these pauses."""

    def conversation(talk: Talk) -> None:
        for number, pause in enumerate((0.0, *hours)):
            talk.passes(pause * 3_600)
            talk.says(f'[2,"b{number}","Heartbeat",{{}}]')
            talk.hears(f'[3,"b{number}",{{"currentTime":"2026-11-21T10:00:00Z"}}]')

    return conversation


RIGHT: Final = shakes()

BREACHES: Final = (
    Breach("CON-01", "a handshake of version 8", RIGHT, shakes(Sec_WebSocket_Version="8"), party="station"),
    Breach(
        "CON-01",
        "an answer that does not belong to the key",
        RIGHT,
        shakes(answered_Sec_WebSocket_Accept="AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        party="csms",
    ),
    Breach(
        "CON-04",
        "the subprotocol in upper case",
        shakes(Sec_WebSocket_Protocol="ocpp2.0.1, ocpp1.6"),
        shakes(Sec_WebSocket_Protocol="OCPP1.6", agreed=None),
    ),
    Breach("CON-05", "a subprotocol that was not offered", RIGHT, shakes(agreed="ocpp1.5")),
    Breach(
        "CON-05",
        "another subprotocol than the one that is spoken",
        RIGHT,
        shakes(Sec_WebSocket_Protocol="ocpp2.0.1, ocpp1.6", agreed="ocpp2.0.1"),
    ),
    Breach(
        "CON-10",
        "compression that was not offered",
        shakes(
            Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits",
            answered_Sec_WebSocket_Extensions="permessage-deflate",
        ),
        shakes(answered_Sec_WebSocket_Extensions="permessage-deflate"),
        party="csms",
    ),
    Breach("CON-15", "no Heartbeat for 25 hours", beats(23, 24), beats(25), party="station"),
    Breach(
        "CON-16",
        "a message in a binary frame",
        keeps=lambda talk: talk.calls(),
        breaks=lambda talk: talk.says(b'[2,"1","DataTransfer",{"vendorId":"V"}]'),
    ),
    Breach("CON-17", "an id with an umlaut", calls("u1"), calls("ü1")),
)
