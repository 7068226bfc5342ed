"""Block B, provisioning: variables, base reports, reset (P2 B05 to B08, B11, B12)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ocppj.errors import OcppError
from ocppj.times import timestamp
from simulator.v201.device_model.standard import ITEMS
from simulator.v201.feature import Feature
from simulator.wire.operations import Answer, Then, operation, status, trigger


class Provisioning(Feature):
    """Reads, sets and reports the device model, and boots the station again."""

    __slots__ = ()

    @operation("GetVariables")
    def get_variables(self, payload: dict[str, Any]) -> Answer:
        """B06."""
        asked = _bounded("GetVariables", payload["getVariableData"])
        return Answer({"getVariableResult": [self.parts.device_model.get(one) for one in asked]})

    @operation("SetVariables")
    def set_variables(self, payload: dict[str, Any]) -> Answer:
        """B05; what follows from a value, as a connection with a new password, comes after the answer."""
        model, then = self.parts.device_model, None
        results = []
        for one in _bounded("SetVariables", payload["setVariableData"]):
            result = model.set(one)
            results.append(result)
            if result["attributeStatus"] == "Accepted":
                then = self.features.follows(_name(one)) or then
        return Answer({"setVariableResult": results}, then)

    @operation("GetBaseReport")
    def get_base_report(self, payload: dict[str, Any]) -> Answer:
        """B07, B08."""
        report = self.parts.device_model.report(payload["reportBase"])
        if report is None:
            return status("NotSupported")
        return status("Accepted", partial(self._notify, payload["requestId"], report))

    def _notify(self, requestId: int, report: list[dict[str, Any]]) -> None:
        """NotifyReport in parts of so many variables (B07.FR.10, B07.FR.11)."""
        now = timestamp(self.parts.clock.now())
        for seq, first in enumerate(range(0, len(report), ITEMS)):
            part: dict[str, Any] = {
                "requestId": requestId,
                "generatedAt": now,
                "seqNo": seq,
                "tbc": first + ITEMS < len(report),
                "reportData": report[first : first + ITEMS],
            }
            self.parts.registration.tell("NotifyReport", part, triggered=True)

    @operation("Reset")
    def reset(self, payload: dict[str, Any]) -> Answer:
        """B11, B12: the whole station, or one EVSE."""
        power, on_idle = self.parts.power, payload["type"] == "OnIdle"
        if "evseId" in payload:
            return self._reset_evse(payload["evseId"], on_idle)
        said = power.reset(on_idle)
        then: dict[str, Then] = {"Accepted": power.reset_now, "Scheduled": power.wait_for_idle}
        return status(said, then.get(said))

    def _reset_evse(self, number: int, on_idle: bool) -> Answer:
        power, evse = self.parts.power, self.parts.evses.get(number)
        if evse is None:
            return status("Rejected")
        said = power.reset_evse(evse, on_idle)
        if said == "Scheduled":
            return status(said, partial(power.evse_waits_for_idle, evse))
        return status(said, partial(power.reset_evse_now, evse) if said == "Accepted" else None)

    @trigger("BootNotification")
    def boot_notification(self, evse: dict[str, Any] | None) -> Callable[[], None] | None:
        """Only before the CSMS has accepted (F06.FR.17)."""
        registration = self.parts.registration
        return None if registration.status == "Accepted" else partial(registration.boot, triggered=True)


def _bounded(message: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """No more than ItemsPerMessage (B05.FR.13, B06.FR.16)."""
    if len(items) > ITEMS:
        raise OcppError(
            "OccurrenceConstraintViolation", f"{message} has {len(items)} variables, at most {ITEMS} can be"
        )
    return items


def _name(asked: dict[str, Any]) -> str:
    return f"{asked['component']['name']}.{asked['variable']['name']}".lower()
