"""Booting (OCPP 1.6 §4.2): cold, and after an outage that ended a transaction."""

from harness.v16.csms.vocabulary import Charging, Station, case, present, states


@case(
    "TC_001_CSMS",
    "Cold Boot Charge Point",
    profile="core",
    ref="OCPP 1.6 §4.2, §4.6",
    rules={
        "R3": "A station that the CSMS knows is accepted when it boots.",
        "R4": "The answer to a boot tells the heartbeat interval.",
        "R5": "The answer to a boot tells the time.",
        "R7": "The answer to a heartbeat tells the time.",
    },
)
async def test_cold_boot_is_accepted(cold_station: Station) -> None:
    answer = await states.boots(cold_station)
    answer.shows(rule="R3", status="Accepted")
    answer.shows(rule="R4", interval=present)
    answer.shows(rule="R5", currentTime=present)

    await states.available(cold_station)

    heartbeat = await cold_station.sends("Heartbeat")
    heartbeat.shows(rule="R7", currentTime=present)


@case(
    "TC_032_1_CSMS",
    "Power failure boot charging point-configured to stop transaction(s)",
    profile="core",
    ref="OCPP 1.6 §4.2, §4.10",
    rules={"R1": "A station that comes back after an outage is accepted again."},
)
async def test_boot_after_an_outage_is_accepted(station: Station, charging: Charging) -> None:
    await station.loses_power()
    await station.connects()

    answer = await states.boots(station)
    answer.shows(rule="R1", status="Accepted")

    await states.available(station, finishing=charging.connectorId)
    await states.stop(station, charging, "PowerLoss")
