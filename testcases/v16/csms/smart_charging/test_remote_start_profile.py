"""A remote start that brings its charging profile (OCPP 1.6 §5.11, §5.16.2)."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, Tags, absent, case, one_of, payloads, states


@case(
    "TC_059_CSMS",
    "Remote Start Transaction with Charging Profile",
    profile="smart_charging",
    ref="OCPP 1.6 §5.11, §5.16.2, §7.8",
    needs=["remote-start", "remote-start-profile", "valid-tag"],
    rules={
        "R1": "The station is asked to start with the tag that the operator chose.",
        "R2": "It is asked to start on the connector that the operator chose.",
        "R3": "The profile is for a transaction.",
        "R4": "The profile names no transaction, as none is running yet.",
        "R5": "The profile does not recur.",
        "R6": "The profile is Absolute or Relative.",
        "R7": "The first period of the profile begins with the schedule.",
        "R8": "If the profile is Absolute, it is fixed in time: validity, start and duration.",
        "R9": "If the profile is Relative, its schedule has no fixed start.",
        "R12": "The tag is accepted when the station asks.",
        "R17": "The transaction with that tag is accepted.",
    },
)
async def test_remote_start_with_a_profile(
    station: Station, operator: Operator, tags: Tags, connector: int, sut: Sut
) -> None:
    chosen = payloads.profile(sut, 3, "TxProfile")
    await operator.remote_start(station, connectorId=connector, idTag=tags.valid, chargingProfile=chosen)
    request = await station.receives("RemoteStartTransaction", rule="R1", idTag=tags.valid)
    request.shows(rule="R2", connectorId=connector)
    request.shows(rule="R3", chargingProfile={"chargingProfilePurpose": "TxProfile"})
    request.shows(rule="R4", chargingProfile={"transactionId": absent})
    request.shows(rule="R5", chargingProfile={"recurrencyKind": absent})
    request.shows(rule="R6", chargingProfile={"chargingProfileKind": one_of("Absolute", "Relative")})
    profile = request["chargingProfile"]
    request.shows(rule="R7", chargingProfile=payloads.first_period(profile, startPeriod=0))
    request.shows(rule="R8", chargingProfile=payloads.if_absolute(profile))
    request.shows(rule="R9", chargingProfile=payloads.if_relative(profile))
    await request.answered(status="Accepted")

    await states.authorize(station, request["idTag"], rule="R12")
    await states.status(station, connector, "Preparing")
    await states.start(station, connector, request["idTag"], rule="R17")
    await states.status(station, connector, "Charging")
