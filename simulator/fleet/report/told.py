"""What the CSMS asked of the stations, and what these told of firmware (docs/load.md, "What the CSMS asks")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from simulator.fleet.counting.tally import Tally

MOST_NAMED: Final = 5
"""Actions that are named in a line, those that were asked most often."""

_COURSE: Final = (
    "DownloadScheduled",
    "Downloading",
    "DownloadPaused",
    "Downloaded",
    "SignatureVerified",
    "InstallScheduled",
    "Installing",
    "InstallRebooting",
    "Installed",
)
"""The statuses of an update that goes well, in their order (OCPP 1.6 §7.25; security white paper, L01)."""


def asked_line(asked: Iterable[tuple[str, int, int]]) -> str:
    """The CALLs of the CSMS: by action how many came, and how many of them a station refused. Empty: none came."""
    ordered = sorted((one for one in asked if one[1]), key=lambda one: (-one[1], one[0]))
    if not ordered:
        return ""
    named = [f"{count} {name}{f' ({refused} refused)' * bool(refused)}" for name, count, refused in ordered]
    more = len(named) - MOST_NAMED
    rest = f" and {more} more action{'s' * (more > 1)}" if more > 0 else ""
    return f"asked by the CSMS {sum(one[1] for one in ordered)}: {', '.join(named[:MOST_NAMED])}{rest}"


def firmware_line(firmware: Mapping[str, int]) -> str:
    """How often stations told each status of their firmware. Empty: nobody has told any."""
    told = ", ".join(f"{firmware[status]} {status}" for status in in_their_order(firmware))
    return f"firmware: {told}" if told else ""


def in_their_order(statuses: Iterable[str]) -> list[str]:
    """Statuses of firmware in the order of an update, those of one that goes wrong at the end."""
    return sorted(statuses, key=lambda one: (_COURSE.index(one) if one in _COURSE else len(_COURSE), one))


def lines_of(tally: Tally) -> Iterator[str]:
    """Both, as far as there is something to say."""
    asked = asked_line((name, one.sent, one.refused) for name, one in tally.asked.items())
    yield from filter(None, (asked, firmware_line(tally.firmware)))


def lines_in(result: Mapping[str, Any]) -> Iterator[str]:
    """The same of a result; an older one has neither."""
    asked = asked_line((name, one["received"], one["refused"]) for name, one in result.get("asked", {}).items())
    yield from filter(None, (asked, firmware_line(result.get("firmware", {}))))


def firmware_rows(result: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """A status, how often it was told, and in which stages how often. None in an older result."""
    firmware = result.get("firmware", {})
    return [(one, firmware[one], ", ".join(_in_stages(result["stages"], one))) for one in in_their_order(firmware)]


def _in_stages(stages: Iterable[Mapping[str, Any]], status: str) -> Iterator[str]:
    for stage in stages:
        if count := stage.get("firmware", {}).get(status, 0):
            yield f"{count} in {stage['name']}"
