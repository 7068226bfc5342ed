"""The connection and its opening handshake (OCPP-J 1.6 §3, §5; RFC 6455)."""

from typing import Final

from ocppj.evidence.trace import Role
from ocppj.rules import signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.handshake import Handshake, accepted_by, listed, one, values
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import short
from ocppj.v16.rules.alive import DAY, alive, is_notable

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "CON-01", "MUST", "J §3, §2", "The station opens a WebSocket by RFC 6455, version 13, and the CSMS accepts it so."
)
CHAPTER.rule(
    "CON-02",
    "MUST",
    "J §3.1.1",
    "A station asks for the path of the endpoint, a slash and its identity, percent-encoded where that is needed.",
    "station",
)
CHAPTER.rule("CON-03", "MUST", "J §3.1.1", "An identity is decoded before the CSMS looks for it.", "csms")
CHAPTER.rule(
    "CON-04",
    "MUST",
    "J §3.1.2",
    "A station offers its versions as subprotocols, 1.6 as ocpp1.6 letter by letter.",
    "station",
)
CHAPTER.rule("CON-05", "MUST", "J §3.2, T 088", "A CSMS agrees on one of the subprotocols that were offered.", "csms")
CHAPTER.rule(
    "CON-06",
    "MUST",
    "J §3.2, T 088",
    "Where no subprotocol suits both, the CSMS refuses the connection or closes it.",
    "csms",
)
CHAPTER.rule("CON-07", "SHOULD", "J §3.2", "A station that is not known is answered with HTTP 404.", "csms")
CHAPTER.rule(
    "CON-08",
    "MUST",
    "JE 3.4",
    "After HTTP 404 a station goes on trying, with pauses that do not get shorter.",
    "station",
)
CHAPTER.rule(
    "CON-09",
    "SHOULD",
    "J §5.4",
    "A station that connects again without a boot sends no BootNotification, unless what that says has changed.",
    "station",
)
CHAPTER.rule(
    "CON-10", "INFO", "J §5.1", "Compression is an extension of WebSocket that one side offered and the other took."
)
CHAPTER.rule("CON-11", "MUST", "RFC 6455 §5.5", "A ping is answered by a pong with the same data.")
CHAPTER.rule(
    "CON-12",
    "MUST",
    "J §7, S §9.1.34",
    "WebSocketPingInterval is the pause between pings of the station; 0 is none, and what is negative is refused.",
    "station",
)
CHAPTER.rule(
    "CON-13",
    "SHOULD",
    "JE 3.11",
    "WebSocketPingInterval is shorter than all attempts at a transaction message take together.",
    "station",
)
CHAPTER.rule("CON-14", "SHOULD", "practice", "A second connection of a station takes the place of the first.", "csms")
CHAPTER.rule("CON-15", "SHOULD", "J §5.3, S §4.6", "There is a Heartbeat a day at least, pings or not.")
CHAPTER.rule("CON-16", "MUST", "J §4.1.2", "Messages are WebSocket text frames that hold one JSON value.")
CHAPTER.rule("CON-17", "SHOULD", "J §4.1.2", "Characters outside ASCII stand in natural language only, so in no id.")

_VERSION: Final = "13"


@CHAPTER.judges("CON-01", "handshake")
def by_the_standard(handshake: Handshake, party: Role, view: View) -> str | None:
    if party == "station":
        versions = values(handshake.headers, "Sec-WebSocket-Version")
        if not handshake.headers or versions == [_VERSION]:
            return None
        told = short(", ".join(versions)) if versions else "not there"
        return f"Sec-WebSocket-Version is {told}, {_VERSION} is the version of RFC 6455"
    key = one(handshake.headers, "Sec-WebSocket-Key")
    if not key or not handshake.answer or one(handshake.answer, "Sec-WebSocket-Accept") == accepted_by(key):
        return None
    return "Sec-WebSocket-Accept does not belong to the Sec-WebSocket-Key of the request"


@CHAPTER.judges("CON-04", "handshake")
def offers_the_version(handshake: Handshake, party: Role, view: View) -> str | None:
    wanted, offered = view.protocol.subprotocol, handshake.offered
    if party != "station" or not handshake.headers or wanted in offered:
        return None
    return f"{wanted} is not offered, {', '.join(map(short, offered)) or 'no subprotocol'} is"


@CHAPTER.judges("CON-05", "handshake")
def agrees_on_what_was_offered(handshake: Handshake, party: Role, view: View) -> str | None:
    agreed, wanted = handshake.subprotocol, view.protocol.subprotocol
    if party != "csms" or agreed is None or not handshake.headers:
        return None
    if agreed not in handshake.offered:
        return f"the subprotocol {short(agreed)} was not offered"
    return None if agreed == wanted else f"the subprotocol agreed on is {short(agreed)}, {wanted} is spoken"


@CHAPTER.judges("CON-10", "handshake")
def only_offered_extensions(handshake: Handshake, party: Role, view: View) -> str | None:
    if party != "csms":
        return None
    offered = {_name(one) for one in listed(handshake.headers, "Sec-WebSocket-Extensions")}
    taken = (_name(one) for one in listed(handshake.answer, "Sec-WebSocket-Extensions"))
    odd = next((name for name in taken if name not in offered), None)
    return None if odd is None else f"the extension {short(odd)} was not offered"


def _name(extension: str) -> str:
    return extension.partition(";")[0].strip().lower()


@CHAPTER.judges("CON-15", "call", actions=("Heartbeat", "MeterValues", "StatusNotification"), guard=is_notable)
def a_heartbeat_a_day(seen: Seen, view: View) -> str | None:
    facts = alive(view)
    silence = seen.at - facts.beat
    if silence <= DAY or facts.seen_on != view.number:
        return None
    facts.beat = seen.at  # it is told once
    return f"there was no Heartbeat for {silence / 3.6e12:.1f} h"


@CHAPTER.judges("CON-17", "call", sign=signs.ODD_TEXT)
def id_in_ascii(seen: Seen, view: View) -> str | None:
    id = seen.frame.id or ""
    return None if id.isascii() else f"the id {short(id)} has characters outside ASCII"
