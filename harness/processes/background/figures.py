"""What a run keeps of the result of its background stations (schemas/documents/fleet.schema.json)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from ocppj.evidence.masking import mask

_COUNTS: Final = ("sent", "answered", "refused", "invalid", "unanswered", "cut")
_NO_CALLS: Final = dict.fromkeys(_COUNTS, 0)


def masked(value: Any, secrets: Collection[str]) -> Any:
    """The same, without the passwords of the stations in any text."""
    if isinstance(value, str):
        return mask(value, secrets)
    if isinstance(value, Mapping):
        return {masked(key, secrets): masked(one, secrets) for key, one in value.items()}
    return [masked(one, secrets) for one in value] if isinstance(value, list) else value


def figures(result: Mapping[str, Any] | None) -> dict[str, Any]:
    """The figures of `background` in the results of a run, of whatever keeps the CSMS busy."""
    if result is None:
        return {
            "calls": {**_NO_CALLS, "per_second": 0},
            "milliseconds": None,
            "sessions": dict.fromkeys(("begun", "over", "refused"), 0),
            "connections": dict.fromkeys(("attempts", "connected", "not_connected", "lost"), 0),
            "violations": [],
            "problems": {},
        }
    every, connections = result["all"], result["connections"]
    seconds = result["run"]["seconds"]
    return {
        "calls": {**{name: every[name] for name in _COUNTS}, "per_second": round(every["sent"] / seconds, 1)},
        "milliseconds": every["milliseconds"],
        "sessions": dict(result["sessions"]),
        "connections": {name: connections[name] for name in ("attempts", "connected", "not_connected", "lost")},
        "violations": result["violations"],
        "problems": _problems(result),
    }


def load(result: Mapping[str, Any]) -> dict[str, Any]:
    """`background.load`: what came of a load profile, and how it is judged."""
    breaches: dict[str, int] = {}
    for one in result["violations"]:
        if one["party"] == "csms" and one["level"] == "MUST":
            breaches[one["action"]] = breaches.get(one["action"], 0) + one["count"]
    whole = _action(result["all"], sum(breaches.values()))
    return {
        "profile": result["plan"]["profile"],
        "verdict": result["verdict"],
        "reason": result["reason"],
        "lasted_s": result["run"]["lasted_s"],
        "planned_s": result["plan"]["duration_s"],
        "stations": result["stations"],
        "messages_per_s": result["messages"]["per_second"],
        "actions": {name: _action(one, breaches.get(name, 0)) for name, one in result["actions"].items()},
        "all": whole,
        "stages": [_stage(one) for one in result["stages"]],
        "limits": result["limits"],
        "late_share": result["process"]["late_share"],
    }


def _action(counted: Mapping[str, Any], violations: int) -> dict[str, Any]:
    kept = ("sent", "answered", "errors", "milliseconds")
    return {**{name: counted[name] for name in kept}, "violations": violations}


def _stage(stage: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("sent", "answered", "errors", "milliseconds")
    return {
        "name": stage["name"],
        "seconds": stage["seconds"],
        "online": stage["stations"]["online"],
        **{name: stage["all"][name] for name in kept},
        "recovery": stage["recovery"],
    }


def _problems(result: Mapping[str, Any]) -> dict[str, int]:
    """What went wrong, by sentence: attempts to connect, then the rest."""
    failures = {f"not connected: {reason}": count for reason, count in result["connections"]["failures"].items()}
    return {**failures, **result["problems"]}
