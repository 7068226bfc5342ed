"""What the stations of a fleet speak: the one place of the fleet, beside its stations, that names a version of OCPP."""

from typing import Final

from ocppj.v16 import PROTOCOL

__all__ = ["SPOKEN"]

SPOKEN: Final = PROTOCOL
