"""Pings, pongs and messages in several fragments (RFC 6455 §5.4, §5.5; OCPP-J 1.6 §4.1.2, §5.3, §7)."""

from harness.v16.charge_point.vocabulary import Csms, case, doors, frames


@case(
    "CON-11_CS",
    "A ping is answered",
    profile="rpc",
    ref="RFC 6455 §5.5.2, §5.5.3",
    rules={"R1": "A WebSocket ping is answered by a pong with the same octets."},
)
async def test_ping(csms: Csms) -> None:
    await csms.wire.pings(rule="R1")


@case(
    "CON-12_1_CS",
    "The station pings as often as it is told",
    profile="rpc",
    ref="OCPP-J 1.6 §7; OCPP 1.6 §9.1.34",
    rules={
        "R1": "With a WebSocketPingInterval above 0 the station pings at that interval.",
        "R2": "With a WebSocketPingInterval of 0 it does not ping.",
    },
)
async def test_ping_interval(csms: Csms) -> None:
    seconds = csms.run.sut.keys.heartbeat_s
    await doors.pings_every(csms, seconds)
    await doors.pings_in_time(csms, seconds, rule="R1")

    await doors.pings_every(csms, 0)
    await doors.pings_no_more(csms, seconds, rule="R2")


@case(
    "CON-12_2_CS",
    "A negative interval between pings",
    profile="rpc",
    ref="OCPP-J 1.6 §7; OCPP 1.6 §9.1.34",
    rules={"R1": "A negative WebSocketPingInterval is Rejected."},
)
async def test_negative_ping_interval(csms: Csms) -> None:
    await doors.can_ping(csms)
    answer = await csms.sends("ChangeConfiguration", rule="R1", key="WebSocketPingInterval", value="-1")
    answer.shows(rule="R1", status="Rejected")


@case(
    "CON-13_CS",
    "Pings are more frequent than a message is repeated",
    profile="rpc",
    ref="OCPP-J 1.6 errata 3.11",
    rules={
        "R1": "WebSocketPingInterval is below TransactionMessageAttempts times TransactionMessageRetryInterval, or 0."
    },
)
async def test_ping_interval_and_attempts(csms: Csms) -> None:
    await doors.pings_before_the_last_attempt(csms, rule="R1")


@case(
    "CON-16_1_CS",
    "A message in several fragments",
    profile="rpc",
    ref="RFC 6455 §5.4; OCPP-J 1.6 §4.1.2",
    rules={"R1": "A CALL that comes in fragments is answered as if it had come in one."},
)
async def test_fragments(csms: Csms) -> None:
    await frames.answers_in_pieces(csms, pieces=4, rule="R1")


@case(
    "CON-16_2_CS",
    "A long message",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.2; OCPP 1.6 §6.15",
    rules={
        "R1": "A CALL of 60 000 characters is answered, with a CALLRESULT or with a CALLERROR.",
        "R2": "After it the connection is as good as before.",
    },
)
async def test_long_message(csms: Csms) -> None:
    payload = {"vendorId": "plugproof.example", "data": "0123456789" * 6_000}
    await frames.answers_at_all(csms, "DataTransfer", payload, rule="R1")
    await frames.goes_on(csms, rule="R2")
