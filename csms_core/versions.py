"""The versions of OCPP that this CSMS speaks: the one table, the oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from csms_core.faults.catalogue import catalogue
from csms_core.faults.model import Fault

if TYPE_CHECKING:
    from csms_core.hub.version import Version


def spoken() -> tuple[Version, ...]:
    """All of them, imported as a whole."""
    from csms_core import v16, v201

    return (v16.VERSION, v201.VERSION)


def faults() -> Mapping[str, Fault]:
    """What may be broken on purpose, by name, without importing what is right."""
    from csms_core.v16.faults import FAULTS as FAULTS_16
    from csms_core.v201.faults import FAULTS as FAULTS_201
    from ocppj.v16 import PROTOCOL as PROTOCOL_16
    from ocppj.v201 import PROTOCOL as PROTOCOL_201

    return catalogue({PROTOCOL_16.subprotocol: FAULTS_16, PROTOCOL_201.subprotocol: FAULTS_201})
