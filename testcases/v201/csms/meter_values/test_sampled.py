"""Meter values of a transaction (OCPP 2.0.1 Part 2, J02)."""

from harness.v201.csms.vocabulary import Station, Sut, case, states

SAMPLES = 3


@case(
    "TC_J_09_CSMS",
    "Sampled Meter Values - EventType Updated",
    profile="core",
    ref="OCPP 2.0.1 Part 2, J02.FR.19",
    rules={"R1": "Each sample of the meter is acknowledged."},
)
async def test_samples_while_charging(station: Station, charging_for_a_while: None, sut: Sut) -> None:
    for _ in range(SAMPLES):
        station.behind -= sut.keys.sample_interval_s
        await states.meter(station, rule="R1")
