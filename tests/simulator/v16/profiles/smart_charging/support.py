"""The requests of smart charging, with what follows from them done, and what can be seen of the result."""

from typing import Any

from ocppj.times import moment
from simulator import Station, VirtualClock
from tests.simulator.support.scripted_csms import ScriptedCsms

MAXIMUM, TX = "ChargePointMaxProfile", "TxProfile"
POWER = 22_080.0  # W: 32 A on three phases
ONE_PHASE = {"ConnectorSwitch3to1PhaseSupported": "false"}


async def charge(station: Station, clock: VirtualClock, *connectors: int) -> None:
    for connector in connectors:
        await station.plug_in(connector)
        await station.present(f"TAG-{connector}", connector)
        await clock.settle()


async def install(csms: ScriptedCsms, clock: VirtualClock, connector: int, one: dict[str, Any]) -> str:
    answer = await csms.call("SetChargingProfile", connectorId=connector, csChargingProfiles=one)
    await clock.settle()
    return answer["status"]


async def clear(csms: ScriptedCsms, clock: VirtualClock, **members: Any) -> str:
    answer = await csms.call("ClearChargingProfile", **members)
    await clock.settle()
    return answer["status"]


async def composite(
    csms: ScriptedCsms, clock: VirtualClock, duration: int = 1000, connector: int = 1, unit: str | None = None
) -> list[tuple[int, float]]:
    """The periods of a composite schedule whose frame is what was asked for (rule SC-14)."""
    asked = {"connectorId": connector, "duration": duration}
    answer = await csms.call("GetCompositeSchedule", **asked, **({} if unit is None else {"chargingRateUnit": unit}))
    schedule = answer["chargingSchedule"]
    assert (answer["status"], answer["connectorId"]) == ("Accepted", connector)
    assert (schedule["duration"], schedule["chargingRateUnit"]) == (duration, unit or "A")
    assert moment(answer["scheduleStart"]) == clock.now()
    assert "startSchedule" not in schedule
    return [(period["startPeriod"], period["limit"]) for period in schedule["chargingSchedulePeriod"]]


def powers(station: Station) -> list[float]:
    return [connector.power for connector in station.connectors]


def timers(clock: VirtualClock) -> int:
    """Timers that are still to fire."""
    return sum(timer.callback is not None for _, _, timer in clock._timers)
