"""What the writer knows of the books of OCPP 1.6 without asking, as long as nobody else works on them."""

from __future__ import annotations

from collections.abc import Mapping

from csms_core.store.line import Line

ROOM = 50_000
"""Running transactions remembered, and stations of which all are."""

FEW = 64
"""Transactions that run at a station of which all are remembered; an honest one has no more connectors."""

AtStation = dict[int, tuple[int, str]]
"""Connector and start (its normal spelling) of all that runs at a station, by transactionId."""

_NAME = "1.6"


class Notes:
    """`running`: station and connector by transactionId, not all of them. `at_station`: all that runs at a station; not
    of all stations. `tx_profiles`: whether there are charging
    profiles that end with a transaction, `open_reservations`: whether there are any; None: not known."""

    __slots__ = ("at_station", "open_reservations", "running", "tx_profiles")

    def __init__(self) -> None:
        self.running: dict[int, tuple[str, int]] = {}
        self.at_station: dict[str, AtStation] = {}
        self.tx_profiles: bool | None = None
        self.open_reservations: bool | None = None

    def remember(self, transaction_id: int, identity: str, connector_id: int, started_at: str) -> None:
        """A transaction runs."""
        if len(self.running) >= ROOM:
            self.running.clear()
        self.running[transaction_id] = (identity, connector_id)
        its = self.at_station.get(identity)
        if its is not None:
            its[transaction_id] = (connector_id, started_at)
            if len(its) > FEW:
                del self.at_station[identity]

    def remember_all(self, at_stations: Mapping[str, AtStation]) -> None:
        """What is given of a station is all that runs there."""
        if len(self.at_station) + len(at_stations) > ROOM:
            self.at_station.clear()
        self.at_station.update((identity, its) for identity, its in at_stations.items() if len(its) <= FEW)

    def is_over(self, transaction_id: int, identity: str) -> None:
        """A transaction of a station runs no longer."""
        self.running.pop(transaction_id, None)
        its = self.at_station.get(identity)
        if its is not None:
            its.pop(transaction_id, None)


def of(line: Line) -> Notes:
    """Those of a line, which begins with none."""
    notes: Notes | None = line.notes.get(_NAME)
    if notes is None:
        notes = line.notes[_NAME] = Notes()
    return notes
