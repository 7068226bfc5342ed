"""Messages that are none (OCPP-J 1.6 §4.2.3)."""

from harness.v16.charge_point.vocabulary import Csms, case


@case(
    "RPC-12_CS",
    "What is no message gets no answer",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    rules={
        "R1": "What is no JSON gets no answer.",
        "R2": "After it the connection is as good as before.",
    },
)
async def test_no_message(csms: Csms) -> None:
    asked = await csms.wire.writes("{", rule="R1")
    await csms.wire.hears_no_answer(None, since=asked, rule="R1")

    await csms.sends("GetConfiguration", key=["HeartbeatInterval"], rule="R2")
