"""How facts of a station are written on a screen: short, and never with anything that moves a cursor."""

from __future__ import annotations

from datetime import datetime

import msgspec

from simulator.kernel.snapshot import ConnectorState, State, Unsent
from simulator.views.record import FrameSeen

LONGEST_READ = 20_000
"""Characters of a frame beyond which it is shown as it is, not taken apart."""

STYLES = {
    "Available": "green",
    "Preparing": "cyan",
    "Occupied": "cyan",
    "Charging": "bold green",
    "SuspendedEV": "yellow",
    "SuspendedEVSE": "yellow",
    "Finishing": "cyan",
    "Reserved": "magenta",
    "Unavailable": "dim",
    "Faulted": "bold red",
}
"""How a status looks: those of every version, as a word means the same in each; a word that is not here is plain."""

_TYPES = {"CALL": "CALL  ", "CALLRESULT": "RESULT", "CALLERROR": "ERROR ", "malformed": "BROKEN"}


def clock(at: datetime) -> str:
    """A time of day with milliseconds."""
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}"


def energy(watt_hours: int) -> str:
    """Watt-hours, from 1000 on in thousands."""
    return f"{watt_hours} Wh" if watt_hours < 1000 else f"{watt_hours / 1000:.2f} kWh"


def power(watt: float) -> str:
    """Watt, in thousands."""
    return f"{watt / 1000:.1f} kW"


def span(seconds: float) -> str:
    """A duration as hours, minutes and seconds."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def cable(one: ConnectorState) -> str:
    """Where the cable is."""
    if one.lock_jammed:
        return "jammed"
    if one.cable == "both":
        return "locked" if one.locked else "in"
    return "no car" if one.cable == "station" else "-"


def session(one: ConnectorState, now: datetime) -> str:
    """The transaction and how long it runs."""
    if one.transaction is None:
        return "-"
    known = one.transaction.transactionId
    return f"{'?' if known is None else known}, {span((now - one.transaction.started).total_seconds())}"


def tag(one: ConnectorState) -> str:
    """Who charges, may begin to, or has reserved."""
    if one.transaction is not None:
        return one.transaction.idTag
    if one.authorized is not None:
        return f"{one.authorized}, may start"
    return "-" if one.reservation is None else f"for {one.reservation.idTag}"


def limit(one: ConnectorState) -> str:
    """The limit of smart charging and whose it is."""
    if one.limit is None or (one.limit >= one.offered and not one.limited_by):
        return "-"
    return f"{power(one.limit)} {', '.join(one.limited_by)}".rstrip()


def payload(seen: FrameSeen) -> str:
    """What a frame says beyond its type, its id and its action."""
    if seen.type == "malformed" or len(seen.text) > LONGEST_READ:
        return seen.text
    try:
        parts = msgspec.json.decode(seen.text)
        rest = parts[{"CALL": 3, "CALLRESULT": 2}.get(seen.type, 2) :]
        return " ".join(msgspec.json.encode(one).decode() for one in rest)
    except (msgspec.MsgspecError, TypeError):
        return seen.text


def frame_type(seen: FrameSeen) -> str:
    """CALL, RESULT or ERROR, all equally wide."""
    return _TYPES[seen.type]


def unsent(one: Unsent) -> str:
    """A message of the queue."""
    transaction = "no transactionId yet" if one.transactionId is None else f"transaction {one.transactionId}"
    attempts = f", {one.attempts} times in vain" if one.attempts else ""
    return f"{one.action}, connector {one.connectorId}, {transaction}, of {one.timestamp}{attempts}"


def summary(state: State) -> list[tuple[str, str]]:
    """How the station is, in pieces with a style each."""
    connection = {"online": "green", "connected": "yellow"}.get(state.connection, "bold red")
    registration = {"Accepted": "green", "Pending": "yellow", None: "yellow"}.get(state.registration, "bold red")
    pieces = [
        (state.connection, connection),
        (state.registration or "boot not answered", registration),
        (f"station {state.status}", STYLES.get(state.status, "")),
    ]
    counts = (
        (state.queued, "unsent", "unsent", "yellow"),
        (state.security_events, "security event", "security events", "yellow"),
        (state.violations, "rule broken", "rules broken", "bold red"),
    )
    return [
        *pieces,
        *((f"{count} {one if count == 1 else many}", style) for count, one, many, style in counts if count),
    ]
