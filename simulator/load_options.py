"""The options that the fleet adds to those of locust, and the plan they make."""

from __future__ import annotations

from typing import Any

from simulator.arguments import UsageError
from simulator.fleet import units
from simulator.fleet.plan import Plan
from simulator.limits import BadLimit

__all__ = ["BadLimit", "UsageError", "add_options", "plan_from"]

GRACE = 5.0
"""Seconds a station has to stop its session when its user stops."""


def add_options(parser: Any) -> None:
    """Add the options to locust's parser; the master hands them to its workers."""
    group = parser.add_argument_group("plugproof")
    add = group.add_argument
    add("--tag", action="append", metavar="TAG", help="an idTag the drivers hold; repeatable (default: TAG-1)")
    add("--seed", type=int, default=1, help="the same seed brings the same drivers")
    add("--id-prefix", default="LOAD-", metavar="TEXT", help="identities are TEXT00001 and so on")
    add("--session-every", default="120s", metavar="TIME", help="mean time without a driver at a station")
    add("--session-length", default="60s", metavar="TIME", help="mean length of a session")
    add("--meter-every", default="60s", metavar="TIME", help="MeterValueSampleInterval")
    add("--churn-every", default="0", metavar="TIME", help="mean time between two outages of a station, 0: none")
    add("--call-timeout", default="30s", metavar="TIME", help="patience for an answer")
    add("--limit", action="append", default=[], metavar="LIMIT", help='"Authorize p95 < 1s"; a broken one: exit code 1')


def plan_from(options: Any, host: str | None) -> Plan:
    """The plan of one process; how many stations there are is locust's business. Raises `UsageError`."""
    if not host:
        raise UsageError("--host is missing: give the endpoint of the CSMS, for example ws://127.0.0.1:9000/ocpp")
    if not host.startswith(("ws://", "wss://")):
        raise UsageError(f"--host {host} is no address of a CSMS; it begins with ws:// or wss://")
    try:
        return Plan(
            host,
            seed=options.seed,
            prefix=options.id_prefix,
            tags=tuple(options.tag or ("TAG-1",)),
            session_every=_seconds(options, "session_every"),
            session_length=_seconds(options, "session_length"),
            meter_every=_seconds(options, "meter_every"),
            churn_every=_seconds(options, "churn_every"),
            call_timeout=_seconds(options, "call_timeout"),
            grace=GRACE,
        )
    except ValueError as error:
        raise UsageError(f"--{str(error).replace('_', '-', 1)}") from None


def _seconds(options: Any, name: str) -> float:
    text = str(getattr(options, name))
    try:
        return units.duration(text)
    except ValueError as error:
        raise UsageError(f"--{name.replace('_', '-')} {error}") from None
