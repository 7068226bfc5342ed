"""A document as `plugproof analyze` makes it, to be changed by tests (schemas/documents/analysis.schema.json)."""

from copy import deepcopy
from typing import Any

LEVELS = ("MUST", "SHOULD", "INFO")


def example(message: str, *, line: int = 1, level: str = "MUST", **members: Any) -> dict[str, Any]:
    """An example of a broken rule."""
    return {
        "where": f"x.log:{line}",
        "station": "CP-1",
        "time": "2030-01-01T00:00:00.000Z",
        "level": level,
        "party": "station",
        "message": message,
        "path": "",
        "frame": '[2,"1","Bogus",{}]',
    } | members


def broken(rule: str = "RPC-08", level: str = "MUST", **members: Any) -> dict[str, Any]:
    """A broken rule of one station."""
    first = example(f"the first of {rule}", level=level)
    return {
        "rule": rule,
        "version": "1.6",
        "level": level,
        "count": 1,
        "parties": {"station": 1},
        "first": first,
        "worst": first,
    } | members


def over_all(rule: dict[str, Any], stations: int = 1) -> dict[str, Any]:
    """The same over all stations."""
    return rule | {"source": "J §4.1.4", "sentence": "The action of a CALL is known.", "stations": stations}


def station(name: str = "CP-1", rules: list[dict[str, Any]] | None = None, **members: Any) -> dict[str, Any]:
    """A station."""
    rules = rules or []
    return {
        "station": name,
        "version": "1.6",
        "connections": 1,
        "cut_off": 0,
        "from": "2030-01-01T00:00:00.000Z",
        "to": "2030-01-01T00:10:00.000Z",
        "frames": {"station": 5, "csms": 5},
        "findings": {level: sum(one["count"] for one in rules if one["level"] == level) for level in LEVELS},
        "rules": rules,
        "answers": {"station": None, "csms": {"n": 5, "mean": 20.0, "max": 80.0}},
        "transactions": 0,
        "transaction_remarks": 0,
    } | members


def action(
    name: str = "Heartbeat", sender: str = "station", p50: float | None = 20.0, **members: Any
) -> dict[str, Any]:
    """The figures of an action."""
    times = None if p50 is None else {"n": 5, "mean": p50, "p50": p50, "p95": p50 * 2, "p99": p50 * 3, "max": p50 * 4}
    return {
        "sender": sender,
        "action": name,
        "sent": 5,
        "answered": 5,
        "errors": 0,
        "unanswered": 0,
        "milliseconds": times,
    }


def transaction(id: str | None = "7", **members: Any) -> dict[str, Any]:
    """A transaction from start to stop."""
    return {
        "station": "CP-1",
        "id": id,
        "connector": 1,
        "tag": "TAG",
        "started": "2030-01-01T00:01:00Z",
        "stopped": "2030-01-01T00:09:00Z",
        "meter_start_wh": 0.0,
        "meter_stop_wh": 1_500.0,
        "energy_wh": 1_500.0,
        "reason": "Local",
        "samples": 8,
        "longest_gap_s": 60.0,
        "where": "x.log:5",
        "remarks": [],
        "more_remarks": 0,
    } | members


REMARK = {"kind": "gap", "text": "nothing for 700 s, usually something every 60 s", "where": "x.log:9"}

_LOG: dict[str, Any] = {
    "log": "x.log",
    "format": "steve",
    "title": "log of SteVe",
    "sure": 1.0,
    "bytes": 4_000,
    "frames": 10,
    "events": 1,
    "unread": [],
    "passed_over": {"count": 0, "first": []},
    "trouble": None,
}


def log(**members: Any) -> dict[str, Any]:
    """A log that was read."""
    return deepcopy(_LOG) | members


def document(**members: Any) -> dict[str, Any]:
    """The whole; without members that break nothing."""
    stations = members.get("stations", [station()])
    levels = {level: sum(one["findings"][level] for one in stations) for level in LEVELS}
    listed = members.pop("listed", [])
    oddities = {remark["kind"]: 1 for one in listed for remark in one["remarks"]}
    totals = {
        "stations": len(stations),
        "connections": len(stations),
        "frames": 10 * len(stations),
        "findings": levels,
        "senders_guessed": 0,
        "not_judged": {},
    } | members.pop("totals", {})
    return {
        "format": 1,
        "harness": {"name": "plugproof", "version": "0.1.0"},
        "interrupted": False,
        "logs": [log()],
        "zone": None,
        "zone_told": False,
        "from": "2030-01-01T00:00:00.000Z",
        "to": "2030-01-01T00:10:00.000Z",
        "totals": totals,
        "rules": [],
        "stations": stations,
        "actions": [action()],
        "course": {"seconds": 60, "intervals": [{"at": 1.9e9, "frames": 10, "must": 1, "should": 0}]},
        "transactions": {
            "count": len(listed),
            "complete": len(listed),
            "with_remarks": sum(bool(one["remarks"]) for one in listed),
            "open_at_the_end": 0,
            "energy_wh": sum(one["energy_wh"] or 0.0 for one in listed),
            "oddities": oddities,
            "energies_wh": [one["energy_wh"] for one in listed if one["energy_wh"] is not None],
            "listed": listed,
            "left_out": 0,
        },
    } | members
