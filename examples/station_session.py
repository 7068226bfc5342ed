"""One charging session of a simulated station, in Python: `python examples/station_session.py ws://127.0.0.1:9000/ocpp`.

The CSMS has to know the station CP1 and the idTag TAG-1.
"""

import asyncio
import sys

from simulator import Station


async def scenario(station: Station) -> None:
    """A driver plugs in, shows a card, charges for ten seconds, shows it again and leaves."""
    await station.plug_in(1)
    await station.present("TAG-1")
    await station.until(lambda s: s.connector(1).status == "Charging", within=10)
    await station.clock.sleep(10)
    await station.present("TAG-1")
    await station.unplug(1)
    await station.delivered()


async def main(url: str) -> None:
    async with Station(url, id="CP1", connectors=2, configuration={"MeterValueSampleInterval": "2"}) as station:
        station.events.listen(lambda event: print(event.at.time(), event.kind, event.text))
        await scenario(station)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
