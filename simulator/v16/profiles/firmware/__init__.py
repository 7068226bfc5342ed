"""Firmware of a station: what an image is, whether it may be installed, and the update itself (1.6 §5.19; L01)."""

from __future__ import annotations

from simulator.v16.profiles.firmware.image import Image, make_image
from simulator.v16.profiles.firmware.updates import FirmwareUpdates

__all__ = ["FirmwareUpdates", "Image", "make_image"]
