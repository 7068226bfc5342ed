"""What the chapters of rules are called; a chapter is what stands before the number of its ids."""

from collections.abc import Mapping
from typing import Final

TITLES: Final[Mapping[str, str]] = {
    "CON": "Connection",
    "RPC": "Messages and exchanges",
    "ERR": "CALLERROR",
    "VAL": "Values",
    "BOOT": "Boot and registration",
    "AUTH": "Authorization",
    "LIST": "Local list",
    "TX": "Transactions",
    "STAT": "Status",
    "MV": "Meter values",
    "CFG": "Configuration",
    "AVL": "Availability",
    "RST": "Reset",
    "UNL": "Unlocking",
    "TRG": "Triggered messages",
    "DT": "Data transfer",
    "RMT": "Remote start and stop",
    "RES": "Reservation",
    "SC": "Smart charging",
    "FW": "Firmware and diagnostics",
    "SEC": "Security",
}
"""Chapter -> title, in the order in which they are listed."""


def chapter_of(rule: str) -> str:
    """The chapter of a rule by its id: ``RPC`` of ``RPC-06``."""
    return rule.partition("-")[0]


def place_of(rule: str) -> tuple[int, str]:
    """What rules are sorted by: their chapter, then their id."""
    return [*TITLES].index(chapter_of(rule)), rule
