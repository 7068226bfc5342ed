"""Stopping a transaction (OCPP 2.0.1 Part 2, E06, F03): by the driver, and from the CSMS."""

from harness.v201.csms.vocabulary import IdTokens, Operator, Station, case


@case(
    "TC_E_15_CSMS",
    "Stop transaction options - StopAuthorized - Local",
    profile="core",
    ref="OCPP 2.0.1 Part 2, E06.FR.03",
    rules={"R1": "The end of a transaction that its driver stops is acknowledged."},
)
async def test_driver_stops(station: Station, charging: None, id_tokens: IdTokens) -> None:
    local = {"stoppedReason": "Local"}
    await station.tells("StopAuthorized", rule="R1", eventType="Ended", info=local, idToken=id_tokens.valid)


@case(
    "TC_E_21_CSMS",
    "Stop transaction options - StopAuthorized - Remote",
    profile="core",
    ref="OCPP 2.0.1 Part 2, E06.FR.03, F03.FR.01, F03.FR.09, F03.FR.10",
    rules={
        "R1": "The transaction that the operator chose is asked to stop, by the id the station gave it.",
        "R2": "Its end is acknowledged.",
    },
)
async def test_operator_stops(station: Station, charging: None, operator: Operator) -> None:
    id = station.transaction_id
    await operator.request_stop(station, transactionId=id)
    request = await station.receives("RequestStopTransaction", rule="R1", transactionId=id)
    await request.answered(status="Accepted")

    await station.tells("RemoteStop", rule="R2", eventType="Ended", info={"stoppedReason": "Remote"})
