"""Texts that are JSON and unusual: what they do to a station is no more than an answer (OCPP-J 1.6 §4.1, §4.2)."""

from harness.v16.charge_point.vocabulary import Csms, case, frames


@case(
    "RPC-13_3_CS",
    "A payload that is nested deeply",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1, §4.2.1",
    rules={
        "R1": "A CALL with a member that is nested 500 times is answered or refused.",
        "R2": "After it the connection is as good as before.",
    },
    text='{"vendorId":"plugproof.example","data":' + "[" * 500 + "]" * 500 + "}",
)
@case(
    "RPC-13_4_CS",
    "A text with the character NUL",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1, §4.2.1",
    rules={
        "R1": "A CALL with the character NUL in a text is answered or refused.",
        "R2": "After it the connection is as good as before.",
    },
    text='{"vendorId":"plugproof.example","data":"a\\u0000b"}',
)
@case(
    "RPC-13_5_CS",
    "A text with half a character",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1, §4.2.1",
    rules={
        "R1": "A CALL with a surrogate that stands alone is answered or refused.",
        "R2": "After it the connection is as good as before.",
    },
    text='{"vendorId":"plugproof.example","data":"a\\ud800b"}',
)
async def test_odd_text(csms: Csms, text: str) -> None:
    await frames.answers_at_all(csms, "DataTransfer", text, rule="R1")
    await frames.goes_on(csms, rule="R2")
