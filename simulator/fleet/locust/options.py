"""The options that the fleet adds to those of locust, and the plan they make."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from commandline import Shared
from simulator.fleet.cli import units
from simulator.fleet.plan import Plan
from simulator.options import shared
from simulator.options.arguments import csms_clock, tag, uses_tls
from simulator.options.optional import option_of
from simulator.options.usage import UsageError

__all__ = ["OPTIONS", "UsageError", "add_options", "plan_from"]

GRACE = 5.0
"""Seconds a station has to stop its session when its user stops."""

OPTIONS: Final[dict[str, Shared]] = {
    "tag": shared.TAGS,
    "seed": shared.SEED,
    "id_prefix": replace(shared.ID_PREFIX, default="LOAD-"),
    "session_every": shared.SESSION_EVERY,
    "session_length": shared.SESSION_LENGTH,
    "meter_every": shared.METER_EVERY,
    "churn_every": shared.CHURN_EVERY,
    "call_timeout": shared.CALL_TIMEOUT,
    "csms_clock": shared.CSMS_CLOCK,
    "clock_skew": shared.CLOCK_SKEW,
    "limit": Shared("LIMIT", '"Authorize p95 < 1s", "accepted >= 99%" (repeatable); a broken one: exit code 1.'),
}
"""By name; what has no default is repeatable."""


def add_options(parser: Any) -> None:
    """Add the options to locust's parser; the master hands them to its workers."""
    group = parser.add_argument_group("plugproof")
    for name, one in OPTIONS.items():
        default, help = one.default, one.meaning.replace("%", "%%")
        repeatable: dict[str, Any] = {"action": "append"} if default is None else {"type": type(default)}
        default = [] if name == "limit" else default
        group.add_argument(option_of(name), default=default, metavar=one.word, help=help, **repeatable)


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
                raise UsageError(f"{option_of(name)} {text!r}: it is empty; give a text, or leave it out")
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
            csms_clock=csms_clock(options.csms_clock),
            clock_skew=_seconds(options, "clock_skew"),
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
        raise UsageError(f"{option_of(name)} {error}") from None
