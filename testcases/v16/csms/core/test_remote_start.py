"""Starting from the CSMS (OCPP 1.6 §5.11): cable first, remote start first, nobody plugs in, refused by the station."""

from harness.v16.csms.vocabulary import Operator, Station, Tags, case, present, states


@case(
    "TC_010_CSMS",
    "Remote Start Charging Session – Cable Plugged in First",
    profile="core",
    ref="OCPP 1.6 §5.11",
    needs=["remote-start", "valid-tag"],
    rules={
        "R2": "The station is asked to start with the tag that the operator chose.",
        "R5": "That tag is accepted when the station asks.",
        "R7": "The transaction with that tag is accepted.",
    },
)
async def test_remote_start_with_cable_in(station: Station, operator: Operator, tags: Tags, connector: int) -> None:
    await states.status(station, connector, "Preparing")

    await operator.remote_start(station, connectorId=connector, idTag=tags.valid)
    request = await station.receives("RemoteStartTransaction", rule="R2", idTag=tags.valid)
    await request.answered(status="Accepted")

    await states.authorize(station, request["idTag"], rule="R5")
    await states.start(station, connector, request["idTag"], rule="R7")
    await states.status(station, connector, "Charging")


@case(
    "TC_011_1_CSMS",
    "Remote Start Charging Session – Remote Start First",
    profile="core",
    ref="OCPP 1.6 §5.11",
    needs=["remote-start", "valid-tag"],
    rules={
        "R1": "The station is asked to start with the tag that the operator chose.",
        "R4": "That tag is accepted when the station asks.",
        "R7": "The transaction with that tag is accepted.",
    },
)
async def test_remote_start_before_the_cable(station: Station, operator: Operator, tags: Tags, connector: int) -> None:
    await operator.remote_start(station, connectorId=connector, idTag=tags.valid)
    request = await station.receives("RemoteStartTransaction", rule="R1", idTag=tags.valid)
    await request.answered(status="Accepted")

    await states.authorize(station, request["idTag"], rule="R4")
    await states.status(station, connector, "Preparing")
    await states.start(station, connector, request["idTag"], rule="R7")
    await states.status(station, connector, "Charging")


@case(
    "TC_011_2_CSMS",
    "Remote Start Charging Session – Time Out",
    profile="core",
    ref="OCPP 1.6 §5.11, §9.1.6",
    needs=["remote-start", "valid-tag"],
    rules={
        "R1": "The station is asked to start with the tag that the operator chose.",
        "R4": "That tag is accepted when the station asks.",
    },
)
async def test_remote_start_and_nobody_plugs_in(
    station: Station, operator: Operator, tags: Tags, connector: int
) -> None:
    await operator.remote_start(station, connectorId=connector, idTag=tags.valid)
    request = await station.receives("RemoteStartTransaction", rule="R1", idTag=tags.valid)
    await request.answered(status="Accepted")

    await states.authorize(station, request["idTag"], rule="R4")
    await states.status(station, connector, "Preparing")
    await states.status(station, connector, "Available")


@case(
    "TC_026_CSMS",
    "Remote Start Charging Session – Rejected",
    profile="core",
    ref="OCPP 1.6 §5.11",
    needs=["remote-start", "valid-tag"],
    rules={"R1": "The station is asked to start with a tag."},
)
async def test_remote_start_is_rejected(station: Station, operator: Operator, tags: Tags, connector: int) -> None:
    await operator.remote_start(station, connectorId=connector, idTag=tags.valid)
    request = await station.receives("RemoteStartTransaction", rule="R1", idTag=present)
    await request.answered(status="Rejected")
