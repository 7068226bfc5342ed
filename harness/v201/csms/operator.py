"""The operator of OCPP 2.0.1: one verb per action."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.peers.acting import ActingOperator
from harness.v201.csms.reach import secret_keys
from harness.v201.csms.station import Station


class Operator(ActingOperator[Station]):
    """A person or an API that acts on the CSMS under test, on behalf of one case."""

    def keys_in(self, action: str, members: Mapping[str, Any]) -> Iterable[str]:
        """Passwords that a SetVariables is to set."""
        return secret_keys.keys_in(action, members)

    async def request_start(self, station: Station, **members: Any) -> None:
        """Ask for RequestStartTransaction."""
        await self.asks("RequestStartTransaction", station, **members)

    async def request_stop(self, station: Station, **members: Any) -> None:
        """Ask for RequestStopTransaction."""
        await self.asks("RequestStopTransaction", station, **members)

    async def get_variables(self, station: Station, **members: Any) -> None:
        """Ask for GetVariables."""
        await self.asks("GetVariables", station, **members)

    async def set_variables(self, station: Station, **members: Any) -> None:
        """Ask for SetVariables."""
        await self.asks("SetVariables", station, **members)

    async def get_base_report(self, station: Station, **members: Any) -> None:
        """Ask for GetBaseReport."""
        await self.asks("GetBaseReport", station, **members)

    async def reset(self, station: Station, **members: Any) -> None:
        """Ask for Reset."""
        await self.asks("Reset", station, **members)

    async def change_availability(self, station: Station, **members: Any) -> None:
        """Ask for ChangeAvailability."""
        await self.asks("ChangeAvailability", station, **members)

    async def unlock_connector(self, station: Station, **members: Any) -> None:
        """Ask for UnlockConnector."""
        await self.asks("UnlockConnector", station, **members)

    async def trigger_message(self, station: Station, **members: Any) -> None:
        """Ask for TriggerMessage."""
        await self.asks("TriggerMessage", station, **members)

    async def clear_cache(self, station: Station) -> None:
        """Ask for ClearCache."""
        await self.asks("ClearCache", station)
