"""How often drivers come, when that changes with the stages and with the time of day.

Drivers are a Poisson process whose rate is constant in each piece. Its next arrival is found by inversion: a chance
is so many mean pauses, and they pass more quickly while drivers come more often.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.fleet.profile.stages import Stage, begins


@dataclass(frozen=True, slots=True)
class Piece:
    """Until when, in seconds from the beginning of the run, and the means from the piece before on."""

    until: float
    every: float  # 0: nobody comes
    length: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The pieces in order; the last one never ends."""

    pieces: tuple[Piece, ...]

    @property
    def has_drivers(self) -> bool:
        """Whether anybody ever comes."""
        return any(piece.every for piece in self.pieces)

    def at(self, now: float) -> Piece:
        """The piece of a moment."""
        return next(piece for piece in self.pieces if now < piece.until)

    def wait(self, now: float, pauses: float) -> float | None:
        """How many seconds it takes from `now` until so many mean pauses have passed; None: for ever."""
        at = now
        for piece in self.pieces:
            if piece.until <= at:
                continue
            if piece.every:
                rest = pauses * piece.every
                if rest <= piece.until - at:
                    return (at - now) + rest
                pauses -= (piece.until - at) / piece.every
            at = piece.until
        return None


def rhythm(every: float, length: float, stages: Sequence[Stage], curve: Sequence[float], duration: float) -> Rhythm:
    """The rhythm of a plan. `curve` has factors for the rate of drivers, in equal parts of the whole duration."""
    edges = {*begins(stages)[1:], *(duration * part / len(curve) for part in range(1, len(curve)))}
    ends = [*sorted(edges), math.inf]
    starts = [0.0, *ends[:-1]]
    return Rhythm(
        tuple(
            _piece(start, end, every, length, stages, curve, duration) for start, end in zip(starts, ends, strict=True)
        )
    )


def _piece(
    start: float,
    end: float,
    every: float,
    length: float,
    stages: Sequence[Stage],
    curve: Sequence[float],
    duration: float,
) -> Piece:
    own_every, own_length = every, length
    for begin, stage in zip(begins(stages), stages, strict=True):
        if begin <= start:
            own_every = every if stage.session_every is None else stage.session_every
            own_length = length if stage.session_length is None else stage.session_length
    if curve:
        # rounding may put the edge of a piece into the part beside it, but not its middle
        middle = (start + min(end, duration)) / 2
        factor = curve[min(len(curve) - 1, int(middle / duration * len(curve)))]
        own_every = own_every / factor if factor else 0.0
    return Piece(end, own_every, own_length)
