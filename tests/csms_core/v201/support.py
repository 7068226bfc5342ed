"""What the tests of OCPP 2.0.1 share: a station that speaks it, and what it says."""

from __future__ import annotations

from typing import Any

from ocppj.v201 import PROTOCOL
from tests.csms_core.support import bench
from tests.csms_core.support.bench import STATION

PATH = f"/api/v1/ocpp2.0.1/stations/{STATION}"

BOOT: dict[str, Any] = {"reason": "PowerUp", "chargingStation": {"model": "test", "vendorName": "plugproof"}}

NOW = "2026-11-21T10:00:00.000Z"

TRANSACTION = "5f6e1d3a-0001"

ANSWERS: dict[str, dict[str, Any]] = {
    "ChangeAvailability": {"status": "Accepted"},
    "ClearCache": {"status": "Accepted"},
    "GetBaseReport": {"status": "Accepted"},
    "RequestStartTransaction": {"status": "Accepted"},
    "RequestStopTransaction": {"status": "Accepted"},
    "Reset": {"status": "Accepted"},
    "TriggerMessage": {"status": "Accepted"},
    "UnlockConnector": {"status": "Unlocked"},
}


def token(text: str = "GOOD", type: str = "ISO14443") -> dict[str, str]:
    """An idToken."""
    return {"idToken": text, "type": type}


def event(seq_no: int, kind: str = "Updated", reason: str = "ChargingStateChanged", **members: Any) -> dict[str, Any]:
    """A TransactionEvent. Members of transactionInfo are those the standard has there."""
    inside = ("transactionId", "chargingState", "stoppedReason", "remoteStartId", "timeSpentCharging")
    info = {name: members.pop(name) for name in inside if name in members}
    return {
        "eventType": kind,
        "timestamp": f"2026-11-21T10:{seq_no:02}:00Z",
        "triggerReason": reason,
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": TRANSACTION, **info},
        **members,
    }


def energy(register: float, **members: Any) -> list[dict[str, Any]]:
    """A meterValue with the imported energy."""
    return [{"timestamp": NOW, "sampledValue": [{"value": register, **members}]}]


class Station(bench.Station):
    """A station of OCPP 2.0.1; see `bench.Station`."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = dict(ANSWERS)

    async def boot(self, **members: Any) -> dict[str, Any]:
        return await self.call("BootNotification", BOOT | members)

    async def tell(self, seq_no: int, *words: str, **members: Any) -> dict[str, Any]:
        """Send a TransactionEvent, see `event`."""
        return await self.call("TransactionEvent", event(seq_no, *words, **members))

    async def occupied(self, evse: int = 1, connector: int = 1, status: str = "Occupied") -> dict[str, Any]:
        """Send a StatusNotification."""
        place = {"evseId": evse, "connectorId": connector}
        return await self.call("StatusNotification", {"timestamp": NOW, "connectorStatus": status, **place})


async def connect(url: str, identity: str, **options: Any) -> Station:
    """Connect a station; raises ocppj.peers.aio.ConnectFailed."""
    return await bench.connected(Station(), url, identity, **{"protocol": PROTOCOL} | options)
