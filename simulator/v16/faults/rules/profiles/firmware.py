"""Rules of firmware and diagnostics, broken (OCPP 1.6 §4.4, §4.5, §5.9, §5.19; FW-01 to FW-05)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault
from simulator.faults.words import Change, answered, call, misheard, operation, override, put
from simulator.v16.faults.words import unsent
from simulator.v16.profiles.firmware import FirmwareUpdates

_UPDATE = "UpdateFirmware"
_PAST = "2020-01-01T00:00:00Z"


def faults() -> Iterator[Fault]:
    """The faults of these rules."""
    yield call(
        "firmware-untold",
        "The station never says how far an update is.",
        "FirmwareStatusNotification",
        unsent(),
    )
    yield operation(
        "firmware-at-once", "retrieveDate is taken for long past.", _UPDATE, misheard(put("retrieveDate", _PAST))
    )
    yield operation("firmware-tried-less", "One of the retries is left out.", _UPDATE, misheard(_retries(-1)))
    yield operation("firmware-tried-more", "One is added to the retries.", _UPDATE, misheard(_retries(1)))
    yield override(
        "firmware-stops-transactions",
        "Firmware that was fetched stops the transactions that run.",
        FirmwareUpdates,
        _StopsAll,
    )
    yield operation(
        "diagnostics-other-name",
        "Diagnostics are left under another name than was told.",
        "GetDiagnostics",
        answered(put("fileName", "another-name.log")),
    )


def _retries(more: int) -> Change:
    return put("retries", lambda number: max(0, (number or 0) + more))


class _StopsAll(FirmwareUpdates):
    __slots__ = ()

    def _free_the_connectors(self) -> None:
        self.parts.sessions.stop_all("Other")
        super()._free_the_connectors()
