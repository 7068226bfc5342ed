"""The CSMS limits a running session, and the limit is seen at the meter of the station.

    plugproof station ws://127.0.0.1:9000/ocpp --script examples/station_smart_charging.py -- http://127.0.0.1:9001
    python examples/station_smart_charging.py ws://127.0.0.1:9000/ocpp http://127.0.0.1:9001

The second address is the HTTP API of `plugproof csms`. With another CSMS, set the limit there.
"""

import asyncio
import sys

import httpx

from simulator import Station

SIX_AMPERE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]},
}


async def scenario(station: Station, api: str, tag: str = "TAG-1") -> None:
    station.configuration.set("MeterValueSampleInterval", "1")
    await station.plug_in(1)
    await station.present(tag)
    await station.until(lambda s: s.connector(1).power == 11_000, within=10)

    async with httpx.AsyncClient(base_url=f"{api}/api/v1/stations/{station.id}", timeout=30) as csms:
        order = {"connectorId": 1, "csChargingProfiles": SIX_AMPERE}
        answer = await csms.post("/operations/SetChargingProfile", json=order)
    assert answer.json() == {"status": "Accepted"}, answer.text
    await station.until(lambda s: s.connector(1).power == 6 * 230 * 3, within=10)
    await station.clock.sleep(2)  # the next meter values tell the CSMS
    print(f"{station.connector(1).power:.0f} W of {station.connector(1).offered:.0f} W")


async def main(url: str, api: str) -> None:
    async with Station(url, id="CP1") as station:
        await scenario(station, api)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
