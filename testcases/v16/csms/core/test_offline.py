"""Transactions that began while the station was offline (OCPP 1.6 §3.7, §4.8, §4.10)."""

from harness.v16.csms.vocabulary import Station, Tags, case, now, states


@case(
    "TC_037_1_CSMS",
    "Offline Start Transaction - Valid IdTag",
    profile="core",
    ref="OCPP 1.6 §3.7, §4.8",
    needs=["valid-tag"],
    rules={"R3": "A transaction with a valid tag is accepted although it began offline."},
)
async def test_offline_start_with_a_valid_tag(station: Station, tags: Tags, connector: int) -> None:
    await station.disconnects()
    began = now()
    await station.connects()

    await states.start(station, connector, tags.valid, at=began, rule="R3")
    await states.status(station, connector, "Charging")


@case(
    "TC_037_3_CSMS",
    "Offline Start Transaction - Invalid IdTag - StopTransactionOnInvalidId = true",
    profile="core",
    ref="OCPP 1.6 §3.5.4, §3.7, §4.8",
    rules={"R3": "A tag that the CSMS does not know is Invalid, also in a transaction that has already begun."},
)
async def test_offline_start_with_an_invalid_tag(station: Station, tags: Tags, connector: int) -> None:
    await station.disconnects()
    began = now()
    await station.connects()

    charging = await states.start(station, connector, tags.unknown, at=began, accepted="Invalid", rule="R3")
    await states.status(station, connector, "Charging")
    await states.stop(station, charging, "DeAuthorized")
    await states.status(station, connector, "Finishing")


@case(
    "TC_039_CSMS",
    "Offline Transaction",
    profile="core",
    ref="OCPP 1.6 §3.7, §4.8, §4.10",
    needs=["valid-tag"],
    rules={"R3": "A transaction with a valid tag is accepted although it began and ended offline."},
)
async def test_offline_transaction(station: Station, tags: Tags, connector: int) -> None:
    await station.disconnects()
    began = now()
    await station.stays_offline()
    ended = now()
    await station.connects()

    charging = await states.start(station, connector, tags.valid, at=began, rule="R3")
    await states.stop(station, charging, "Local", at=ended)
