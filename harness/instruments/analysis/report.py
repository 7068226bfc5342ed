"""The document of an analysis (``schemas/documents/analysis.schema.json``), of what was read and judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

from harness.instruments.analysis.judging import Judge, zone_name
from harness.instruments.analysis.reading import LogRead
from harness.instruments.analysis.records import LEVELS, StationRecord
from harness.instruments.analysis.versions import protocol_of
from ocppj import times
from ocppj.rules.model import Rule

FORMAT: Final = 1
_LATEST: Final = 253_402_300_799.0


def document(judge: Judge, logs: Sequence[LogRead], *, interrupted: bool = False) -> dict[str, Any]:
    """All that is told."""
    records = judge.records
    return {
        "format": FORMAT,
        "harness": {"name": "plugproof", "version": version("plugproof")},
        "interrupted": interrupted,
        "logs": [log.document() for log in logs],
        "zone": None if judge.offset is None else zone_name(judge.offset),
        "zone_told": judge.options.zone is not None,
        "from": _time(records.first, judge),
        "to": _time(records.last, judge),
        "totals": {
            "stations": len(records.stations),
            "connections": sum(one.connections for one in records.stations.values()),
            "frames": records.frames,
            "findings": {level: records.levels[level] for level in LEVELS},
            "senders_guessed": records.guessed,
            "not_judged": dict(sorted(records.not_judged.items())),
        },
        "rules": [
            {**broken.document(), **_about(_rule(one, id)), "stations": _stations_of(records.stations.values(), key)}
            for key, broken in sorted(records.rules.items(), key=lambda item: _order(item[1].level, item[1].count))
            for one, id in (key,)
        ],
        "stations": [_station(one, judge) for one in _worst_first(records.stations.values())],
        "actions": [
            action.document(sender, name)
            for (sender, name), action in sorted(records.actions.items(), key=lambda item: item[0])
        ],
        "course": records.course.document(),
        "transactions": judge.book.document(),
    }


def _rule(version: str, id: str) -> Rule:
    return protocol_of(version).book.rules[id]


def _about(rule: Rule) -> dict[str, str]:
    return {"source": rule.source, "sentence": rule.sentence}


def _order(level: str, count: int) -> tuple[int, int]:
    return LEVELS.index(level), -count


def _stations_of(stations: Any, key: tuple[str, str]) -> int:
    return sum(key in one.rules for one in stations)


def _worst_first(stations: Any) -> list[StationRecord]:
    def order(one: StationRecord) -> tuple[Any, ...]:
        return (*(-one.levels.get(level, 0) for level in LEVELS), one.station)

    return sorted(stations, key=order)


def _station(one: StationRecord, judge: Judge) -> dict[str, Any]:
    rules = sorted(one.rules.values(), key=lambda broken: _order(broken.level, broken.count))
    return {
        "station": one.station,
        "version": one.version,
        "connections": one.connections,
        "cut_off": one.cut_off,
        "from": _time(one.first, judge),
        "to": _time(one.last, judge),
        "frames": {"station": one.frames.get("station", 0), "csms": one.frames.get("csms", 0)},
        "findings": {level: one.levels.get(level, 0) for level in LEVELS},
        "rules": [broken.document() for broken in rules],
        "answers": {
            party: one.answers[party].document() if party in one.answers else None for party in ("station", "csms")
        },
        "transactions": one.transactions,
        "transaction_remarks": one.remarks,
    }


def _time(at: float | None, judge: Judge) -> str | None:
    """A time of the log; in UTC where that is known."""
    if at is None or not 0 <= at <= _LATEST:
        return None
    if not judge.has_zoneless:
        return times.timestamp(datetime.fromtimestamp(at, UTC))
    if judge.offset is None:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
    return times.timestamp(datetime.fromtimestamp(at - judge.offset, UTC))
