"""How far the stations of a fleet have come: what is known of one, and how many are where (docs/load.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final

ACCEPTED: Final = "Accepted"


class Standing:
    """What the connections of one station have come to; `line.FleetLine` and the dialler write it."""

    __slots__ = ("accepted", "answer", "connected", "is_connected", "is_cut_off", "is_stranger")

    def __init__(self, *, is_stranger: bool = False) -> None:
        self.is_stranger = is_stranger
        """The CSMS is not to know it, and to turn it away."""
        self.connected = False
        """It has had a connection."""
        self.is_connected = False
        """It has one now."""
        self.accepted = False
        """The CSMS has accepted one of its boots."""
        self.answer: str | None = None
        """The status of the last BootNotification.conf; empty: a boot came to nothing, None: nothing is known yet."""
        self.is_cut_off = False
        """Without a connection, and not of its own will: the CSMS or the network ended the last one, or an attempt to
        connect has failed since."""

    def is_coming(self) -> bool:
        """Whether its first boot is still under way and nothing has gone wrong with it."""
        return self.answer is None and not self.is_cut_off

    def begins_anew(self) -> None:
        """It was taken away and is switched on again: what it has been stays, what it is is not known yet."""
        self.answer, self.is_cut_off = None, False

    def booted(self, answer: str) -> None:
        """A BootNotification is over: with this status, or with none that can be used."""
        self.answer = answer
        self.accepted = self.accepted or answer == ACCEPTED


@dataclass(frozen=True, slots=True)
class Stations:
    """How many stations there are of each kind."""

    switched_on: int = 0
    connected: int = 0  # have had a connection
    accepted: int = 0  # of those switched on, ever
    online: int = 0  # connected and accepted now
    refused: int = 0  # the last boot was answered with Pending or Rejected, or without a usable answer
    lost: int = 0  # were accepted, and are offline now though nobody of the fleet wants it
    coming: int = 0  # their first boot is under way
    strangers: int = 0  # that the CSMS is not to know; they are in none of the numbers above
    let_in: int = 0  # of these, those that it has accepted

    @classmethod
    def of(cls, standings: Iterable[tuple[Standing, bool]]) -> Stations:
        """Count; with each standing comes whether its station is online."""
        switched_on = connected = accepted = online = refused = lost = coming = strangers = let_in = 0
        for standing, is_online in standings:
            if standing.is_stranger:
                strangers += 1
                let_in += standing.accepted
                continue
            switched_on += 1
            connected += standing.connected
            accepted += standing.accepted
            online += is_online
            if not is_online:
                lost += standing.is_cut_off and standing.answer == ACCEPTED
                refused += standing.answer not in (None, ACCEPTED)
                coming += standing.is_coming()
        return cls(switched_on, connected, accepted, online, refused, lost, coming, strangers, let_in)

    @classmethod
    def taken_away(cls, standings: Iterable[Standing]) -> Stations:
        """Those that are no longer there because the fleet wants it so."""
        all_gone = list(standings)
        gone = [one for one in all_gone if not one.is_stranger]
        strangers = [one for one in all_gone if one.is_stranger]
        return cls(
            len(gone),
            sum(one.connected for one in gone),
            sum(one.accepted for one in gone),
            strangers=len(strangers),
            let_in=sum(one.accepted for one in strangers),
        )

    @classmethod
    def together(cls, parts: Iterable[Stations]) -> Stations:
        """Those of several processes."""
        names, parts = [one.name for one in fields(cls)], list(parts)
        return cls(**{name: sum(getattr(part, name) for part in parts) for name in names})
