"""The options of `plugproof fleet`, and the plan they make."""

from __future__ import annotations

import argparse
import os
import ssl
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from simulator.fleet import units
from simulator.fleet.plan import Plan

OK, USAGE = 0, 2

RESULT_FILE = "plugproof-out/fleet.json"


class UsageError(Exception):
    """An argument that cannot be used; the text is one sentence with the fix."""


def _unit(read: Callable[[str], float]) -> Callable[[str], float]:
    def convert(text: str) -> float:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


duration, rate = _unit(units.duration), _unit(units.rate)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="plugproof fleet", description="Many simulated OCPP 1.6J charge points in one process."
    )
    add = made.add_argument
    add("url", help="OCPP-J endpoint of the CSMS without the identity, for example ws://127.0.0.1:9000/ocpp")
    add("--stations", type=int, default=10, metavar="N", help="how many (default: %(default)s)")
    add("--ramp", type=rate, default=10.0, metavar="RATE", help="stations switched on a second (default: 10/s)")
    add("--duration", type=duration, default=60.0, metavar="TIME", help="from the first station on (default: 60s)")
    add("--seed", type=int, default=1, help="the same seed brings the same drivers (default: %(default)s)")
    add("--id-prefix", default="FLEET-", metavar="TEXT", help="identities are TEXT00001 and so on (default: FLEET-)")
    add("--tag", action="append", metavar="TAG", help="an idTag the drivers hold; repeatable (default: TAG-1)")
    add("--connectors", type=int, default=1, metavar="N", help="connectors of a station (default: %(default)s)")
    add(
        "--session-every",
        type=duration,
        default=120.0,
        metavar="TIME",
        help="mean time without a driver at a station, 0: nobody comes (default: 120s)",
    )
    add("--session-length", type=duration, default=60.0, metavar="TIME", help="mean length (default: 60s)")
    add("--meter-every", type=duration, default=60.0, metavar="TIME", help="MeterValueSampleInterval (default: 60s)")
    add(
        "--churn-every",
        type=duration,
        default=0.0,
        metavar="TIME",
        help="mean time between two outages of a station's network, 0: none (default: 0)",
    )
    add("--churn-length", type=duration, default=5.0, metavar="TIME", help="mean length of an outage (default: 5s)")
    add("--call-timeout", type=duration, default=30.0, metavar="TIME", help="patience for an answer (default: 30s)")
    add("--grace", type=duration, default=10.0, metavar="TIME", help="for an orderly end (default: 10s)")
    add("--config", action="append", default=[], metavar="KEY=VALUE", help="configuration key; repeatable")
    add("--auth-key-env", metavar="NAME", help="environment variable with the key of HTTP Basic authentication")
    add("--ca-file", metavar="FILE", help="PEM file with the CA of the CSMS, for wss://")
    add(
        "--limit",
        action="append",
        default=[],
        metavar="LIMIT",
        help='"Authorize p95 < 1s", "all errors <= 0", "all violations <= 0"; repeatable; a broken one: exit code 1',
    )
    add("--json", default=RESULT_FILE, metavar="FILE", help="where all figures go, - is stdout (default: %(default)s)")
    add("--quiet", action="store_true", help="say nothing before the end")
    return made


def plan_of(options: argparse.Namespace) -> Plan:
    """The plan of the options. Raises `UsageError`."""
    address = urlsplit(options.url)
    if address.scheme not in ("ws", "wss") or not address.hostname:
        raise UsageError(f"{options.url} is no address of a CSMS; it looks like ws://host:port/path or wss://host/path")
    try:
        return Plan(
            options.url,
            stations=options.stations,
            ramp=options.ramp,
            duration=options.duration,
            seed=options.seed,
            prefix=options.id_prefix,
            tags=tuple(options.tag or ("TAG-1",)),
            connectors=options.connectors,
            session_every=options.session_every,
            session_length=options.session_length,
            meter_every=options.meter_every,
            churn_every=options.churn_every,
            churn_length=options.churn_length,
            call_timeout=options.call_timeout,
            grace=options.grace,
            configuration=_configuration(options.config),
            auth_key=_auth_key(options.auth_key_env),
            ssl=_tls(options.ca_file) if address.scheme == "wss" else None,
        )
    except ValueError as error:
        option, _, rest = str(error).partition(" ")
        raise UsageError(f"--{option.replace('_', '-')} {rest}") from None


def _configuration(pairs: Sequence[str]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator:
            raise UsageError(f"--config {pair}: write it as KEY=VALUE, for example WebSocketPingInterval=0")
        values[key] = value
    return values


def _auth_key(name: str | None) -> bytes | None:
    if name is None:
        return None
    if name not in os.environ:
        raise UsageError(f"--auth-key-env {name}: there is no such environment variable; export it first")
    return os.fsencode(os.environ[name])


def _tls(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"--ca-file {ca_file}: cannot be read as PEM ({error}); give the CA certificate") from None
