"""Where the stations of a fleet are at one moment: each is in one state, so that they can be stacked (docs/load.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final, Protocol

from simulator.fleet.counting.standing import ACCEPTED, Standing


class Online(Protocol):
    """A station."""

    @property
    def online(self) -> bool: ...


class Watched(Protocol):
    """What is asked of a member of the fleet."""

    @property
    def station(self) -> Online: ...
    @property
    def standing(self) -> Standing: ...
    @property
    def is_charging(self) -> bool: ...
    @property
    def is_dark(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class States:
    """How many stations are in each state; of two that would fit, a station is in the one that comes first."""

    charging: int = 0  # connected and accepted, and a driver charges
    online: int = 0  # connected and accepted, and nobody charges
    outage: int = 0  # the fleet has taken its network or its power away
    refused: int = 0  # the last boot was answered with Pending or Rejected, or without a usable answer
    lost: int = 0  # was accepted, and is offline though nobody of the fleet wants it
    connected: int = 0  # its boot is under way
    connecting: int = 0  # without a connection, on its way: the first one, or after a reset
    off: int = 0  # taken away again

    @classmethod
    def of(cls, members: Iterable[Watched], off: int = 0) -> States:
        """Count those that are there, beside so many that are off; strangers are in no state, as in `Stations`.

        Of those that are online nothing else is asked, as this is counted every second.
        """
        charging = online = outage = refused = lost = connected = connecting = 0
        for member in members:
            standing = member.standing
            if standing.is_stranger:
                continue
            if member.station.online:
                if member.is_charging:
                    charging += 1
                else:
                    online += 1
            elif member.is_dark:
                outage += 1
            elif standing.answer not in (None, ACCEPTED):
                refused += 1
            elif standing.is_cut_off and standing.answer == ACCEPTED:
                lost += 1
            elif standing.is_connected:
                connected += 1
            else:
                connecting += 1
        return cls(charging, online, outage, refused, lost, connected, connecting, off)

    @classmethod
    def together(cls, parts: Iterable[States]) -> States:
        """Those of several processes."""
        parts = list(parts)
        return cls(**{name: sum(getattr(part, name) for part in parts) for name in NAMES})

    @property
    def all_online(self) -> int:
        """Connected and accepted, charging or not."""
        return self.charging + self.online


NAMES: Final = tuple(one.name for one in fields(States))
"""The states, in the order in which they are stacked."""
