"""What a station has shown of being alive: when it booted and was reset, its heartbeats, and what it told then.

Only what one connection shows counts: what happened between two of them nobody saw.
"""

from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, payload
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

OF_THE_STATION: Final = (
    "Authorize",
    "BootNotification",
    "DataTransfer",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
)
"""The actions of a station; a CSMS sends DataTransfer, too."""

DAY: Final = 24 * 3_600 * 1_000_000_000
MOST_CONNECTORS: Final = 64
"""Connectors of one station of which it is remembered that it told their status."""


class Alive(msgspec.Struct, gc=False):
    """Times are those of the frames; a ``..._on`` is the number of a connection, 0 for none.

    ``beat`` is the last Heartbeat, or the acceptance, on the connection ``seen_on``; ``interval`` that of the boot
    answer in seconds, 0 when it is not sure; ``quiet`` for how long after ``beat`` no silence can be too long;
    ``accepted`` the boot answer that accepted the station; ``told`` the connectors whose status came since the boot, as
    bits; ``reset_on``: a hard reset was accepted there.
    """

    seen_on: int = 0
    beat: int = 0
    interval: int = 0
    quiet: int = DAY
    accepted: int = 0
    accepted_on: int = 0
    told: int = 0
    reset_on: int = 0

    def beats_every(self, interval: int) -> None:
        """From now on a silence is too long after two intervals, in seconds; 0: the interval is not sure."""
        self.interval = interval
        self.quiet = min(DAY, 2 * interval * 1_000_000_000) if interval else DAY


def alive(view: View) -> Alive:
    """What is known of the station."""
    return view.memory.known.of(Alive)


def is_notable(seen: Seen, view: View) -> bool:
    """Whether a CALL of the station may be too early, or come after too long a silence; nearly none does."""
    known = view.memory.known
    facts = known.of(Alive)
    return seen.at - facts.beat > facts.quiet or facts.reset_on > 0 or known.registration == "Rejected"


@CHAPTER.learns("call", "Heartbeat")
def beats(seen: Seen, view: View) -> None:
    facts = alive(view)
    facts.seen_on, facts.beat = view.number, seen.at


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    facts = alive(view)
    facts.accepted_on = facts.told = facts.reset_on = 0
    facts.beats_every(0)


@CHAPTER.learns("result", "BootNotification")
def accepted(seen: Seen, view: View) -> None:
    answer, facts = payload(seen), alive(view)
    if answer["status"] == "Accepted":
        facts.accepted, facts.accepted_on = seen.at, view.number
        facts.seen_on, facts.beat = view.number, seen.at
        facts.beats_every(max(answer["interval"], 0))


@CHAPTER.learns("call", "StatusNotification")
def told(seen: Seen, view: View) -> None:
    connector = payload(seen)["connectorId"]
    if 0 <= connector <= MOST_CONNECTORS:
        alive(view).told |= 1 << connector


@CHAPTER.learns("result", "ChangeConfiguration")
def changed(seen: Seen, view: View) -> None:
    if asked(seen)["key"].lower() == "heartbeatinterval":
        alive(view).beats_every(0)  # since when the new one counts nobody says


@CHAPTER.learns("result", "Reset")
def resets(seen: Seen, view: View) -> None:
    # A soft reset may wait for transactions, so that the next connection need not be a boot.
    if payload(seen)["status"] == "Accepted" and asked(seen)["type"] == "Hard":
        alive(view).reset_on = view.number
