"""Messages of other profiles that report something and want an empty answer.

Firmware and diagnostics progress (OCPP 1.6 §4.4, §4.5) and the reports of the security extensions (security white
paper, edition 3). Every status is accepted in any order.
"""

from __future__ import annotations

from csms_core import clock
from csms_core.context import StationContext
from csms_core.registry import Handler, Payload, Registry
from csms_core.store import stations

ACTIONS = (
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "SecurityEventNotification",
    "SignedFirmwareStatusNotification",
)

registry = Registry()


def _keeps(action: str) -> Handler:
    async def keep(station: StationContext, payload: Payload) -> Payload:
        at = clock.wire(station.now())
        await station.store.write(lambda c: stations.book_notice(c, station.identity, action, payload, at))
        return {}

    return keep


for _action in ACTIONS:
    registry.handles(_action)(_keeps(_action))
