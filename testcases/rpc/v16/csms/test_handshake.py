"""The opening handshake: which identity and which subprotocol (OCPP-J 1.6 §3)."""

from harness.v16.csms.vocabulary import Operator, Station, case, states

_UNKNOWN = "ocpp0.1"


@case(
    "CON-03_CSMS",
    "An identity that is percent-encoded",
    profile="rpc",
    ref="OCPP-J 1.6 §3.1.1, RFC 3986 §2.3",
    rules={
        "R1": "A station is let in when its identity is percent-encoded, even where it need not be.",
        "R2": "It is the station of that name: an operation for it reaches it on this connection.",
    },
)
async def test_percent_encoded_identity(offline_station: Station, operator: Operator) -> None:
    await offline_station.is_let_in()  # who turns it away altogether does not do so for the encoding
    await offline_station.wire.connects_encoded(rule="R1")
    await states.boot(offline_station)

    await operator.get_configuration(offline_station, key=["HeartbeatInterval"])
    request = await offline_station.receives("GetConfiguration", rule="R2")
    await request.answered(**offline_station.configuration(request))


@case(
    "CON-05_CSMS",
    "Several subprotocols are offered",
    profile="rpc",
    ref="OCPP-J 1.6 §3.1.2, §3.2",
    rules={
        "R1": "A station that offers ocpp1.6 among others is let in, wherever it stands among them.",
        "R2": "ocpp1.6 is agreed on, and named in the answer.",
    },
)
async def test_several_subprotocols(offline_station: Station) -> None:
    await offline_station.connects(rule="R1 R2", subprotocols=["ocpp1.6", _UNKNOWN])
    await offline_station.connects(rule="R1 R2", subprotocols=[_UNKNOWN, "ocpp1.6"])


@case(
    "CON-06_1_CSMS",
    "No subprotocol in common",
    profile="rpc",
    ref="OCPP-J 1.6 §3.2",
    rules={"R1": "A station that offers only an unknown version is refused, or its connection is closed at once."},
)
async def test_no_common_subprotocol(offline_station: Station) -> None:
    await offline_station.is_let_in()
    await offline_station.is_refused(rule="R1", subprotocols=[_UNKNOWN])


@case(
    "CON-06_2_CSMS",
    "No subprotocol at all",
    profile="rpc",
    ref="OCPP-J 1.6 §3.1.2, §3.2",
    rules={"R1": "A station that offers no subprotocol gets no connection that can be used."},
)
async def test_no_subprotocol(offline_station: Station) -> None:
    await offline_station.is_let_in()
    knock = await offline_station.wire.knocks(subprotocols=[])
    offline_station.wire.advises_knock(knock, knock.status != 101, expected="a refused connection", rule="R1")


@case(
    "CON-07_CSMS",
    "A station that nobody knows",
    profile="rpc",
    ref="OCPP-J 1.6 §3.2",
    needs=["unknown-refused-at-handshake"],
    rules={"R1": "An identity that the CSMS does not know is refused with HTTP 404."},
)
async def test_unknown_identity(offline_station: Station) -> None:
    await offline_station.is_let_in()
    knock = await offline_station.wire.knocks(stranger=True)
    offline_station.wire.advises_knock(knock, knock.status == 404, expected="HTTP 404", rule="R1")
