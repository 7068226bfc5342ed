"""The driver `simulated`: the physical side of plugproof's own station, over its HTTP API (docs/station-api.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.adapters.base import OperatorError, Tell, tell_nobody
from harness.adapters.drivers.base import Cannot
from harness.adapters.web.http import HttpCaller
from harness.adapters.web.requests import HttpRequest, json_request
from harness.sut import Lane, Sut
from harness.sut.tables import driving

_FAULT: Final = "OtherError"
_VERBS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "plug_in": ("plug_in", {}),
    "unplug": ("unplug", {}),
    "unplug_vehicle": ("unplug", {"side": "vehicle"}),
    "unplug_station": ("unplug", {"side": "station"}),
    "present": ("present", {}),
    "cut_power": ("cut_power", {}),
    "restore_power": ("restore_power", {}),
    "raise_fault": ("raise_fault", {"error_code": _FAULT}),
    "clear_fault": ("clear_fault", {}),
    "jam_lock": ("jam_lock", {"jammed": True}),
    "free_lock": ("clear_fault", {}),  # a lock that did not close has made the connector faulty
    "break_list_memory": ("jam_memory", {"jammed": True}),
    "mend_list_memory": ("jam_memory", {"jammed": False}),
    "break_firmware": ("jam_firmware", {"jammed": True}),
    "mend_firmware": ("jam_firmware", {"jammed": False}),
}
"""Act -> the verb of the station, with arguments besides those of the act."""
_SEVERAL: Final[Mapping[str, tuple[str, ...]]] = {"plug_in_halfway": ("jam_lock", "plug_in")}
"""Act -> the acts that it is made of."""


class SimulatedDriver:
    """Calls the verbs of the station; with back-up power it can tell the CSMS what ends when its power is cut."""

    is_person = False

    def __init__(self, settings: driving.SimulatedDriver, sut: Sut, lane: Lane, tell: Tell = tell_nobody) -> None:
        self._api = lane.api or settings.api
        self._source = sut.source
        self._more = {"cut_power": {"graceful": True}} if sut.affirmed("hardware.backup_power") else {}
        self._http = HttpCaller(
            "driver simulated", timeout_s=settings.timeout_s, scrub=sut.scrub, proxies=False, tell=tell
        )

    async def perform(self, act: str, arguments: dict[str, Any]) -> None:
        """Call the verbs of an act. Raises `OperatorError` when the station does not take one."""
        for request in self._requests(act, arguments):
            await self._http.exchange(request)

    def shows(self, act: str, arguments: dict[str, Any]) -> list[str]:
        """The requests as texts."""
        return [self._http.shown(request) for request in self._requests(act, arguments)]

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    def _requests(self, act: str, arguments: dict[str, Any]) -> list[HttpRequest]:
        if self._api is None:
            raise OperatorError(f"driver simulated: no station was started, and {self._source} names no driver.api")
        steps = _SEVERAL.get(act, (act,))
        if not _VERBS.keys() >= set(steps):
            raise Cannot(f"driver simulated: a simulated station has no {act}")
        return [self._request(step, arguments) for step in steps]

    def _request(self, act: str, arguments: dict[str, Any]) -> HttpRequest:
        verb, more = _VERBS[act]
        body = {**arguments, **more, **self._more.get(act, {})}
        return json_request("POST", f"{str(self._api).rstrip('/')}/api/v1/verbs/{verb}", body)
