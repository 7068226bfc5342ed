"""The operator as a case sees it: one verb per OCPP action, started and not waited for.

What the operator's API answers is no evidence and may come before, after or without the frame; the case looks at the
wire. A failing request is raised by the next ``receives`` instead of passing for silence.
"""

import asyncio
from typing import Any

from harness import operators
from harness.run import Asked, CaseRun
from harness.secret_keys import keys_in
from harness.station import Station
from ocppj.matchers import shown


class Operator:
    """A person or an API that acts on the CSMS under test, on behalf of one case."""

    def __init__(self, run: CaseRun, driver: operators.Operator) -> None:
        self._run = run
        self._driver = driver
        self.station: Station | None = None
        """For which something was asked last."""

    async def remote_start(self, station: Station, **members: Any) -> None:
        """Ask for RemoteStartTransaction."""
        await self.asks("RemoteStartTransaction", station, **members)

    async def remote_stop(self, station: Station, **members: Any) -> None:
        """Ask for RemoteStopTransaction."""
        await self.asks("RemoteStopTransaction", station, **members)

    async def reset(self, station: Station, **members: Any) -> None:
        """Ask for Reset."""
        await self.asks("Reset", station, **members)

    async def unlock_connector(self, station: Station, **members: Any) -> None:
        """Ask for UnlockConnector."""
        await self.asks("UnlockConnector", station, **members)

    async def get_configuration(self, station: Station, **members: Any) -> None:
        """Ask for GetConfiguration."""
        await self.asks("GetConfiguration", station, **members)

    async def change_configuration(self, station: Station, **members: Any) -> None:
        """Ask for ChangeConfiguration."""
        await self.asks("ChangeConfiguration", station, **members)

    async def clear_cache(self, station: Station) -> None:
        """Ask for ClearCache."""
        await self.asks("ClearCache", station)

    async def change_availability(self, station: Station, **members: Any) -> None:
        """Ask for ChangeAvailability."""
        await self.asks("ChangeAvailability", station, **members)

    async def reserve_now(self, station: Station, **members: Any) -> None:
        """Ask for ReserveNow."""
        await self.asks("ReserveNow", station, **members)

    async def cancel_reservation(self, station: Station, **members: Any) -> None:
        """Ask for CancelReservation."""
        await self.asks("CancelReservation", station, **members)

    async def send_local_list(self, station: Station, **members: Any) -> None:
        """Ask for SendLocalList."""
        await self.asks("SendLocalList", station, **members)

    async def set_charging_profile(self, station: Station, **members: Any) -> None:
        """Ask for SetChargingProfile."""
        await self.asks("SetChargingProfile", station, **members)

    async def clear_charging_profile(self, station: Station, **members: Any) -> None:
        """Ask for ClearChargingProfile."""
        await self.asks("ClearChargingProfile", station, **members)

    async def get_composite_schedule(self, station: Station, **members: Any) -> None:
        """Ask for GetCompositeSchedule."""
        await self.asks("GetCompositeSchedule", station, **members)

    async def trigger_message(self, station: Station, **members: Any) -> None:
        """Ask for TriggerMessage."""
        await self.asks("TriggerMessage", station, **members)

    async def update_firmware(self, station: Station, **members: Any) -> None:
        """Ask for UpdateFirmware."""
        await self.asks("UpdateFirmware", station, **members)

    async def get_diagnostics(self, station: Station, **members: Any) -> None:
        """Ask for GetDiagnostics."""
        await self.asks("GetDiagnostics", station, **members)

    async def get_local_list_version(self, station: Station) -> None:
        """Ask for GetLocalListVersion."""
        await self.asks("GetLocalListVersion", station)

    async def extended_trigger_message(self, station: Station, **members: Any) -> None:
        """Ask for ExtendedTriggerMessage."""
        await self.asks("ExtendedTriggerMessage", station, **members)

    async def install_certificate(self, station: Station, **members: Any) -> None:
        """Ask for InstallCertificate."""
        await self.asks("InstallCertificate", station, **members)

    async def get_installed_certificate_ids(self, station: Station, **members: Any) -> None:
        """Ask for GetInstalledCertificateIds."""
        await self.asks("GetInstalledCertificateIds", station, **members)

    async def delete_certificate(self, station: Station, **members: Any) -> None:
        """Ask for DeleteCertificate."""
        await self.asks("DeleteCertificate", station, **members)

    async def get_log(self, station: Station, **members: Any) -> None:
        """Ask for GetLog."""
        await self.asks("GetLog", station, **members)

    async def signed_update_firmware(self, station: Station, **members: Any) -> None:
        """Ask for SignedUpdateFirmware."""
        await self.asks("SignedUpdateFirmware", station, **members)

    async def asks(self, action: str, station: Station, /, **members: Any) -> None:
        """Ask for any OCPP operation towards ``station``, with the members its CALL is to have."""
        self.station = station
        station.expects(action)
        told = " ".join(f"{name}={shown(value)}" for name, value in members.items())
        seq = self._run.trace.add("operator", f"{action} {told}".rstrip())
        self._run.exchanges.clear()
        self._run.trace.hide(keys_in(action, members))
        self._run.asked.append(Asked(action, members, seq))
        earlier = [task for task in self._run.operations if not task.done()]
        task = asyncio.create_task(self._performs(earlier, action, station.identity, members))
        self._run.operations.add(task)
        task.add_done_callback(station.wake)

    async def _performs(
        self, earlier: list[asyncio.Task[None]], action: str, identity: str, members: dict[str, Any]
    ) -> None:
        """One after the other, as a person would: a CSMS may count its list versions when it has the answer."""
        if earlier:
            await asyncio.wait(earlier, timeout=self._run.sut.timeouts.message_s)
        await self._driver.perform(action, identity, members)

    async def leaves(self) -> None:
        """End what is still under way; an operation that failed late is only noted."""
        for task in self._run.operations:
            task.cancel()
        for outcome in await asyncio.gather(*self._run.operations, return_exceptions=True):
            if isinstance(outcome, Exception):
                self._run.note(f"operator: {outcome}")
