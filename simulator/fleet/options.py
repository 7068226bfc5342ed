"""The options of `plugproof fleet`, and the plan they make."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from simulator.arguments import UsageError, auth_key, client_context, configuration, uses_tls
from simulator.fleet import units
from simulator.fleet.plan import Plan
from simulator.models import Model, ModelError

OK, USAGE = 0, 2

RESULT_FILE = "plugproof-out/fleet.json"


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
        prog="plugproof fleet", description="Many simulated OCPP 1.6J charge points, in one process or several."
    )
    add = made.add_argument
    add("url", help="OCPP-J endpoint of the CSMS without the identity, for example ws://127.0.0.1:9000/ocpp")
    add("--stations", type=int, default=10, metavar="N", help="how many (default: %(default)s)")
    add("--processes", type=int, default=1, metavar="P", help="processes that share the stations (default: 1)")
    add("--ramp", type=rate, default=10.0, metavar="RATE", help="stations switched on a second (default: 10/s)")
    add("--duration", type=duration, default=60.0, metavar="TIME", help="from the first station on (default: 60s)")
    add("--seed", type=int, default=1, help="the same seed brings the same drivers (default: %(default)s)")
    add("--id-prefix", default="FLEET-", metavar="TEXT", help="identities are TEXT00001 and so on (default: FLEET-)")
    add("--tag", action="append", metavar="TAG", help="an idTag the drivers hold; repeatable (default: TAG-1)")
    add("--connectors", type=int, metavar="N", help="connectors of a station without a model (default: 1)")
    add("--model", metavar="NAME|FILE", help="make of the stations, see plugproof station --list-models")
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
    add("--html", metavar="FILE", help="also a page for people, in one file")
    add("--quiet", action="store_true", help="say nothing before the end")
    return made


def _model(options: argparse.Namespace) -> Model | None:
    if options.model is None:
        return None
    if options.connectors is not None:
        raise UsageError(f"--connectors says what --model {options.model} says already; leave it out")
    try:
        return Model.load(options.model)
    except ModelError as error:
        raise UsageError(str(error)) from None


def plan_of(options: argparse.Namespace) -> Plan:
    """The plan of the options. Raises `UsageError`."""
    is_tls = uses_tls(options.url)
    try:
        plan = Plan(
            options.url,
            stations=options.stations,
            ramp=options.ramp,
            duration=options.duration,
            seed=options.seed,
            prefix=options.id_prefix,
            tags=tuple(options.tag or ("TAG-1",)),
            connectors=1 if options.connectors is None else options.connectors,
            model=_model(options),
            session_every=options.session_every,
            session_length=options.session_length,
            meter_every=options.meter_every,
            churn_every=options.churn_every,
            churn_length=options.churn_length,
            call_timeout=options.call_timeout,
            grace=options.grace,
            configuration=configuration(options.config, "WebSocketPingInterval=0"),
            auth_key=auth_key(options.auth_key_env),
            ssl=client_context(options.ca_file) if is_tls else None,
        )
    except ValueError as error:
        option, _, rest = str(error).partition(" ")
        raise UsageError(f"--{option.replace('_', '-')} {rest}") from None
    if not 0 < options.processes <= plan.stations:
        raise UsageError(f"--processes {options.processes}: it is a number from 1 to that of the stations")
    return plan
