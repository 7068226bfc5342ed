"""Connections that are lost, replaced, or opened too often (OCPP-J 1.6 §3, §5).

A socket that died without a word looks open to a CSMS. What a station does next is to connect anew.
"""

from harness.v16.csms.vocabulary import Operator, Station, case, states

_CONNECTIONS = 50
_RETURNS = 10


@case(
    "CON-14_1_CSMS",
    "A second connection of the same station",
    profile="rpc",
    ref="OCPP-J 1.6 §3.1.1, practice",
    rules={
        "R1": "A station that connects again while its older connection looks open is let in.",
        "R2": "On the newer connection its CALLs are answered.",
        "R3": "An operation reaches it on the newer connection.",
    },
)
async def test_second_connection(station: Station, operator: Operator) -> None:
    await station.wire.connects_again(advice="R1")
    booted = await states.boots(station)
    booted.shows(rule="R2", status="Accepted")

    await operator.get_configuration(station, key=["HeartbeatInterval"])
    request = await station.wire.advises_call("GetConfiguration", rule="R3", newest=True)
    if request is not None:
        await request.answered(**station.configuration(request))


@case(
    "CON-14_2_CSMS",
    "Fifty connections of one station",
    profile="rpc",
    ref="OCPP-J 1.6 §3.1.1, practice",
    rules={
        "R1": "Of fifty connections of one station, each newer one is let in.",
        "R2": "Afterwards a Heartbeat on the newest one is answered.",
    },
)
async def test_fifty_connections(station: Station) -> None:
    for _ in range(_CONNECTIONS - 1):
        await station.wire.connects_again(advice="R1")
    await states.boots(station)
    await station.sends("Heartbeat", rule="R2")


@case(
    "CON-14_3_CSMS",
    "A storm of reconnections",
    profile="rpc",
    ref="OCPP-J 1.6 §3.1.1, §5, practice",
    rules={"R1": "A station that was cut off many times in a row comes in again, and its boot is accepted."},
)
async def test_storm_of_reconnections(station: Station) -> None:
    for _ in range(_RETURNS):
        await station.loses_connection()
        await station.connects(rule="R1")
    booted = await states.boots(station)
    booted.shows(rule="R1", status="Accepted")


@case(
    "CON-14_4_CSMS",
    "The TCP connection is cut in the middle of an operation",
    profile="rpc",
    ref="OCPP-J 1.6 §3, §4.1.1",
    rules={
        "R1": "A station that was cut off while the CSMS waited for its answer is let in again, and its boot accepted.",
        "R2": "The next operation reaches it.",
    },
)
async def test_cut_in_an_operation(station: Station, operator: Operator) -> None:
    await operator.get_configuration(station, key=["HeartbeatInterval"])
    await station.receives("GetConfiguration")
    station.gives_up_operations()
    await station.loses_connection()

    await station.connects(rule="R1")
    booted = await states.boots(station)
    booted.shows(rule="R1", status="Accepted")
    await operator.clear_cache(station)
    request = await station.receives("ClearCache", rule="R2")
    await request.answered(status="Accepted")
