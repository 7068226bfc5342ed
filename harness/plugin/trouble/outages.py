"""Who was on the wire when the system under test went away: told among the workers by files of the output folder.

The case whose CALL was the last one answered among those on the wire is named. The others were interrupted by it: what
came of them says nothing, so they are run again when the system under test is back.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec

from harness.artifacts.whole import PART

OUTAGE: Final = ".sut-outage"
LANE: Final = ".sut-lane-"
_POLL: Final = 0.02

T = TypeVar("T")


class OnLane(msgspec.Struct, frozen=True):
    """What a worker is doing: a case is ``running``, ``over``, or ``cut`` off until it is known by whom.

    ``began`` is when the case did, ``answered`` when a CALL of it last was (monotonic nanoseconds).
    """

    case: str
    state: Literal["running", "over", "cut"]
    began: int
    answered: int = 0


class Outage(msgspec.Struct, frozen=True):
    """The system under test went away at ``at`` (monotonic nanoseconds), and what was found out about it.

    ``named`` is the case that is blamed, None until that is known; ``last`` the case that was answered last of all,
    ``wire`` those that were on the wire.
    """

    at: int
    problem: str
    named: str | None = None
    last: str = ""
    wire: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """Who was answered last, and who was on the wire."""
        return f"last answered: {self.last}; on the wire: {', '.join(self.wire)}"


class Outages:
    """What the workers of a run tell each other in ``folder``; ``lane`` is the number of this one."""

    def __init__(self, folder: Path, lane: int, patience: float) -> None:
        """``patience``: seconds in which a case that is under way has to come to its end."""
        self._folder = folder
        self._own = folder / f"{LANE}{lane}"
        self._file = folder / OUTAGE
        self._patience = patience

    def reset(self) -> None:
        """Forget everything."""
        self._file.unlink(missing_ok=True)
        for file in self._folder.glob(f"{LANE}*"):
            file.unlink(missing_ok=True)

    def begins(self, case: str) -> None:
        """A case begins on this lane."""
        _write(self._own, OnLane(case, "running", time.monotonic_ns()))

    def ends(self, case: str, answered: int) -> None:
        """A case has ended on this lane, whatever came of it."""
        _write(self._own, OnLane(case, "over", self._began(), answered))

    def current(self) -> Outage | None:
        """The outage that began after the case of this lane did."""
        outage = _read(self._file, Outage)
        return outage if outage is not None and self._began() <= outage.at else None

    def cut(self, case: str, answered: int, problem: str, is_over: Callable[[], bool]) -> Outage:
        """The case of this lane was cut off by an outage, the current one or a new one; gives who is blamed for it.

        ``is_over`` ends the waiting for the other lanes.
        """
        if self.current() is None:
            _write(self._file, Outage(time.monotonic_ns(), problem))
        _write(self._own, OnLane(case, "cut", self._began(), answered))
        self.settle(is_over)  # a case that is under way may be on the wire, too
        outage = self._decided() or self._decide(case, problem)
        self.ends(case, answered)
        return outage

    def _decide(self, case: str, problem: str) -> Outage:
        lanes = sorted(self._lanes(), key=lambda lane: lane.answered)
        wire = [lane.case for lane in lanes if lane.state == "cut"] or [case]
        last = next((lane.case for lane in reversed(lanes) if lane.state != "running"), case)
        known = self._decided()  # who has decided in the meantime is on the wire no more
        if known is not None:
            return known
        begun = self.current() or Outage(time.monotonic_ns(), problem)
        outage = msgspec.structs.replace(begun, named=wire[-1], last=last, wire=tuple(sorted(wire)))
        _write(self._file, outage)
        return outage

    def _decided(self) -> Outage | None:
        outage = self.current()
        return outage if outage is not None and outage.named is not None else None

    def _began(self) -> int:
        own = _read(self._own, OnLane)
        return time.monotonic_ns() if own is None else own.began

    def settle(self, is_over: Callable[[], bool]) -> None:
        """Wait until no other lane has a case under way; not for ever, as its process may be dead."""
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline and not is_over():
            if not any(lane.state == "running" for lane in self._lanes(but=self._own)):
                return
            time.sleep(_POLL)

    def _lanes(self, *, but: Path | None = None) -> list[OnLane]:
        files = [file for file in sorted(self._folder.glob(f"{LANE}*")) if file != but]
        found = (_read(file, OnLane) for file in files)
        return [lane for lane in found if lane is not None]


def _read(file: Path, kind: type[T]) -> T | None:
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(file.read_bytes(), type=kind)
    return None


def _write(file: Path, what: object) -> None:
    """Replace a file as a whole; two workers may do so at once."""
    made = file.with_name(f".{os.getpid()}{file.name}{PART}")
    with suppress(OSError):  # a disk that is full: then every worker is alone
        file.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(msgspec.json.encode(what))
        made.replace(file)
