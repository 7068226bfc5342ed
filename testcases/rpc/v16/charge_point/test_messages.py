"""Messages that are none, or that nobody has asked for (OCPP-J 1.6 §4.1, §4.2.3)."""

from harness.v16.charge_point.vocabulary import Csms, case, frames


@case(
    "RPC-02_CS",
    "A CALL without a payload is refused",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.1",
    rules={
        "R1": "A CALL of three elements is refused with a CALLERROR, or gets no answer.",
        "R2": "A CALL with a payload that is no object is refused with a CALLERROR, or gets no answer.",
    },
)
async def test_call_without_payload(csms: Csms) -> None:
    await frames.is_not_processed(csms, '[2,"{id}","GetConfiguration"]', rule="R1")
    await frames.is_not_processed(csms, '[2,"{id}","GetConfiguration","HeartbeatInterval"]', rule="R2")
    await frames.is_not_processed(csms, '[2,"{id}","GetConfiguration",["HeartbeatInterval"]]', rule="R2")


@case(
    "RPC-05_CS",
    "A CALL whose id is no string is not processed",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.4",
    rules={
        "R1": "A CALL with a number as its id gets no CALLRESULT.",
        "R2": "After it the connection is as good as before.",
    },
)
async def test_numeric_id(csms: Csms) -> None:
    asked = await csms.wire.writes('[2,4711,"GetConfiguration",{"key":["HeartbeatInterval"]}]', rule="R1")
    await frames.hears_no_result(csms, asked, rule="R1")

    await frames.goes_on(csms, rule="R2")


@case(
    "RPC-07_1_CS",
    "An answer has the id of its CALL",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.4",
    rules={
        "R1": "The id of a CALLRESULT is that of the CALL, in the same letter case.",
        "R2": "An id of 36 characters comes back whole.",
        "R3": "The id of a CALLERROR is that of the CALL, too.",
    },
)
async def test_ids_come_back(csms: Csms) -> None:
    await frames.answers_by_id(csms, "GetConfiguration", frames.odd_id(), rule="R1")
    await frames.answers_by_id(csms, "GetConfiguration", frames.longest_id(), rule="R2")
    await frames.answers_by_id(csms, "NoSuchAction", frames.odd_id(), rule="R3")


@case(
    "RPC-08_CS",
    "The name of an action is case sensitive",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.1",
    rules={"R1": "An action in another letter case is refused with the CALLERROR NotImplemented."},
)
async def test_action_in_lower_case(csms: Csms) -> None:
    answer = await csms.wire.asks("getconfiguration", rule="R1")
    csms.wire.is_refused(answer, ["NotImplemented"], rule="R1", warned=["NotSupported"])


@case(
    "RPC-09_CS",
    "An empty payload",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.1, §4.2.2",
    rules={
        "R1": "A CALL with an empty object for its payload is answered with a CALLRESULT.",
        "R2": "A CALL with null for its payload is answered as one with an empty object.",
    },
)
async def test_empty_payload(csms: Csms) -> None:
    answer = await csms.wire.asks("GetConfiguration", "{}", rule="R1")
    frames.is_result(csms, answer, rule="R1")
    answer = await csms.wire.asks("GetConfiguration", "null", rule="R2")
    frames.is_result(csms, answer, rule="R2", advised=True)


@case(
    "RPC-12_CS",
    "What is no message gets no answer",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    rules={
        "R1": "What is no JSON, or too short for an id, gets no answer.",
        "R2": "After it the connection is as good as before.",
    },
)
async def test_no_message(csms: Csms) -> None:
    for text in ("{", "[]", "[2]", '"OCPP"'):
        asked = await csms.wire.writes(text, rule="R2")
        await csms.wire.hears_nothing(since=asked, rule="R1", advised=True)

    await frames.goes_on(csms, rule="R2")


@case(
    "RPC-13_1_CS",
    "Two CALLs in one breath",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={"R1": "Each of several CALLs that follow each other at once is answered, and once."},
)
async def test_calls_in_one_breath(csms: Csms) -> None:
    await frames.answers_each_once(csms, count=5, rule="R1")


@case(
    "RPC-13_2_CS",
    "An id that was used before",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.4, errata 3.7",
    rules={"R1": "A CALL with the id of one that was answered is answered or refused."},
)
async def test_used_id(csms: Csms) -> None:
    id = frames.new_id()
    await csms.wire.asks("GetConfiguration", {"key": ["HeartbeatInterval"]}, id=id, rule="R1")
    await frames.is_answered_again(csms, id, rule="R1")


@case(
    "RPC-14_CS",
    "Answers that belong to no CALL",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={
        "R1": "A CALLRESULT whose id nobody has used gets no answer.",
        "R2": "A CALLERROR whose id nobody has used gets no answer.",
        "R3": "After them the connection is as good as before.",
    },
)
async def test_stray_answers(csms: Csms) -> None:
    asked = await csms.wire.writes(f'[3,"{frames.new_id()}",{{}}]', rule="R1")
    await csms.wire.hears_nothing(since=asked, rule="R1")
    asked = await csms.wire.writes(f'[4,"{frames.new_id()}","GenericError","",{{}}]', rule="R2")
    await csms.wire.hears_nothing(since=asked, rule="R2")

    await frames.goes_on(csms, rule="R3")
