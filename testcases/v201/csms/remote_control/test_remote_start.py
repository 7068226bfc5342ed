"""Starting from the CSMS (OCPP 2.0.1 Part 2, F01, F02): cable first, remote start first."""

from harness.v201.csms.vocabulary import IdTokens, Operator, Station, Sut, case, payloads, states


@case(
    "TC_F_01_CSMS",
    "Remote start transaction - Cable plugin first",
    profile="core",
    ref="OCPP 2.0.1 Part 2, F01",
    needs=["valid-tag"],
    rules={
        "R1": "The station is asked to start with the idToken that the operator chose.",
        "R2": "The idToken has the type that the operator chose.",
        "R3": "That the transaction is started remotely is acknowledged.",
    },
)
async def test_remote_start_with_cable_in(
    station: Station, ev_connected: None, operator: Operator, id_tokens: IdTokens, sut: Sut
) -> None:
    token = id_tokens.valid
    await operator.request_start(station, **payloads.start(sut, token))
    request = await station.receives("RequestStartTransaction", rule="R1", idToken={"idToken": token["idToken"]})
    request.shows(rule="R2", idToken={"type": token["type"]})
    await request.answered(status="Accepted", transactionId=station.transaction_id)

    info = {"remoteStartId": request["remoteStartId"]}
    await station.tells("RemoteStart", rule="R3", info=info, idToken=request["idToken"])
    await states.energy_transfer(station)


@case(
    "TC_F_02_CSMS",
    "Remote start transaction - Remote start first - AuthorizeRemoteStart is true",
    profile="core",
    ref="OCPP 2.0.1 Part 2, F02.FR.01, F01.FR.01",
    needs=["valid-tag"],
    rules={
        "R1": "The station is asked to start with the idToken that the operator chose.",
        "R2": "The idToken has the type that the operator chose.",
        "R3": "That idToken is accepted when the station asks.",
        "R4": "That a transaction is started remotely is acknowledged.",
    },
)
async def test_remote_start_before_the_cable(
    station: Station, operator: Operator, id_tokens: IdTokens, sut: Sut
) -> None:
    token = id_tokens.valid
    await operator.request_start(station, **payloads.start(sut, token))
    request = await station.receives("RequestStartTransaction", rule="R1", idToken={"idToken": token["idToken"]})
    request.shows(rule="R2", idToken={"type": token["type"]})
    await request.answered(status="Accepted")

    await states.authorize(station, request["idToken"], rule="R3")
    info = {"remoteStartId": request["remoteStartId"]}
    await station.tells("RemoteStart", rule="R4", info=info, idToken=request["idToken"])
    await states.energy_transfer(station)
