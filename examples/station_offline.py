"""Offline, and then without power: a session that the CSMS learns of later, complete and in order.

plugproof station ws://127.0.0.1:9000/ocpp --script examples/station_offline.py -- TAG-1
python examples/station_offline.py ws://127.0.0.1:9000/ocpp
"""

import asyncio
import sys

from simulator import Station


async def scenario(station: Station, tag: str = "TAG-1", seconds: str = "3") -> None:
    station.configuration.set("MeterValueSampleInterval", "1")
    await station.plug_in(1)
    await station.present(tag)
    await station.until(lambda s: s.connector(1).status == "Charging", within=10)
    await station.until(lambda s: not s.queued, within=10)  # the CSMS knows of the start

    await station.lose_network()
    await station.clock.sleep(float(seconds))
    assert station.queued >= 2, "the meter values of an outage are kept"

    await station.cut_power()  # ends the transaction with reason PowerLoss; nobody can be told yet
    await station.restore_power()
    assert station.connector(1).transaction is None
    print(f"{station.queued} messages wait for the CSMS")

    await station.restore_network()
    await station.until(lambda s: s.online and not s.queued, within=30)
    await station.unplug(1)
    await station.delivered()


async def main(url: str) -> None:
    async with Station(url, id="CP1") as station:
        await scenario(station)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
