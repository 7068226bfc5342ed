"""Without a connection (OCPP 1.6 §3.5.4, §3.7): what is measured, started and stopped meanwhile is told afterwards."""

from harness.v16.charge_point.vocabulary import Charging, Csms, EvDriver, Sut, Tags, case, metering, offline, states

_DUE = 3
"""Meter values that fall into the outage."""


@case(
    "TC_036_CS",
    "Connection Loss During Transaction",
    profile="core",
    ref="OCPP 1.6 §3.7, §4.7",
    rules={
        "R1": "Meter values of an outage come in the order in which they were measured, and before newer ones.",
        "R2": "None of them is missing: between two lies the interval that is configured.",
    },
)
async def test_connection_loss_while_charging(
    csms: Csms, driver: EvDriver, tags: Tags, sut: Sut, connector: int
) -> None:
    interval = sut.keys.sample_interval_s
    await states.configures(csms, MeterValueSampleInterval=str(interval), ClockAlignedDataInterval="0")
    await states.charge(csms, driver, connector, tags.valid)
    series = metering.Series(csms, connector, interval)
    series.passes_over(await series.receives(rule="R2"))
    await series.catches_up()

    await csms.goes_away()
    await csms.stays_away((_DUE + 0.5) * interval)
    csms.comes_back()
    await csms.connects()
    for _ in range(_DUE + 1):
        report = await series.receives(rule="R2")
        series.is_later(report, rule="R1")
        series.is_due(report, rule="R2")


@case(
    "TC_037_1_CS",
    "Offline Start Transaction - Valid IdTag",
    profile="core",
    ref="OCPP 1.6 §3.5.4, §3.7, §4.8",
    needs=["offline-transactions"],
    rules={"R2": "A connector where a transaction has started offline is Charging."},
)
async def test_offline_start_with_a_valid_tag(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await offline.knows(csms, driver, connector, tags.valid)

    await _starts_offline(csms, driver, connector, tags.valid)


@case(
    "TC_037_2_CS",
    "Offline Start Transaction - Invalid IdTag - StopTransactionOnInvalidId = false",
    profile="core",
    ref="OCPP 1.6 §3.5.4, §3.7, §4.8",
    needs=["offline-transactions"],
    rules={
        "R2": "A connector where a transaction has started offline is Charging.",
        "R3": "When the CSMS does not accept the tag, the connector is SuspendedEVSE.",
        "R4": "The transaction goes on without energy, as StopTransactionOnInvalidId is false.",
    },
)
async def test_offline_start_that_is_suspended(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    tag = tags.unknown
    await _knows_an_invalid_tag(csms, driver, connector, tag, stops="false")

    await _starts_offline(csms, driver, connector, tag)
    await csms.awaits("StatusNotification", connectorId=connector, status="SuspendedEVSE")
    await csms.receives_no("StopTransaction", rule="R4")
    await states.status(csms, connector, "SuspendedEVSE", rule="R3")


@case(
    "TC_037_3_CS",
    "Offline Start Transaction - Invalid IdTag - StopTransactionOnInvalidId = true",
    profile="core",
    ref="OCPP 1.6 §3.5.4, §3.7, §4.8",
    needs=["offline-transactions"],
    rules={
        "R2": "A connector where a transaction has started offline is Charging.",
        "R3": "When the CSMS does not accept the tag, the transaction ends with reason DeAuthorized.",
        "R4": "The connector is Finishing then.",
    },
)
async def test_offline_start_that_is_stopped(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    tag = tags.unknown
    await _knows_an_invalid_tag(csms, driver, connector, tag, stops="true")

    await _starts_offline(csms, driver, connector, tag)
    await csms.receives("StopTransaction", rules={"reason": "R3"}, reason="DeAuthorized")
    await states.status(csms, connector, "Finishing", rule="R4")


@case(
    "TC_038_CS",
    "Offline Stop Transaction",
    profile="core",
    ref="OCPP 1.6 §3.7, §4.10",
    needs=["local-stop"],
    rules={
        "R1": "A transaction that a driver has stopped offline is told afterwards, as stopped locally.",
        "R2": "Its connector is Finishing.",
    },
)
async def test_offline_stop(csms: Csms, driver: EvDriver, charging: Charging) -> None:
    await csms.goes_away()
    await driver.present(charging.idTag, charging.connectorId)
    csms.comes_back()
    await csms.connects()
    await csms.receives(
        "StopTransaction",
        rules={"reason": "R1"},
        transactionId=charging.transactionId,
        reason=offline.STOPPED_LOCALLY,
    )
    await states.status(csms, charging.connectorId, "Finishing", rule="R2")


@case(
    "TC_039_CS",
    "Offline Transaction",
    profile="core",
    ref="OCPP 1.6 §3.7, §4.8, §4.10",
    needs=["offline-transactions", "local-stop"],
    rules={"R2": "A transaction that began and ended offline is told afterwards, as stopped locally."},
)
async def test_offline_transaction(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await offline.knows(csms, driver, connector, tags.valid)

    await csms.goes_away()
    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    await driver.present(tags.valid, connector)
    await driver.unplug(connector)
    csms.comes_back()
    await csms.connects()
    await csms.receives("StartTransaction", rule="R2", connectorId=connector, idTag=tags.valid)
    await csms.receives("StopTransaction", rules={"reason": "R2"}, reason=offline.STOPPED_LOCALLY)


async def _knows_an_invalid_tag(csms: Csms, driver: EvDriver, connector: int, tag: str, *, stops: str) -> None:
    keys = {"MaxEnergyOnInvalidId": "0"} if await states.supports(csms, "MaxEnergyOnInvalidId") else {}
    await states.configures(csms, StopTransactionOnInvalidId=stops, **keys)
    await offline.knows(csms, driver, connector, tag)
    offline.says(csms, "Invalid")


async def _starts_offline(csms: Csms, driver: EvDriver, connector: int, tag: str) -> None:
    """The network is lost, a transaction starts, the network is back: the start is told, and that it charges."""
    await csms.goes_away()
    await driver.plug_in(connector)
    await driver.present(tag, connector)
    csms.comes_back()
    await csms.connects()
    await csms.receives("StartTransaction", rule="R2", connectorId=connector, idTag=tag)
    await states.status(csms, connector, "Charging", rule="R2")
