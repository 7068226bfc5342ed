"""What the tests of the analysis share: a conversation, logs of it, and an analysis in this process."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.instruments.analysis.judging import Judge, Options
from harness.instruments.analysis.reading import LogRead, Taker, read
from harness.instruments.analysis.report import document
from harness.instruments.analysis.shapes.model import Closed, Entry, Opened, Read, Unread
from ocppj.evidence.trace import Role

LOGS = Path(__file__).parent / "logs"
STATION = "CP-0815"
BEGIN = datetime(2030, 3, 14, 8, tzinfo=UTC).timestamp()
"""When the conversation of the logs began."""

Said = tuple[float, Role, str]
"""Seconds after ``BEGIN``, who, and what."""


def boot(at: float = 0.0, id: str = "boot") -> list[Said]:
    """A boot and its answer, which tells the time of the log."""
    told = datetime.fromtimestamp(BEGIN + at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        (at, "station", f'[2,"{id}","BootNotification",{{"chargePointVendor":"V","chargePointModel":"M"}}]'),
        (at + 0.1, "csms", f'[3,"{id}",{{"status":"Accepted","currentTime":"{told}","interval":300}}]'),
    ]


def beat(at: float, id: str, answered: float | None = 0.05) -> list[Said]:
    """A heartbeat, and its answer after so many seconds."""
    told = datetime.fromtimestamp(BEGIN + at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked: list[Said] = [(at, "station", f'[2,"{id}","Heartbeat",{{}}]')]
    return asked if answered is None else [*asked, (at + answered, "csms", f'[3,"{id}",{{"currentTime":"{told}"}}]')]


def iso(at: float) -> str:
    """A moment of the conversation, as a station writes it."""
    return datetime.fromtimestamp(BEGIN + at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def judged(said: Iterable[Said], station: str = STATION, options: Options | None = None) -> dict[str, Any]:
    """The document of what was said, as if it had been read off a log."""
    judge = Judge(options)
    judge.begin("log", "log")
    for line, (at, sender, text) in enumerate(said, 1):
        judge.take(Entry(line, text, station, sender, BEGIN + at, True))
    judge.finish()
    return document(judge, [])


def taken(parts: Sequence[Read], options: Options | None = None) -> dict[str, Any]:
    """The document of what a log has."""
    judge = Judge(options)
    judge.begin("log", "log")
    for part in parts:
        assert not isinstance(part, Unread)
        judge.take(part)
    judge.finish()
    return document(judge, [])


def opened(line: int, at: float, station: str = STATION, subprotocol: str | None = None) -> Opened:
    """A connection that began."""
    return Opened(line, station, BEGIN + at, True, subprotocol)


def closed(line: int, at: float, by: Role | None = None, station: str = STATION) -> Closed:
    """A connection that ended."""
    return Closed(line, station, BEGIN + at, True, by)


def entry(line: int, at: float, sender: Any, text: str, station: str | None = STATION) -> Entry:
    """A frame."""
    return Entry(line, text, station, sender, BEGIN + at, True)


class Kept(Taker):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.taken: list[tuple[Read, str, Role | None]] = []

    def take(self, part: Read, station: str, sender: Role | None) -> None:
        """As ``Taker``."""
        self.taken.append((part, station, sender))


def analysed(path: Path, options: Options | None = None, **how: Any) -> tuple[dict[str, Any], Kept, LogRead]:
    """The document of a log, what was read of it, and what is told of the reading."""
    judge, kept = Judge(options), Kept()
    logs: list[LogRead] = []
    read(str(path), judge, into=logs, taker=kept, **how)
    judge.finish()
    return document(judge, logs), kept, logs[0]


def rules(found: dict[str, Any]) -> dict[str, int]:
    """The rules that are broken, and how often; but that stations of these few lines tell no status (BOOT-06)."""
    return {rule["rule"]: rule["count"] for rule in found["rules"] if rule["rule"] != "BOOT-06"}
