"""CALLs of both sides at a time, answers that come late, and refusals of the station (OCPP-J 1.6 §4.1.1)."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, states

_KEY = "HeartbeatInterval"


@case(
    "RPC-15_CSMS",
    "One CALL at a time",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1, errata 3.5",
    rules={
        "R1": "While a CALL of the CSMS waits for its answer, it sends no second one.",
        "R2": "When the first one has been answered, the second one comes.",
    },
)
async def test_one_call_at_a_time(station: Station, operator: Operator) -> None:
    await operator.get_configuration(station, key=[_KEY])
    first = await station.receives("GetConfiguration")
    await operator.clear_cache(station)
    await station.wire.hears_no_call(since=first.seen, rule="R1", advised=True)

    await first.answered(**station.configuration(first))
    second = await station.receives("ClearCache", rule="R2")
    await second.answered(status="Accepted")


@case(
    "RPC-16_CSMS",
    "CALLs of both sides cross",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={"R1": "While a CALL of the CSMS waits for its answer, it answers those of the station."},
)
async def test_crossing_calls(station: Station, operator: Operator) -> None:
    await operator.get_configuration(station, key=[_KEY])
    request = await station.receives("GetConfiguration")
    asked = await station.wire.writes('[2,"crossing","Heartbeat",{}]')
    await station.wire.advises_answer(asked, "crossing", rule="R1")

    await request.answered(**station.configuration(request))


@case(
    "RPC-17_1_CSMS",
    "An answer comes a second time",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={
        "R1": "An answer to a CALL that does not wait for one any more gets no answer.",
        "R2": "After it the connection is as good as before.",
    },
)
async def test_second_answer(station: Station, operator: Operator) -> None:
    await operator.clear_cache(station)
    request = await station.receives("ClearCache")
    await request.answered(status="Accepted")
    again = await station.wire.writes(f'[3,"{request.id}",{{"status":"Rejected"}}]', rule="R1")
    await station.wire.hears_nothing(since=again, rule="R1")

    await station.sends("Heartbeat", rule="R2")


@case(
    "RPC-17_2_CSMS",
    "An answer comes late, when the station is back",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={
        "R1": "The answer to a CALL of an earlier connection, which cannot wait for it any more, gets no answer.",
        "R2": "After it the connection is as good as before.",
        "R3": "The next operation reaches the station.",
    },
)
async def test_late_answer(station: Station, operator: Operator) -> None:
    await operator.clear_cache(station)
    request = await station.receives("ClearCache")
    station.gives_up_operations()
    await station.loses_connection()
    await station.connects()
    await states.boots(station)
    late = await station.wire.writes(f'[3,"{request.id}",{{"status":"Accepted"}}]', rule="R1")
    await station.wire.hears_nothing(since=late, rule="R1")
    request.is_answered = True

    await station.sends("Heartbeat", rule="R2")
    await operator.get_configuration(station, key=[_KEY])
    following = await station.receives("GetConfiguration", rule="R3")
    await following.answered(**station.configuration(following))


@case(
    "RPC-17_3_CSMS",
    "An answer comes when the CSMS has given up",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    needs=["call-timeout"],
    rules={
        "R1": "When a CALL was not answered in the time that the CSMS waits, the next one comes.",
        "R2": "The answer to the first one, which comes then, gets no answer.",
        "R3": "After it the connection is as good as before.",
    },
)
async def test_answer_after_the_timeout(station: Station, operator: Operator, sut: Sut) -> None:
    await operator.clear_cache(station)
    held = await station.receives("ClearCache")
    station.gives_up_operations()
    await operator.get_configuration(station, key=[_KEY])
    waits = sut.answer("features.call_timeout_s")
    following = await station.wire.receives_after_timeout(held, "GetConfiguration", waits, rule="R1")
    late = await station.wire.writes(f'[3,"{held.id}",{{"status":"Accepted"}}]', rule="R2")
    held.is_answered = True
    await station.wire.hears_nothing(since=late, rule="R2")

    await station.sends("Heartbeat", rule="R3")
    await following.answered(**station.configuration(following))


@case(
    "RPC-10_CSMS",
    "The station refuses and says no more than it has to",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    rules={
        "R1": "A CALLERROR with an empty description and empty details gets no answer.",
        "R2": "After it the connection is as good as before.",
    },
    text='[4,"{id}","NotSupported","",{{}}]',
)
@case(
    "ERR-14_1_CSMS",
    "The station refuses with many words",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1, §4.2.3",
    rules={
        "R1": "A CALLERROR with a description and details gets no answer.",
        "R2": "After it the connection is as good as before.",
    },
    text='[4,"{id}","InternalError","The station cannot do this now.",{{"reason":"busy","codes":[1,2,3]}}]',
)
async def test_refusal_of_the_station(station: Station, operator: Operator, text: str) -> None:
    await operator.clear_cache(station)
    request = await station.receives("ClearCache")
    station.gives_up_operations()
    refused = await station.wire.writes(text.format(id=request.id), rule="R1")
    request.is_answered = True
    await station.wire.hears_nothing(since=refused, rule="R1")

    await station.sends("Heartbeat", rule="R2")
