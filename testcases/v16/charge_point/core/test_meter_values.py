"""Meter values of a running transaction (OCPP 1.6 §3.16, §4.7): sampled at an interval, and on the clock."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Sut, Tags, case, metering, states

_REPORTS = 4
"""Three intervals lie between them."""


@case(
    "TC_070_CS",
    "Sampled Meter Values",
    profile="core",
    ref="OCPP 1.6 §3.16, §4.7, §9.1.18",
    rules={
        "R1": "Every sampled value has the context Sample.Periodic, which is also what a missing one means.",
        "R2": "Between two reports lies the interval that is configured.",
        "R3": "Every report has all measurands that are configured.",
        "R4": "Nothing but the state of charge is measured at the vehicle.",
    },
)
async def test_sampled_meter_values(csms: Csms, driver: EvDriver, tags: Tags, sut: Sut, connector: int) -> None:
    interval = sut.keys.sample_interval_s
    await states.configures(csms, MeterValueSampleInterval=str(interval), ClockAlignedDataInterval="0")
    wanted = await metering.measurands(csms, "MeterValuesSampledData")
    await states.charge(csms, driver, connector, tags.valid)

    series = metering.Series(csms, connector, interval)
    for _ in range(_REPORTS):
        report = await series.receives(rule="R1")
        metering.each_sample(report, rule="R1", context=metering.PERIODIC)
        series.is_due(report, rule="R2")
        metering.is_complete(report, wanted, rule="R3")
        metering.is_at_the_station(report, rule="R4")


@case(
    "TC_071_CS",
    "Clock-aligned Meter Values",
    profile="core",
    ref="OCPP 1.6 §3.16, §4.7, §9.1.3",
    rules={
        "R1": "Every sampled value has the context Sample.Clock.",
        "R2": "Between two reports lies the interval that is configured.",
        "R3": "Every report is measured at a multiple of the interval since midnight.",
        "R4": "Every report has all measurands that are configured.",
    },
)
async def test_clock_aligned_meter_values(csms: Csms, driver: EvDriver, tags: Tags, sut: Sut, connector: int) -> None:
    interval = sut.keys.clock_interval_s or sut.keys.sample_interval_s
    await states.configures(csms, MeterValueSampleInterval="0", ClockAlignedDataInterval=str(interval))
    wanted = await metering.measurands(csms, "MeterValuesAlignedData")
    await states.charge(csms, driver, connector, tags.valid)

    series = metering.Series(csms, connector, interval)
    for _ in range(_REPORTS):
        report = await series.receives(rule="R1")
        metering.each_sample(report, rule="R1", context="Sample.Clock")
        series.is_aligned(report, rule="R3")
        series.is_due(report, rule="R2")
        metering.is_complete(report, wanted, rule="R4")
