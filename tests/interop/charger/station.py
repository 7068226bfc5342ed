"""The station itself: a `ChargePoint` of the package, and what it makes of cables, cards and operations.

Wrong on purpose, as stations have it: a connector 0 is started at as if none were named; the card of a family does not
end what another one has begun; a key that there is not is Rejected; that the vehicle is gone is told neither as the
reason of the end nor as that of a suspension; and there is no queue, so what happened without a connection is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import after, on
from ocpp.v16 import ChargePoint, call, call_result
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.interop.charger.hardware import Outlet
from tests.interop.charger.keys import Keys

CONNECTORS = 2
ANSWER_SECONDS = 10


def now() -> str:
    """The time, as OCPP writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Body:
    """What survives a connection: the outlets and the keys."""

    def __init__(self) -> None:
        self.keys = Keys()
        self.outlets = {number: Outlet(number) for number in range(1, CONNECTORS + 1)}
        self.station_operative = True
        self.booted = False
        self.charger: Charger | None = None
        """Its connection, the last one while there is none."""


class Charger(ChargePoint):
    """The station on one connection. ``leaves`` is set when it has to restart."""

    def __init__(self, id: str, connection: ClientConnection, body: Body) -> None:
        super().__init__(id, connection, response_timeout=ANSWER_SECONDS)
        self.body = body
        self.keys = body.keys
        self.leaves = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        body.charger = self

    # --- saying ------------------------------------------------------------------------------------------------------

    async def boots(self) -> None:
        """BootNotification until it is accepted, then the status of everything."""
        while True:
            answer = await self._boot()
            if answer is None:
                return
            if answer.status == "Accepted":
                break
            await asyncio.sleep(answer.interval or 1)
        self.body.booted = True
        await self.goes_on(answer.interval)

    async def goes_on(self, heartbeat: int = 0) -> None:
        """It is connected, anew or again: everything is told, and what has to come regularly begins."""
        await self.tells_everything()
        self.does(self._beats(heartbeat))
        self.does(self._looks_at_the_clock())
        for outlet in self.body.outlets.values():
            if outlet.is_charging:
                outlet.sampling = asyncio.create_task(self._samples(outlet))

    async def _boot(self) -> Any:
        return await self._says(
            call.BootNotification(charge_point_model="Library", charge_point_vendor="Tests", firmware_version="0.9")
        )

    async def _says(self, payload: Any) -> Any:
        """Send a CALL; None when nobody is there to answer, and then it is lost."""
        try:
            return await self.call(payload)
        except (ConnectionClosed, TimeoutError):
            return None

    async def tells_everything(self) -> None:
        """StatusNotification of the station and of each outlet."""
        await self._tells(0, "Available" if self.body.station_operative else "Unavailable")
        for outlet in self.body.outlets.values():
            await self._tells(outlet.number, outlet.status)

    def does(self, work: Awaitable[Any]) -> None:
        """Something goes on beside what is answered."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def is_over(self) -> None:
        """The connection has ended."""
        for task in self._tasks:
            task.cancel()

    async def _beats(self, interval: int) -> None:
        while interval:
            await asyncio.sleep(interval)
            await self._says(call.Heartbeat())

    async def _tells(self, connector: int, status: str) -> None:
        await self._says(
            call.StatusNotification(connector_id=connector, error_code="NoError", status=status, timestamp=now())
        )

    async def _is(self, outlet: Outlet, status: str) -> None:
        if outlet.status != status:
            outlet.status = status
            await self._tells(outlet.number, status)

    async def _settles(self, outlet: Outlet) -> None:
        """The status that follows from how things are where nobody charges."""
        if outlet.is_charging:
            return
        if outlet.faulted:
            await self._is(outlet, "Faulted")
        elif not (outlet.operative and self.body.station_operative):
            await self._is(outlet, "Unavailable")
        else:
            await self._is(outlet, "Preparing" if outlet.plugged or outlet.authorized else "Available")

    # --- what is done to it ------------------------------------------------------------------------------------------

    async def acts(self, act: str, connector: int, tag: str | None = None) -> None:
        """A driver did something."""
        outlet = self.body.outlets[connector]
        if tag is not None:
            await self._shown(outlet, tag)
        else:
            await (self._plugged if act == "plug_in" else self._unplugged)(outlet)

    async def _plugged(self, outlet: Outlet) -> None:
        outlet.plugged = True
        tag = outlet.authorized
        if tag is None:
            await self._settles(outlet)
        else:
            await self._starts(outlet, tag)

    async def _unplugged(self, outlet: Outlet) -> None:
        if not outlet.plugged:
            return
        outlet.plugged = False
        if outlet.is_charging and self.keys.on("StopTransactionOnEVSideDisconnect"):
            await self._stops(outlet, "Other")
        elif outlet.is_charging:
            await self._is(outlet, "SuspendedEV")
        else:
            await self._settles(outlet)

    async def _shown(self, outlet: Outlet, tag: str) -> None:
        if outlet.is_charging:
            if tag == outlet.tag:
                await self._stops(outlet, "Local", tag)
            return
        if await self._accepted(tag):
            await self._waits_for_cable(outlet, tag)

    async def _accepted(self, tag: str) -> bool:
        answer = await self._says(call.Authorize(id_tag=tag))
        return answer is not None and answer.id_tag_info["status"] == "Accepted"

    async def _waits_for_cable(self, outlet: Outlet, tag: str) -> None:
        outlet.authorized = tag
        await self._settles(outlet)
        if not outlet.is_for_somebody:
            return  # the cable came at once
        if outlet.plugged:
            await self._starts(outlet, tag)
        else:
            outlet.waits(
                self.keys.seconds("ConnectionTimeOut"), lambda: self._now().does(self._now()._gives_up(outlet))
            )

    def _now(self) -> Charger:
        return self.body.charger or self

    async def _gives_up(self, outlet: Outlet) -> None:
        outlet.authorized = None
        await self._settles(outlet)

    async def _starts(self, outlet: Outlet, tag: str) -> None:
        outlet.forgets()
        outlet.authorized, outlet.tag = None, tag
        answer = await self._says(
            call.StartTransaction(connector_id=outlet.number, id_tag=tag, meter_start=outlet.reading(), timestamp=now())
        )
        if answer is None:
            outlet.tag = None
            return
        outlet.transaction = answer.transaction_id
        if answer.id_tag_info["status"] != "Accepted" and self.keys.on("StopTransactionOnInvalidId"):
            await self._stops(outlet, "DeAuthorized")
            return
        await self._is(outlet, "Charging")
        outlet.sampling = asyncio.create_task(self._samples(outlet))

    async def _stops(self, outlet: Outlet, reason: str, tag: str | None = None) -> None:
        if outlet.sampling is not None:
            outlet.sampling.cancel()
        transaction, outlet.transaction, outlet.tag = outlet.transaction, None, None
        await self._says(
            call.StopTransaction(
                transaction_id=transaction or 0,
                meter_stop=outlet.reading(),
                timestamp=now(),
                reason=reason,
                id_tag=tag,
            )
        )
        if outlet.plugged:
            await self._is(outlet, "Finishing")
        else:
            await self._settles(outlet)

    # --- meter values ------------------------------------------------------------------------------------------------

    async def _samples(self, outlet: Outlet) -> None:
        mine = outlet.transaction
        while True:
            interval = self.keys.seconds("MeterValueSampleInterval")
            await asyncio.sleep(interval or 0.5)
            if outlet.transaction != mine:  # a cancellation is lost when an answer comes in the same moment
                return
            if interval:
                await self._meters(outlet, "Sample.Periodic", self.keys["MeterValuesSampledData"])

    async def _looks_at_the_clock(self) -> None:
        while True:
            interval = self.keys.seconds("ClockAlignedDataInterval")
            past = datetime.now(UTC).timestamp() % interval if interval else 0
            await asyncio.sleep(interval - past if interval else 0.5)
            for outlet in self.body.outlets.values():
                if interval and outlet.is_charging:
                    await self._meters(outlet, "Sample.Clock", self.keys["MeterValuesAlignedData"])

    async def _meters(self, outlet: Outlet, context: str, measurands: str) -> None:
        values = {"Energy.Active.Import.Register": (outlet.reading(), "Wh"), "Power.Active.Import": (7_360, "W")}
        sampled = [
            {"value": str(values[name][0]), "context": context, "measurand": name, "unit": values[name][1]}
            for name in filter(None, measurands.split(","))
        ]
        members = {} if outlet.transaction is None else {"transaction_id": outlet.transaction}
        value = {"timestamp": now(), "sampled_value": sampled}
        await self._says(call.MeterValues(connector_id=outlet.number, meter_value=[value], **members))

    # --- operations --------------------------------------------------------------------------------------------------

    @on("GetConfiguration")
    def on_get_configuration(self, key: list[str] | None = None) -> Any:
        known, unknown = self.keys.told(key)
        return call_result.GetConfiguration(configuration_key=known or None, unknown_key=unknown or None)

    @on("ChangeConfiguration")
    def on_change_configuration(self, key: str, value: str) -> Any:
        return call_result.ChangeConfiguration(status=self.keys.change(key, value))

    @on("ClearCache")
    def on_clear_cache(self) -> Any:
        return call_result.ClearCache(status="Rejected")

    @on("DataTransfer")
    def on_data_transfer(self, vendor_id: str, message_id: str | None = None, data: str | None = None) -> Any:
        return call_result.DataTransfer(status="UnknownVendorId")

    @on("UnlockConnector")
    def on_unlock_connector(self, connector_id: int) -> Any:
        return call_result.UnlockConnector(status="NotSupported")

    @on("RemoteStartTransaction")
    def on_remote_start_transaction(
        self, id_tag: str, connector_id: int | None = None, charging_profile: Any = None
    ) -> Any:
        outlet = self._free(connector_id)
        return call_result.RemoteStartTransaction(status="Rejected" if outlet is None else "Accepted")

    @after("RemoteStartTransaction")
    async def after_remote_start_transaction(
        self, id_tag: str, connector_id: int | None = None, charging_profile: Any = None
    ) -> None:
        outlet = self._free(connector_id)
        if outlet is not None:
            if self.keys.on("AuthorizeRemoteTxRequests") and not await self._accepted(id_tag):
                return
            await self._waits_for_cable(outlet, id_tag)

    def _free(self, connector: int | None) -> Outlet | None:
        outlets = self.body.outlets.values() if not connector else [self.body.outlets.get(connector)]
        for outlet in outlets:
            if outlet is not None and outlet.status in ("Available", "Preparing") and outlet.authorized is None:
                return outlet
        return None

    @on("RemoteStopTransaction")
    def on_remote_stop_transaction(self, transaction_id: int) -> Any:
        found = self._running(transaction_id)
        return call_result.RemoteStopTransaction(status="Rejected" if found is None else "Accepted")

    @after("RemoteStopTransaction")
    async def after_remote_stop_transaction(self, transaction_id: int) -> None:
        outlet = self._running(transaction_id)
        if outlet is not None:
            await self._stops(outlet, "Remote")

    def _running(self, transaction: int) -> Outlet | None:
        return next((one for one in self.body.outlets.values() if one.transaction == transaction), None)

    @on("ChangeAvailability")
    def on_change_availability(self, connector_id: int, type: str) -> Any:
        chosen = self._chosen(connector_id)
        if not chosen and connector_id:
            return call_result.ChangeAvailability(status="Rejected")
        busy = type == "Inoperative" and any(outlet.is_charging for outlet in chosen)
        return call_result.ChangeAvailability(status="Scheduled" if busy else "Accepted")

    @after("ChangeAvailability")
    async def after_change_availability(self, connector_id: int, type: str) -> None:
        operative = type == "Operative"
        if connector_id == 0:
            self.body.station_operative = operative
            await self._tells(0, "Available" if operative else "Unavailable")
        for outlet in self._chosen(connector_id):
            outlet.operative = operative
            if not operative:
                outlet.authorized = None
            await self._settles(outlet)

    def _chosen(self, connector: int) -> list[Outlet]:
        return [one for one in self.body.outlets.values() if connector in (0, one.number)]

    @on("TriggerMessage")
    def on_trigger_message(self, requested_message: str, connector_id: int | None = None) -> Any:
        if connector_id is not None and connector_id not in self.body.outlets:
            return call_result.TriggerMessage(status="Rejected")
        known = ("BootNotification", "Heartbeat", "MeterValues", "StatusNotification")
        return call_result.TriggerMessage(status="Accepted" if requested_message in known else "NotImplemented")

    @after("TriggerMessage")
    async def after_trigger_message(self, requested_message: str, connector_id: int | None = None) -> None:
        outlets = [] if connector_id not in (None, *self.body.outlets) else self._chosen(connector_id or 0)
        if requested_message == "Heartbeat":
            await self._says(call.Heartbeat())
        elif requested_message == "BootNotification":
            await self._boot()
        for outlet in outlets if requested_message in ("MeterValues", "StatusNotification") else ():
            if requested_message == "MeterValues":
                await self._meters(outlet, "Trigger", self.keys["MeterValuesSampledData"])
            else:
                await self._tells(outlet.number, outlet.status)

    @on("Reset")
    def on_reset(self, type: str) -> Any:
        return call_result.Reset(status="Accepted")

    @after("Reset")
    async def after_reset(self, type: str) -> None:
        for outlet in self.body.outlets.values():
            if outlet.is_charging:
                await self._stops(outlet, f"{type}Reset")
            outlet.authorized = None
            outlet.forgets()
        self.body.booted = False
        self.leaves.set()
