"""Messages beyond the standard, in both directions (1.6 §4.3, §5.6; rule DT-01)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.errors import NotPossible, Offline, Unanswered
from simulator.feature import Answer, Feature, operation, status
from simulator.parts import Parts

Handler = Callable[["str | None"], "str | None"]
"""Is given the data of a DataTransfer and returns that of the answer; raises `NotPossible` for Rejected."""


class DataTransfer(Feature):
    """Answers what it was taught, and knows which vendor and which message it does not know."""

    __slots__ = ("_handlers",)

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._handlers: dict[str, dict[str | None, Handler]] | None = None

    def teach(self, vendor: str, message: str | None, handler: Handler) -> None:
        """From now on `handler` answers this messageId of this vendorId; None: messages without a messageId."""
        if self._handlers is None:
            self._handlers = {}
        self._handlers.setdefault(vendor, {})[message] = handler

    @operation("DataTransfer")
    def data_transfer(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.6."""
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

    async def send(self, vendor: str, message: str | None, data: str | None) -> dict[str, Any]:
        """Send one to the CSMS; returns the payload of the answer. Raises `NotPossible`."""
        payload = {"vendorId": vendor, "messageId": message, "data": data}
        try:
            return await self.parts.registration.ask(
                "DataTransfer", {name: value for name, value in payload.items() if value is not None}
            )
        except (Offline, Unanswered) as error:
            raise NotPossible(f"the DataTransfer has no answer: {error}") from None
