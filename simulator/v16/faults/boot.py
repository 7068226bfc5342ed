"""Faults of booting, of the heartbeat, and of what survives a boot (OCPP 1.6 §4.2, §4.6, §5.2, §5.14)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault
from simulator.faults.words import call, heard, operation, override, pretended, put
from simulator.v16.core.configuration import Configuration
from simulator.v16.faults.words import key_read_as
from simulator.v16.power import Power


def faults() -> Iterator[Fault]:
    """The faults of these sections."""
    yield call(
        "boot-retried-early",
        "A BootNotification that was not accepted is repeated after half the interval.",
        "BootNotification",
        heard(put("interval", lambda seconds: seconds // 2), lambda answer: answer["status"] != "Accepted"),
    )
    yield override(
        "heartbeat-late",
        "A Heartbeat is sent only every other time it is due.",
        Configuration,
        key_read_as("HeartbeatInterval", lambda seconds: 2 * seconds),
    )
    yield operation("reset-rejected", "Reset is always Rejected.", "Reset", pretended(status="Rejected"))
    yield operation(
        "reset-undone", "Reset is Accepted, and the station does not boot.", "Reset", pretended(status="Accepted")
    )
    yield operation(
        "change-availability-rejected",
        "ChangeAvailability is always Rejected.",
        "ChangeAvailability",
        pretended(status="Rejected"),
    )
    yield operation(
        "change-availability-undone",
        "ChangeAvailability is Accepted, and nothing changes.",
        "ChangeAvailability",
        pretended(status="Accepted"),
    )
    yield override(
        "availability-forgotten", "After a boot the station and all its connectors are in service.", Power, _Forgets
    )


class _Forgets(Power):
    __slots__ = ()

    def switch_on(self) -> None:
        self.main.operative = True
        for connector in self.connectors.values():
            connector.operative = True
        super().switch_on()
