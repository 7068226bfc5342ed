"""A connector is reserved for a driver, who is started remotely: the transaction names the reservation.

    plugproof station ws://127.0.0.1:9000/ocpp --script examples/station_reservation.py -- http://127.0.0.1:9001
    python examples/station_reservation.py ws://127.0.0.1:9000/ocpp http://127.0.0.1:9001

The second address is the HTTP API of `plugproof csms`. With another CSMS, reserve and start there.
"""

import asyncio
import sys
from datetime import timedelta

import httpx

from simulator import Station


async def scenario(station: Station, api: str, tag: str = "TAG-1") -> None:
    until = (station.clock.now() + timedelta(hours=1)).isoformat(timespec="seconds")
    async with httpx.AsyncClient(base_url=f"{api}/api/v1/stations/{station.id}/operations", timeout=30) as csms:
        order = {"connectorId": 1, "expiryDate": until, "idTag": tag, "reservationId": 7}
        assert (await csms.post("/ReserveNow", json=order)).json() == {"status": "Accepted"}
        await station.until(lambda s: s.connector(1).status == "Reserved", within=10)

        answer = await csms.post("/RemoteStartTransaction", json={"connectorId": 1, "idTag": tag})
        assert answer.json() == {"status": "Accepted"}, answer.text
        await station.until(lambda s: s.connector(1).status == "Preparing", within=10)

    await station.plug_in(1)
    await station.until(lambda s: s.connector(1).status == "Charging", within=10)
    transaction = station.connector(1).transaction
    assert transaction is not None
    assert transaction.reservationId == 7
    await station.until(lambda s: not s.queued, within=10)
    print(f"transaction {transaction.transactionId} used up reservation {transaction.reservationId}")


async def main(url: str, api: str) -> None:
    async with Station(url, id="CP1") as station:
        await scenario(station, api)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
