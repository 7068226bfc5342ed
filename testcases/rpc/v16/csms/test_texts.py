"""Texts that a parser may stumble over, and more of them than usual (OCPP-J 1.6 §4.1; RFC 8259 §7 to §9).

The standard sets no bounds here, so that a CSMS may refuse such a text or end the connection. That it goes on serving
the station is what is judged.
"""

from harness.v16.csms.vocabulary import Station, case, refusals

_DEEP = 2_000
_LONG = 300_000
_MANY = 100

_SURVIVES = "Afterwards a Heartbeat of the station is answered, on a new connection if need be."


@case(
    "RPC-13_1_CSMS",
    "A payload that is nested deeply",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1, RFC 8259 §9",
    rules={
        "R1": "A CALL whose payload is an array, nested two thousand deep, gets a CALLERROR.",
        "R2": "It does not end the connection.",
        "R3": _SURVIVES,
    },
)
async def test_deep_nesting(station: Station) -> None:
    asked = await station.wire.writes(f'[2,"deep","Heartbeat",{"[" * _DEEP}{"]" * _DEEP}]')
    await station.wire.advises_error(asked, "deep", refusals.ANY, rule="R1")
    await station.wire.survives(asked, rule="R3", advice="R2")


@case(
    "RPC-13_2_CSMS",
    "The character NUL in a text",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1, RFC 8259 §7",
    rules={
        "R1": "A CALL whose idTag holds the character NUL, as JSON escapes it, is answered.",
        "R2": "Afterwards a Heartbeat is answered.",
    },
)
async def test_nul(station: Station) -> None:
    await station.wire.answers("Authorize", r'{"idTag":"NUL\u0000TAG"}', rule="R1")
    await station.sends("Heartbeat", rule="R2")


@case(
    "RPC-13_3_CSMS",
    "Half of a surrogate pair in a text",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.2, RFC 8259 §8.2",
    rules={
        "R1": "A CALL whose idTag holds an escaped surrogate that stands alone does not end the connection.",
        "R2": _SURVIVES,
    },
)
async def test_lone_surrogate(station: Station) -> None:
    asked = await station.wire.writes(r'[2,"surrogate","Authorize",{"idTag":"HALF\ud83d"}]')
    await station.wire.survives(asked, rule="R2", advice="R1")


@case(
    "RPC-13_4_CSMS",
    "A message that is larger than any a station sends",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1, RFC 6455 §7.4.1",
    rules={"R1": _SURVIVES},
)
async def test_oversize(station: Station) -> None:
    text = f'[2,"oversize","DataTransfer",{{"vendorId":"org.example.large","data":"{"x" * _LONG}"}}]'
    asked = await station.wire.writes(text)
    await station.wire.survives(asked, rule="R1")


@case(
    "RPC-13_5_CSMS",
    "Many Heartbeats at a time",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={"R1": "Every one of a hundred Heartbeats that do not wait for each other is answered."},
)
async def test_flood(station: Station) -> None:
    await station.wire.floods("Heartbeat", _MANY, rule="R1")
