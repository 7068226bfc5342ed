"""One charging session: a driver plugs in, shows a card, charges, shows it again and leaves.

    plugproof station ws://127.0.0.1:9000/ocpp --script examples/station_session.py -- TAG-1 10
    python examples/station_session.py ws://127.0.0.1:9000/ocpp

The CSMS has to know the station CP1 and the idTag TAG-1; `plugproof csms --any-station` knows every station.
"""

import asyncio
import sys

from simulator import Station


async def scenario(station: Station, tag: str = "TAG-1", seconds: str = "10") -> None:
    await station.plug_in(1)
    await station.present(tag)
    await station.until(lambda s: s.connector(1).status == "Charging", within=10)

    await station.clock.sleep(float(seconds))
    print(f"{station.connector(1).meter.register} Wh, {station.connector(1).power:.0f} W")

    await station.present(tag)
    await station.unplug(1)
    await station.delivered()


async def main(url: str) -> None:
    async with Station(url, id="CP1", connectors=2, configuration={"MeterValueSampleInterval": "2"}) as station:
        station.events.listen(lambda event: print(event.at.time(), event.kind, event.text))
        await scenario(station)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
