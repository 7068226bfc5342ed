"""The WebSocket below the messages (OCPP-J 1.6 §4.1.2, §5.1; RFC 6455 §5)."""

from harness.v16.csms.vocabulary import Station, case, states


@case(
    "CON-10_CSMS",
    "Compression is offered",
    profile="rpc",
    ref="OCPP-J 1.6 §5.1, RFC 7692",
    rules={"R1": "A station that offers compression is served, whether or not the CSMS takes it."},
)
async def test_compression(offline_station: Station) -> None:
    await offline_station.is_let_in()
    await offline_station.wire.connects_compressed(advice="R1")
    await states.boot(offline_station)


@case(
    "CON-11_CSMS",
    "A ping is answered",
    profile="rpc",
    ref="RFC 6455 §5.5.2, §5.5.3",
    rules={
        "R1": "A ping without a body gets its pong.",
        "R2": "The pong for a ping with a body repeats the body, up to the longest one.",
    },
)
async def test_ping(station: Station) -> None:
    await station.wire.pings(b"", rule="R1")
    await station.wire.pings(b"plugproof", rule="R2")
    await station.wire.pings(bytes(range(125)), rule="R2")


@case(
    "CON-16_CSMS",
    "A message in several fragments",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.2, RFC 6455 §5.4",
    rules={
        "R1": "A CALL that comes in several fragments is answered as one that comes in a piece.",
        "R2": "So is one in which every character is a fragment.",
    },
)
async def test_fragments(station: Station) -> None:
    await station.wire.accepts("Heartbeat", pieces=3, rule="R1")
    await station.wire.accepts("Heartbeat", id="a-fragment-each", pieces=100, rule="R2")
