"""The options that the fleet adds to those of locust, and the plan they make."""

from __future__ import annotations

from typing import Any

from simulator.arguments import tag, uses_tls
from simulator.fleet import units
from simulator.fleet.plan import Plan
from simulator.usage import UsageError

__all__ = ["OPTIONS", "UsageError", "add_options", "plan_from"]

GRACE = 5.0
"""Seconds a station has to stop its session when its user stops."""

OPTIONS: dict[str, tuple[str, str | int | None, str]] = {
    "tag": ("TAG", None, "An idTag the drivers hold (repeatable); else TAG-1."),
    "seed": ("N", 1, "The same seed brings the same drivers."),
    "id_prefix": ("TEXT", "LOAD-", "Identities are TEXT00001 and so on."),
    "session_every": ("TIME", "120s", "Mean time without a driver at a station, 0: nobody comes."),
    "session_length": ("TIME", "60s", "Mean length of a session."),
    "meter_every": ("TIME", "60s", "MeterValueSampleInterval, 0: none."),
    "churn_every": ("TIME", "0", "Mean time between two outages of a station's network, 0: none."),
    "call_timeout": ("TIME", "30s", "How long an answer is awaited."),
    "limit": ("LIMIT", None, '"Authorize p95 < 1s", "accepted >= 99%" (repeatable); a broken one: exit code 1.'),
}
"""By name: the word for the value, what it is when nothing is said (None: repeatable), and what it means."""


def add_options(parser: Any) -> None:
    """Add the options to locust's parser; the master hands them to its workers."""
    group = parser.add_argument_group("plugproof")
    for name, (word, default, meaning) in OPTIONS.items():
        repeatable: dict[str, Any] = {"action": "append"} if default is None else {"type": type(default)}
        option = f"--{name.replace('_', '-')}"
        help = meaning.replace("%", "%%")
        group.add_argument(option, default=[] if name == "limit" else default, metavar=word, help=help, **repeatable)


def plan_from(options: Any, host: str | None) -> Plan:
    """The plan of one process; how many stations there are is locust's business. Raises `UsageError`."""
    if not host:
        raise UsageError("--host is missing: give the endpoint of the CSMS, for example ws://127.0.0.1:9000/ocpp")
    try:
        uses_tls(host)
    except UsageError as error:
        raise UsageError(f"--host {error}") from None
    for name in ("id_prefix", *(("limit",) if options.limit else ())):
        for text in _texts(getattr(options, name)):
            if not text.strip():
                raise UsageError(f"--{name.replace('_', '-')} {text!r}: it is empty; give a text, or leave it out")
    try:
        return Plan(
            host,
            seed=options.seed,
            prefix=options.id_prefix,
            tags=tuple(tag("--tag", text) for text in options.tag or ("TAG-1",)),
            session_every=_seconds(options, "session_every"),
            session_length=_seconds(options, "session_length"),
            meter_every=_seconds(options, "meter_every"),
            churn_every=_seconds(options, "churn_every"),
            call_timeout=_seconds(options, "call_timeout"),
            grace=GRACE,
        )
    except ValueError as error:
        raise UsageError(f"--{str(error).replace('_', '-', 1)}") from None


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _seconds(options: Any, name: str) -> float:
    text = str(getattr(options, name))
    try:
        return units.duration(text)
    except ValueError as error:
        raise UsageError(f"--{name.replace('_', '-')} {error}") from None
