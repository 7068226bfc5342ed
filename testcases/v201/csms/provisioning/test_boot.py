"""Booting (OCPP 2.0.1 Part 2, B01)."""

from harness.v201.csms.vocabulary import Station, case, states


@case(
    "TC_B_01_CSMS",
    "Cold Boot Charging Station - Accepted",
    profile="core",
    ref="OCPP 2.0.1 Part 2, B01.FR.02",
    rules={"R1": "A station that the CSMS knows is accepted when it boots, and its connectors are acknowledged."},
)
async def test_cold_boot_is_accepted(cold_station: Station) -> None:
    await states.boot(cold_station, rule="R1")
