"""The operator of OCPP 1.6: one verb per action."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.peers.acting import ActingOperator
from harness.v16.csms.reach import secret_keys
from harness.v16.csms.station import Station


class Operator(ActingOperator[Station]):
    """A person or an API that acts on the CSMS under test, on behalf of one case."""

    def keys_in(self, action: str, members: Mapping[str, Any]) -> Iterable[str]:
        """Passwords that a ChangeConfiguration is to set."""
        return secret_keys.keys_in(action, members)

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
