"""What BootNotification and Heartbeat are in OCPP 2.0.1 (P2 B01 to B03, G02); the rest is `wire.registration`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.kernel.base import Base
from simulator.v201.device_model.model import DeviceModel
from simulator.v201.device_model.standard import HEARTBEAT_INTERVAL
from simulator.wire.link import Link
from simulator.wire.registration import Registration as Common

_MODEM = {"iccid", "imsi"}


class Registration(Common):
    """`identity` are the members of chargingStation; iccid and imsi stand in its modem."""

    __slots__ = ("device_model", "reason")

    def __init__(
        self,
        base: Base,
        device_model: DeviceModel,
        link: Link,
        identity: Mapping[str, str],
        *,
        on_accepted: Callable[[bool], None],
        on_time: Callable[[str], None],
    ) -> None:
        """As in `wire.registration`."""
        self.device_model = device_model
        self.reason = "PowerUp"
        """Why the station boots (BootReasonEnumType)."""
        super().__init__(base, link, identity, on_accepted=on_accepted, on_time=on_time)

    def notification(self, *, triggered: bool) -> dict[str, Any]:
        """With the reason of the boot, or Triggered."""
        return {"reason": "Triggered" if triggered else self.reason, "chargingStation": station_type(self.identity)}

    @property
    def interval(self) -> int:
        """OCPPCommCtrlr.HeartbeatInterval."""
        return self.device_model.number(HEARTBEAT_INTERVAL)

    @interval.setter
    def interval(self, seconds: int) -> None:
        self.device_model.put(HEARTBEAT_INTERVAL, str(seconds))


def station_type(identity: Mapping[str, str]) -> dict[str, Any]:
    """The ChargingStationType of what a station says of itself."""
    station: dict[str, Any] = {name: value for name, value in identity.items() if name not in _MODEM}
    if modem := {name: value for name, value in identity.items() if name in _MODEM}:
        station["modem"] = modem
    return station
