"""Messages that are none, or of no known type (OCPP-J 1.6 §4.1.3, §4.2)."""

from harness.v16.csms.vocabulary import Station, case, refusals


@case(
    "RPC-11_CSMS",
    "A message of an unknown type is ignored",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.3",
    rules={
        "R1": "A message of an unknown type gets no answer.",
        "R2": "After it the connection is as good as before.",
    },
)
async def test_unknown_message_type(station: Station) -> None:
    asked = await station.wire.writes('[9,"unknown-type"]', rule="R1")
    await station.wire.hears_nothing(since=asked, rule="R1")

    await station.sends("Heartbeat", rule="R2")


@case(
    "RPC-01_CSMS",
    "A message type that is no integer",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.3",
    rules={
        "R1": "An array that does not begin with an integer gets no answer.",
        "R2": "It does not end the connection.",
        "R3": "Afterwards a Heartbeat is answered.",
    },
    texts=('["2","type-as-text","Heartbeat",{}]', '[null,"no-type","Heartbeat",{}]', '"Heartbeat"'),
)
@case(
    "RPC-12_CSMS",
    "What is no message gets no answer",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    rules={
        "R1": "A text in which no message id can be read gets no answer, as nobody could match it.",
        "R2": "It does not end the connection.",
        "R3": "Afterwards a Heartbeat is answered.",
    },
    texts=("{", "[]", "[2]", "no JSON at all", ""),
)
async def test_no_message(station: Station, texts: tuple[str, ...]) -> None:
    for text in texts:
        asked = await station.wire.writes(text)
        await station.wire.hears_nothing(since=asked, rule="R1", advised=True)
        await station.wire.survives(asked, rule="R3", advice="R2")


@case(
    "RPC-02_CSMS",
    "A CALL without a payload",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.1, §4.2.3",
    rules={
        "R1": "A CALL that lacks its payload gets a CALLERROR with its id.",
        "R2": "It does not end the connection.",
        "R3": "Afterwards a Heartbeat is answered.",
    },
)
async def test_no_payload(station: Station) -> None:
    asked = await station.wire.writes('[2,"no-payload","Heartbeat"]')
    await station.wire.advises_error(asked, "no-payload", refusals.NO_OBJECT, rule="R1")
    await station.wire.survives(asked, rule="R3", advice="R2")


@case(
    "RPC-05_CSMS",
    "A message id that is a number",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.4",
    rules={
        "R1": "A CALL whose id is a number does not get a CALLRESULT.",
        "R2": "It does not end the connection.",
        "R3": "Afterwards a Heartbeat is answered.",
    },
)
async def test_numeric_id(station: Station) -> None:
    asked = await station.wire.writes('[2,4711,"Heartbeat",{}]')
    await station.wire.hears_no_result("4711", since=asked, rule="R1", advised=True)
    await station.wire.survives(asked, rule="R3", advice="R2")


@case(
    "RPC-09_1_CSMS",
    "An empty payload, and one that is null",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.1, §4.2.2",
    rules={
        "R1": "A CALL with an empty object as payload gets its CALLRESULT.",
        "R2": "A CALL with null as payload, which stands for an empty one, gets its CALLRESULT, too.",
    },
)
async def test_null_payload(station: Station) -> None:
    await station.wire.accepts("Heartbeat", "{}", rule="R1")

    answer = await station.wire.asks("Heartbeat", "null", rule="R2")
    station.wire.advises_result(answer, rule="R2")


@case(
    "RPC-09_2_CSMS",
    "A payload that is no object",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.1, §4.2.3",
    rules={
        "R1": "A CALL whose payload is no object is answered.",
        "R2": "It gets a CALLERROR.",
        "R3": "Afterwards a Heartbeat is answered.",
    },
)
async def test_payload_is_no_object(station: Station) -> None:
    for payload in ("[]", '"text"', "5", "true"):
        answer = await station.wire.answers("Heartbeat", payload, rule="R1")
        station.wire.is_refused(answer, refusals.NO_OBJECT, rule="R2", advised=True)
    await station.sends("Heartbeat", rule="R3")


@case(
    "RPC-14_1_CSMS",
    "A CALLRESULT that answers nothing",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={
        "R1": "A CALLRESULT whose id no CALL has had gets no answer.",
        "R2": "After it the connection is as good as before.",
    },
    text='[3,"never-asked",{"status":"Accepted"}]',
)
@case(
    "RPC-14_2_CSMS",
    "A CALLERROR that answers nothing",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={
        "R1": "A CALLERROR whose id no CALL has had gets no answer.",
        "R2": "After it the connection is as good as before.",
    },
    text='[4,"never-asked","GenericError","",{}]',
)
async def test_stray_answer(station: Station, text: str) -> None:
    asked = await station.wire.writes(text, rule="R1")
    await station.wire.hears_nothing(since=asked, rule="R1")

    await station.sends("Heartbeat", rule="R2")
