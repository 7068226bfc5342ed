"""Deliberate defects of a station of OCPP 2.0.1: `name -> sentence -> hook` (`simulator.faults.catalogue`)."""

from __future__ import annotations

from simulator.faults import rpc
from simulator.faults.catalogue import Catalogue

__all__ = ["CATALOGUE"]

CATALOGUE = Catalogue(rpc.faults())
"""All faults by name; so far those of the frame, which are alike in every version."""
