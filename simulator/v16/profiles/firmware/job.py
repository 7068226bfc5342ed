"""An update as the station remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from ocppj.times import moment


class Job(msgspec.Struct, frozen=True):
    """An order to update, plain (no `requestId`) or signed; `installed` is the version whose boot is under way.

    `by_hand` is an update that the CSMS has not ordered.
    """

    location: str
    retrieve: datetime
    retries: int | None = None
    retryInterval: int | None = None  # seconds
    requestId: int | None = None
    install: datetime | None = None
    signature: str = ""
    signer: str = ""  # PEM
    installed: str | None = None
    by_hand: str | None = None  # the version that is there already: nothing is fetched
    takes: float = 0.0  # seconds it takes all the same

    @property
    def signed(self) -> bool:
        """Whether it came by SignedUpdateFirmware."""
        return self.requestId is not None

    @property
    def action(self) -> str:
        """The message that reports on it."""
        return "SignedFirmwareStatusNotification" if self.signed else "FirmwareStatusNotification"

    @property
    def reference(self) -> dict[str, int]:
        """What each of its statuses carries along."""
        return {} if self.requestId is None else {"requestId": self.requestId}


def plain(payload: Mapping[str, Any]) -> Job:
    """Out of UpdateFirmware."""
    return Job(
        payload["location"], moment(payload["retrieveDate"]), payload.get("retries"), payload.get("retryInterval")
    )


def signed(payload: Mapping[str, Any]) -> Job:
    """Out of SignedUpdateFirmware."""
    firmware = payload["firmware"]
    install = firmware.get("installDateTime")
    return Job(
        firmware["location"],
        moment(firmware["retrieveDateTime"]),
        payload.get("retries"),
        payload.get("retryInterval"),
        payload["requestId"],
        None if install is None else moment(install),
        firmware["signature"],
        firmware["signingCertificate"],
    )
