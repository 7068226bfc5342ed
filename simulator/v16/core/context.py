"""What every part of a station of OCPP 1.6 can rely on: what every station has, and how it is set."""

from __future__ import annotations

from simulator.station import context
from simulator.v16.core.configuration import Configuration
from simulator.v16.core.registration import Registration


class Context(context.Context):
    """That of every station, and its configuration keys."""

    __slots__ = ("configuration",)

    configuration: Configuration
    registration: Registration
