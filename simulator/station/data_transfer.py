"""Messages beyond the standard, in both directions; alike in every version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.kernel.errors import NotPossible, Offline, Unanswered
from simulator.station.feature import Feature
from simulator.wire.operations import Answer, operation, status

Handler = Callable[[Any], Any]
"""Is given the data of a DataTransfer and returns that of the answer, or None; raises `NotPossible` for Rejected. Data
is a text in OCPP 1.6, and any JSON in later versions."""


class DataTransfer(Feature):
    """Answers what it was taught, and knows which vendor and which message it does not know."""

    __slots__ = ("_handlers",)

    def __init__(self, parts: Any, features: Any) -> None:
        super().__init__(parts, features)
        self._handlers: dict[str, dict[str | None, Handler]] | None = None

    def teach(self, vendor: str, message: str | None, handler: Handler) -> None:
        """From now on `handler` answers this messageId of this vendorId; None: messages without a messageId."""
        if self._handlers is None:
            self._handlers = {}
        self._handlers.setdefault(vendor, {})[message] = handler

    @operation("DataTransfer")
    def data_transfer(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.6, 2.0.1 P01."""
        vendor = (self._handlers or {}).get(payload["vendorId"])
        if vendor is None:
            return status("UnknownVendorId")
        handler = vendor.get(payload.get("messageId"))
        if handler is None:
            return status("UnknownMessageId")
        try:
            data = handler(payload.get("data"))
        except NotPossible:
            return status("Rejected")
        return status("Accepted") if data is None else Answer({"status": "Accepted", "data": data})

    async def send(self, vendor: str, message: str | None, data: Any) -> dict[str, Any]:
        """Send one to the CSMS; returns the payload of the answer. Raises `NotPossible`."""
        payload = {"vendorId": vendor, "messageId": message, "data": data}
        try:
            return await self.parts.registration.ask(
                "DataTransfer", {name: value for name, value in payload.items() if value is not None}
            )
        except (Offline, Unanswered) as error:
            raise NotPossible(f"the DataTransfer has no answer: {error}") from None
