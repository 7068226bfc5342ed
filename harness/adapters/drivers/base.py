"""What an EV driver is: whoever does to a charge point what nobody can do over OCPP.

A driver only acts. What the station makes of it is judged on the wire.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

ACTS: Final = {
    "plug_in": "Put the cable in at connector {connector}, at the vehicle and at the station.",
    "plug_in_halfway": "Push the plug into connector {connector} only half way, so that it cannot be locked.",
    "unplug": "Take the cable out at connector {connector}, at the vehicle and at the station.",
    "unplug_vehicle": "Take the cable of connector {connector} out at the vehicle, and only there.",
    "unplug_station": "Take the cable out of connector {connector} at the station.",
    "present": "Hold the card {tag} to the reader of connector {connector}.",
    "cut_power": "Switch off the power of the station.",
    "restore_power": "Switch the power of the station on again.",
    "raise_fault": "Bring connector {connector} into a fault state (0: the whole station).",
    "clear_fault": "Repair the fault at connector {connector} (0: the whole station).",
    "jam_lock": "Block the lock of connector {connector}, so that it can neither lock nor unlock.",
    "free_lock": "Free the lock of connector {connector} again.",
    "break_list_memory": "Bring the station into a state in which it cannot store a local list.",
    "mend_list_memory": "Take the station out of the state in which it cannot store a local list.",
    "break_firmware": "Bring the station into a state in which it cannot install firmware.",
    "mend_firmware": "Take the station out of the state in which it cannot install firmware.",
}
"""Act -> what a person is asked to do. `connector` and `tag` are its arguments; `UNDONE` has those with an end."""

UNDONE: Final = {
    "plug_in": "unplug",
    "plug_in_halfway": "unplug",
    "cut_power": "restore_power",
    "raise_fault": "clear_fault",
    "jam_lock": "free_lock",
    "break_list_memory": "mend_list_memory",
    "break_firmware": "mend_firmware",
}
"""Act -> the act that takes it back, with the same connector."""


class Cannot(Exception):
    """Whoever drives cannot do this; the text says why, and what would make it possible. It is nobody's failure."""


class Driver(Protocol):
    """The port every kind of driver implements."""

    is_person: bool
    """Whether it may be seen only on the wire when an act is carried out, as `perform` returns later than that."""

    async def perform(self, act: str, arguments: dict[str, Any]) -> None:
        """Carry out an act (`ACTS`). Raises `Cannot`, and `OperatorError` when it was tried and did not work."""

    def shows(self, act: str, arguments: dict[str, Any]) -> list[str]:
        """What `perform` would do, as texts without secrets. Raises `Cannot` and `OperatorError`."""

    async def close(self) -> None:
        """Give back connections. Safe to call twice."""


def said(act: str, arguments: dict[str, Any]) -> str:
    """An act as one line: `present connector=1 tag=VALID`."""
    return " ".join((act, *(f"{name}={value}" for name, value in arguments.items())))
