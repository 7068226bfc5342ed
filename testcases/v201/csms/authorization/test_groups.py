"""Who may stop what another one of the group has started (OCPP 2.0.1 Part 2, C09)."""

from harness.v201.csms.vocabulary import IdTokens, Station, case, states


@case(
    "TC_C_39_CSMS",
    "Authorization by GroupId - Success",
    profile="core",
    ref="OCPP 2.0.1 Part 2, C09.FR.02, C09.FR.03",
    needs=["valid-tag", "parent-tag"],
    rules={
        "R1": "The second idToken is accepted when it is shown.",
        "R2": "The answer tells its group.",
        "R3": "The transaction with the first idToken is accepted.",
        "R4": "The answer tells its group.",
        "R5": "The second idToken is accepted when it is shown while the EV charges.",
        "R6": "The answer tells its group.",
        "R7": "The second idToken is accepted when it stops the transaction.",
        "R8": "The answer tells its group.",
    },
)
async def test_another_one_of_the_group_stops(station: Station, ev_connected: None, id_tokens: IdTokens) -> None:
    first, second = id_tokens.valid, id_tokens.valid_2
    group = {"groupIdToken": {"idToken": id_tokens.group}}

    answer = await states.authorize(station, second, rule="R1")
    answer.shows(rule="R2", idTokenInfo=group)
    answer = await station.tells("Authorized", idToken=first)
    answer.shows(rule="R3", idTokenInfo={"status": "Accepted"})
    answer.shows(rule="R4", idTokenInfo=group)
    await states.energy_transfer(station)

    answer = await states.authorize(station, second, rule="R5")
    answer.shows(rule="R6", idTokenInfo=group)
    answer = await states.stop_authorized(station, second, rule="R7")
    answer.shows(rule="R8", idTokenInfo=group)
    await states.post_session(station)
    await states.disconnected(station)
