"""Where the routes of OCPP 2.0.1 are."""

from __future__ import annotations

from typing import Final

from ocppj.v201 import PROTOCOL

ROOT: Final = f"/api/v1/{PROTOCOL.subprotocol}"
"""The version stands in it: names of actions and resources are those of other versions, and say something else."""
