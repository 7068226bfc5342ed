"""The meter and its sampled values: rules TX-14, TX-15, MV-10."""

from datetime import UTC, datetime

import pytest

from schemas import load
from simulator.hardware.meter import Meter, Reading
from simulator.v16.core.measurands import MEASURANDS, meter_value

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_energy_is_power_integrated_over_time() -> None:
    seconds = Seconds()
    meter = Meter(seconds, register=100.0)
    meter.power = 11_000.0
    seconds.now = 1800.0
    assert meter.register == 5600
    meter.power = 0.0
    seconds.now = 7200.0
    assert meter.register == 5600


def test_tx_14_the_register_never_falls() -> None:
    meter = Meter(Seconds())
    with pytest.raises(ValueError, match="zero or more"):
        meter.power = -1.0


def test_many_small_steps_lose_nothing() -> None:
    seconds = Seconds()
    meter = Meter(seconds)
    meter.power = 3600.0
    for second in range(1, 1001):
        seconds.now = float(second)
        assert meter.register == second


def test_every_measurand_makes_values_that_fit_the_schema() -> None:
    value = meter_value(NOON, MEASURANDS, "Sample.Periodic", Reading(12345, 11_000.0, 22_000.0, 3, 55.5))

    assert load("1.6").call["MeterValues"]({"connectorId": 1, "meterValue": [value]})
    assert {entry["measurand"] for entry in value["sampledValue"]} == set(MEASURANDS)
    currents = [entry for entry in value["sampledValue"] if entry["measurand"] == "Current.Import"]
    assert [(entry["phase"], entry["value"]) for entry in currents] == [("L1", "15.9"), ("L2", "15.9"), ("L3", "15.9")]


def test_mv_10_no_measurand_means_the_energy_register() -> None:
    value = meter_value(NOON, (), "Sample.Periodic", Reading(7, 0.0, 0.0, 1, 20.0))

    assert [(entry["measurand"], entry["value"]) for entry in value["sampledValue"]] == [
        ("Energy.Active.Import.Register", "7")
    ]
