"""Messages that are none, or of no known type (OCPP-J 1.6 §4.1.3, §4.2.3)."""

from harness.v16.csms.vocabulary import Station, case


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
    await station.wire.hears_no_answer("unknown-type", since=asked, rule="R1")

    await station.sends("Heartbeat", rule="R2")
