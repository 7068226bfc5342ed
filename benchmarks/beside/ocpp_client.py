"""Stations on the ``ChargePoint`` of the ``ocpp`` distribution, over ``websockets``, for ``benchmarks.fleet``."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from ocpp.v16 import ChargePoint, call  # type: ignore[import-untyped]
from websockets.asyncio.client import connect

from benchmarks.beside.measuring import (
    METER_EVERY,
    RAMP,
    SESSION_EVERY,
    SESSION_LENGTH,
    SETTLING,
    Round,
    measure,
    taken_up,
    until,
)
from benchmarks.csms import OCPP, TAG


class Client(ChargePoint):  # type: ignore[misc]
    """A station of the other library; it counts what it sends, each CALL with its answer."""

    messages = 0
    online = 0

    async def ask(self, request: Any) -> Any:
        """Send a CALL and wait for its answer."""
        answer = await self.call(request, suppress=False)
        Client.messages += 2
        return answer

    async def play(self, number: int, stations: int) -> None:
        """Boot, and charge again and again."""
        await self.ask(call.BootNotification(charge_point_vendor="other", charge_point_model="client"))
        await self.status("Available")
        Client.online += 1
        await asyncio.sleep((SESSION_EVERY + SESSION_LENGTH) * number / stations)
        while True:
            await self.status("Preparing")
            await self.ask(call.Authorize(id_tag=TAG))
            started = await self.ask(call.StartTransaction(connector_id=1, id_tag=TAG, meter_start=0, timestamp=_now()))
            await self.status("Charging")
            for _ in range(int(SESSION_LENGTH // METER_EVERY)):
                await asyncio.sleep(METER_EVERY)
                sample = {"value": "1", "context": "Sample.Periodic", "measurand": "Energy.Active.Import.Register"}
                values = [{"timestamp": _now(), "sampledValue": [{**sample, "unit": "Wh"}]}]
                await self.ask(
                    call.MeterValues(connector_id=1, meter_value=values, transaction_id=started.transaction_id)
                )
            await asyncio.sleep(SESSION_LENGTH % METER_EVERY)
            await self.ask(
                call.StopTransaction(
                    meter_stop=1, timestamp=_now(), transaction_id=started.transaction_id, reason="Local", id_tag=TAG
                )
            )
            await self.status("Finishing")
            await self.status("Available")
            await asyncio.sleep(SESSION_EVERY)

    async def status(self, status: str) -> None:
        """Tell the status of connector 1."""
        await self.ask(call.StatusNotification(connector_id=1, error_code="NoError", status=status, timestamp=_now()))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def load(url: str, stations: int, seconds: float) -> Round:
    """Bring the stations up, and measure them."""
    tasks: set[asyncio.Task[None]] = set()

    async def station(number: int) -> None:
        identity = f"OTHER-{number:05d}"
        options: dict[str, Any] = {"compression": None, "ping_interval": None, "proxy": None}
        async with connect(f"{url}/{identity}", subprotocols=[OCPP], **options) as connection:
            client = Client(identity, connection)
            reading = asyncio.create_task(client.start())
            try:
                await client.play(number, stations)
            finally:
                reading.cancel()

    tasks.add(asyncio.create_task(station(0)))
    await until(lambda: Client.online == 1)
    await asyncio.sleep(SETTLING)
    before = taken_up()  # with one
    for number in range(1, stations):
        tasks.add(asyncio.create_task(station(number)))
        await asyncio.sleep(1 / RAMP)
    await until(lambda: Client.online == stations or any(task.done() for task in tasks))
    assert Client.online == stations, [task.exception() for task in tasks if task.done()][:1]
    taken = await measure(seconds, before, stations - 1, lambda: Client.messages)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return taken
