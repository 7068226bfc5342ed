"""The result of a load run, whole and valid, to be changed by a test."""

from typing import Any


def action(answered: int, p50: float = 10.0, p95: float = 20.0, **others: Any) -> dict[str, Any]:
    """An action all of whose CALLs were answered."""
    times = {"mean": p50, "p50": p50, "p95": p95, "p99": p95, "max": p95}
    counts = dict.fromkeys(("errors", "refused", "invalid", "unanswered", "cut"), 0)
    return {
        "sent": answered,
        "answered": answered,
        **counts,
        "milliseconds": times if answered else None,
        "due_milliseconds": times if answered else None,
        "exact": True,
        **others,
    }


def limit(text: str, verdict: str) -> dict[str, Any]:
    return {"limit": text, "verdict": verdict, "value": 1.0, "reason": f"{text} is what it is"}


def violation(rule: str, count: int = 1, level: str = "MUST", party: str = "csms") -> dict[str, Any]:
    facts = {"rule": rule, "level": level, "party": party, "action": "Heartbeat", "count": count}
    return {**facts, "message": "wrong", "example": "[3]"}


def load_run() -> dict[str, Any]:
    """Five stations for a minute."""
    return {
        "format": 1,
        "verdict": "PASS",
        "reason": "1 limit kept",
        "run": {
            "harness": {"name": "plugproof", "version": "0.1.0"},
            "schemas": {"version": "1.6", "digest": "ab" * 32},
            "platform": "Python 3.11 on linux",
            "started": "2026-01-01T00:00:00.000Z",
            "seconds": 61.5,
            "interrupted": False,
            "interrupted_by": None,
            "ended_by": None,
            "lasted_s": 60.0,
        },
        "plan": {
            "url": "ws://csms.example/ocpp",
            "stations": 5,
            "ramp_per_s": 10.0,
            "duration_s": 60.0,
            "seed": 7,
            "prefix": "FLEET-",
            "tags": ["TAG-1", "TAG-2"],
            "connectors": 1,
            "model": None,
            "session_every_s": 20.0,
            "session_length_s": 10.0,
            "meter_every_s": 5.0,
            "churn_every_s": 0.0,
            "churn_length_s": 5.0,
            "call_timeout_s": 30.0,
            "csms_clock_s": None,
            "clock_skew_s": 0.0,
            "check_share": 1.0,
        },
        "stations": {
            "switched_on": 5,
            "connected": 5,
            "accepted": 5,
            "online": 5,
            "refused": 0,
            "lost": 0,
            "coming": 0,
        },
        "connections": {"attempts": 5, "connected": 5, "not_connected": 0, "lost": 0, "failures": {}},
        "clocks": {"compared": 0, "corrected": 0, "corrections": 0, "off_s": None, "left_s": None},
        "sessions": {"begun": 9, "over": 9, "refused": 0},
        "messages": {
            "sent": 500,
            "received": 500,
            "calls_of_stations": 500,
            "calls_of_csms": 0,
            "per_second": 16.2,
        },
        "actions": {"Authorize": action(200), "Heartbeat": action(300)},
        "all": action(500),
        "timeline": [
            {
                "at_s": 0.0,
                "seconds": 60.0,
                "messages": 1000,
                "errors": 0,
                "online": 5,
                "late_ms": 3.0,
                "is_late": False,
                "milliseconds": {"p50": 10.0, "p95": 20.0, "p99": 20.0},
            }
        ],
        "violations": [],
        "problems": {},
        "limits": [limit("Authorize p95 < 1s", "PASS")],
        "process": {
            "processes": 1,
            "cpu_seconds": 1.5,
            "cpu_us_per_message": 62.5,
            "kib_per_station": None,
            "timer_late_ms": 3.0,
            "late_share": 0.0,
        },
    }


def load(verdict: str = "PASS", **changed: Any) -> dict[str, Any]:
    """`background.load` of a run of cases: a profile of two stages, the second of which was cut."""
    counted = {
        "sent": 9,
        "answered": 8,
        "errors": 1,
        "violations": 2,
        "milliseconds": {"mean": 1.0, "p50": 1.0, "p95": 2.5, "p99": 3.0, "max": 4.0},
    }
    stage = {key: counted[key] for key in ("sent", "answered", "errors", "milliseconds")} | {"seconds": 3.0}
    silent = {"limit": "rest: Authorize p95 < 1s", "value": None, "reason": "the stage rest never began"}
    return {
        "profile": "storm",
        "verdict": verdict,
        "reason": "1 limit kept" if verdict == "PASS" else "p95 of Authorize is 2.500 ms, the limit is 1 ms",
        "lasted_s": 9.0,
        "planned_s": 60.0,
        "outlasted": 0,
        "stations": {"switched_on": 5, "connected": 5, "accepted": 5, "online": 4, "refused": 0, "lost": 1},
        "messages_per_s": 12.5,
        "actions": {"Authorize": counted, "Heartbeat": {**counted, "answered": 0, "milliseconds": None}},
        "all": counted,
        "stages": [
            {**stage, "name": "ramp", "online": 5, "recovery": None},
            {**stage, "name": "cut", "online": 4, "recovery": {"before": 5, "seconds": None, "waited_s": 2.0}},
            {**stage, "name": "network", "online": 5, "recovery": {"before": 5, "seconds": 1.25, "waited_s": 1.25}},
        ],
        "limits": [
            {
                "limit": "Authorize p95 < 1ms",
                "verdict": "FAIL" if verdict == "FAIL" else "PASS",
                "value": 2.5,
                "reason": "p95 of Authorize is 2.500 ms",
            },
            {**silent, "verdict": "INCONCLUSIVE"},
        ],
        "late_share": 0.0,
        **changed,
    }
