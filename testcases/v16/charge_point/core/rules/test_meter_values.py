"""When meter values are sent, and which (OCPP 1.6 §3.16; rules MV-01, MV-05, MV-06)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, absent, case, required_keys, states

_SAMPLED, _ALIGNED = "MeterValueSampleInterval", "ClockAlignedDataInterval"
_LIST = "MeterValuesSampledData"


@case(
    "MV-01_1_CS",
    "Sampled meter values come at their interval, or not at all",
    profile="rpc",
    ref="OCPP 1.6 §3.16, §9.1.18, erratum 3.15",
    rules={
        "R1": "With an interval above 0 a transaction is measured: MeterValues come.",
        "R2": "With 0 none come.",
    },
    key=_SAMPLED,
    other=_ALIGNED,
)
@case(
    "MV-01_2_CS",
    "Clock-aligned meter values come at their interval, or not at all",
    profile="rpc",
    ref="OCPP 1.6 §3.16, §9.1.3, erratum 3.15",
    rules={
        "R1": "With an interval above 0 a connector is measured: MeterValues come.",
        "R2": "With 0 none come.",
    },
    key=_ALIGNED,
    other=_SAMPLED,
)
async def test_interval(csms: Csms, driver: EvDriver, tags: Tags, connector: int, key: str, other: str) -> None:
    interval = csms.run.sut.keys.sample_interval_s
    await states.configures(csms, **{key: str(interval), other: "0"})
    await states.charge(csms, driver, connector, tags.valid)
    within = 2 * interval + csms.run.sut.timeouts.message_s
    await csms.receives("MeterValues", rule="R1", within=within, connectorId=connector)
    await states.stops_and_leaves(csms, driver, connector)

    await states.configures(csms, **{key: "0", other: "0"})
    await states.charge(csms, driver, connector, tags.valid)
    await csms.receives_no(
        "MeterValues", rule="R2", within=1.5 * interval + csms.run.sut.timeouts.quiet_s, connectorId=connector
    )


@case(
    "MV-05_CS",
    "A list with a measurand that the station does not have is rejected",
    profile="rpc",
    ref="OCPP 1.6 §3.16.4",
    rules={
        "R1": "The list is rejected, although it begins with a measurand that every station has.",
        "R2": "The list is what it was.",
    },
)
async def test_unknown_measurand(csms: Csms) -> None:
    before = required_keys.value(await csms.sends("GetConfiguration", key=[_LIST]), _LIST)

    wanted = "Energy.Active.Import.Register,No.Such.Measurand"
    answer = await csms.sends("ChangeConfiguration", rule="R1", key=_LIST, value=wanted)
    answer.shows(status="Rejected")
    answer = await csms.sends("GetConfiguration", rule="R2", key=[_LIST])
    answer.shows(configurationKey=[{"key": _LIST, "value": before}])


@case(
    "MV-06_CS",
    "Without a list there is no transactionData",
    profile="rpc",
    ref="OCPP 1.6 §3.16.5, §9.1.31, §9.1.33",
    rules={"R1": "Where both lists for the end of a transaction are empty, StopTransaction has no transactionData."},
)
async def test_no_transaction_data(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.configures(csms, StopTxnSampledData="", StopTxnAlignedData="")
    await states.charge(csms, driver, connector, tags.valid)

    stopped = await states.stops_and_leaves(csms, driver, connector)
    stopped.shows(rule="R1", transactionData=absent)
