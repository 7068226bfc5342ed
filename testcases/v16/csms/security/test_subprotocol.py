"""Which subprotocol a station and a CSMS agree on (OCPP-J 1.6 §3.1.2, §3.2)."""

from harness.v16.csms.vocabulary import Station, case


@case(
    "TC_088_CSMS",
    "WebSocket Subprotocol negotiation",
    profile="security",
    ref="OCPP-J 1.6 §3.1.2, §3.2",
    rules={
        "R1": "A station that offers nothing but an unknown version is not let in.",
        "R2": "Out of several versions ocpp1.6 is agreed on, and named in the answer.",
    },
)
async def test_subprotocol(offline_station: Station) -> None:
    await offline_station.is_let_in()  # who turns everybody away does not do so for the version
    await offline_station.is_refused(rule="R1", subprotocols=["ocpp0.1"])
    await offline_station.connects(rule="R2", subprotocols=["ocpp0.1", "ocpp1.6"])
