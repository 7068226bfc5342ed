"""What every part of a station of OCPP 2.0.1 can rely on: what every station has, and how it is set."""

from __future__ import annotations

from simulator.station import context
from simulator.v201.core.registration import Registration
from simulator.v201.device_model.model import DeviceModel


class Context(context.Context):
    """That of every station, and its device model."""

    __slots__ = ("device_model",)

    device_model: DeviceModel
    registration: Registration
