"""Message ids: what they may look like, and when one comes twice (OCPP-J 1.6 §4.1.4; errata 3.1, 3.7)."""

from harness.v16.csms.vocabulary import Station, case, refusals


@case(
    "RPC-07_CSMS",
    "Ids of every kind come back as they were",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.4",
    rules={
        "R1": "The answer to a CALL whose id has capital and small letters carries this id.",
        "R2": "So does the answer to a CALL whose id has dots and other signs in it.",
        "R3": "So does the answer to a CALL whose id has 36 characters, the most that there may be.",
        "R4": "So does the answer to a CALL whose id looks like a number.",
    },
)
async def test_ids_come_back(station: Station) -> None:
    await station.wire.accepts("Heartbeat", id="CamelCase-Id-AbCdEf", rule="R1")
    await station.wire.accepts("Heartbeat", id="a.b_c:d/e~f (1)", rule="R2")
    await station.wire.accepts("Heartbeat", id="0123456789abcdefghijklmnopqrstuvwxyz", rule="R3")
    await station.wire.accepts("Heartbeat", id="0042", rule="R4")


@case(
    "RPC-06_CSMS",
    "A CALL is repeated with the id that it had",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.4, errata 3.7",
    rules={
        "R1": "A CALL is answered.",
        "R2": "The same CALL with the same id, as a station sends it again that missed the answer, is answered again.",
        "R3": "Afterwards a Heartbeat with an id of its own is answered.",
    },
)
async def test_repeated_id(station: Station) -> None:
    id = "repeated-id"
    await station.wire.answers("Heartbeat", id=id, rule="R1")
    asked = await station.wire.writes(f'[2,"{id}","Heartbeat",{{}}]')
    await station.wire.advises_answer(asked, id, rule="R2")
    await station.sends("Heartbeat", rule="R3")


@case(
    "ERR-09_CSMS",
    "A message id that is too long",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.4, §4.2.3",
    rules={
        "R1": "A CALL whose id has 37 characters gets a CALLERROR.",
        "R2": "It does not end the connection.",
        "R3": "Afterwards a Heartbeat is answered.",
    },
)
async def test_long_id(station: Station) -> None:
    id = "x" * 37
    asked = await station.wire.writes(f'[2,"{id}","Heartbeat",{{}}]')
    await station.wire.advises_error(asked, id, refusals.ANY, rule="R1")
    await station.wire.survives(asked, rule="R3", advice="R2")
