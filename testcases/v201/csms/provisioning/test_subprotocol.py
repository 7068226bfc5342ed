"""Which subprotocol a station and a CSMS agree on (OCPP 2.0.1 Part 4, section 3.1.2)."""

from harness.v201.csms.vocabulary import Station, case


@case(
    "TC_B_58_CSMS",
    "WebSocket Subprotocol validation",
    profile="core",
    ref="OCPP 2.0.1 Part 4, section 3.1.2",
    rules={
        "R1": "A station that offers nothing but an unknown version is not let in.",
        "R2": "A station that offers an unknown version beside ocpp2.0.1 is let in.",
        "R3": "Out of both ocpp2.0.1 is agreed on, and named in the answer.",
    },
)
async def test_subprotocol(offline_station: Station) -> None:
    await offline_station.is_let_in()  # who turns everybody away does not do so for the version
    await offline_station.is_refused(rule="R1", subprotocols=["ocpp0.1"])
    await offline_station.connects(rule="R2 R3", subprotocols=["ocpp0.1", "ocpp2.0.1"])
