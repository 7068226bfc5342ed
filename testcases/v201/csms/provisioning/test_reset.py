"""Reset (OCPP 2.0.1 Part 2, B11, B12): of the whole station, and the station is accepted again."""

from harness.v201.csms.vocabulary import IdTokens, Operator, Station, absent, case, states


@case(
    "TC_B_20_CSMS",
    "Reset Charging Station - Without ongoing transaction - OnIdle",
    profile="core",
    ref="OCPP 2.0.1 Part 2, B11.FR.04",
    rules={
        "R1": "The reset is for the whole station: it names no EVSE.",
        "R2": "The station is accepted when it boots after the reset.",
        "R3": "The status of every connector is acknowledged after the reset.",
    },
)
async def test_reset_of_an_idle_station(station: Station, operator: Operator) -> None:
    await operator.reset(station, type="OnIdle")
    request = await station.receives("Reset", rule="R1", evseId=absent)
    await request.answered(status="Accepted")
    await station.restarts()

    await station.connects()
    answer = await states.boots(station, "RemoteReset")
    answer.shows(rule="R2", status="Accepted")
    await states.available(station, rule="R3")


@case(
    "TC_B_21_CSMS",
    "Reset Charging Station - With Ongoing Transaction - OnIdle",
    profile="core",
    ref="OCPP 2.0.1 Part 2, B12.FR.01, B12.FR.03, E07.FR.03",
    rules={
        "R1": "The reset is for the whole station: it names no EVSE.",
        "R2": "The reset is asked for as type OnIdle, so that the transaction goes on.",
        "R3": "That the driver stops the transaction is acknowledged.",
        "R4": "The end of the transaction is acknowledged.",
        "R5": "The station is accepted when it boots after the reset.",
        "R6": "The status of every connector is acknowledged after the reset.",
    },
)
async def test_reset_waits_for_a_transaction(
    station: Station, charging: None, operator: Operator, id_tokens: IdTokens
) -> None:
    await operator.reset(station, type="OnIdle")
    request = await station.receives("Reset", rule="R2", type="OnIdle")
    request.shows(rule="R1", evseId=absent)
    await request.answered(status="Scheduled")

    await station.tells("StopAuthorized", rule="R3", info={"chargingState": "EVConnected"}, idToken=id_tokens.valid)
    await states.unplugged(station, rule="R4")
    await station.restarts()

    await station.connects()
    answer = await states.boots(station, "ScheduledReset")
    answer.shows(rule="R5", status="Accepted")
    await states.available(station, rule="R6")
