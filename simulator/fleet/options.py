"""The options of `plugproof fleet`, and the plan they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.arguments import auth_key, client_context, configuration, tag, uses_tls
from simulator.fleet import units
from simulator.fleet.plan import Plan
from simulator.optional import option_of
from simulator.usage import UsageError

if TYPE_CHECKING:
    from simulator.models import Model

RESULT_FILE = "plugproof-out/fleet.json"

STATIONS, DRIVERS, RESULT = "Stations", "Drivers and outages", "Limits and results"
"""Headings of the help."""


def models() -> list[tuple[str, str]]:
    """The station models by name, for the shell to complete."""
    from simulator.models import Model, built_in

    return [(name, Model.load(name).description) for name in built_in()]


@dataclass(frozen=True)
class Given:
    """What was asked for; times and rates as they were written (`units`)."""

    url: Annotated[
        str, typer.Argument(metavar="URL", help="Endpoint of the CSMS without the identity, like ws://host:9000/ocpp.")
    ]
    stations: Annotated[int, typer.Option(metavar="N", rich_help_panel=STATIONS, help="How many there are.")] = 10
    processes: Annotated[
        int, typer.Option(metavar="P", rich_help_panel=STATIONS, help="Processes that share the stations.")
    ] = 1
    ramp: Annotated[
        str, typer.Option(metavar="RATE", rich_help_panel=STATIONS, help="Stations switched on a second, or 300/m.")
    ] = "10/s"
    duration: Annotated[
        str, typer.Option(metavar="TIME", rich_help_panel=STATIONS, help="From the first station on, like 60s or 5m.")
    ] = "60s"
    id_prefix: Annotated[
        str, typer.Option(metavar="TEXT", rich_help_panel=STATIONS, help="Identities are TEXT00001 and so on.")
    ] = "FLEET-"
    connectors: Annotated[
        int | None,
        typer.Option(metavar="N", rich_help_panel=STATIONS, help="Connectors of a station without a model; else 1."),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            autocompletion=models,
            rich_help_panel=STATIONS,
            help="Make of the stations, see plugproof station --list-models.",
        ),
    ] = None
    config: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", rich_help_panel=STATIONS, help="First value of a key (repeatable)."),
    ] = None
    auth_key_env: Annotated[
        str | None,
        typer.Option(metavar="NAME", rich_help_panel=STATIONS, help="Environment variable with the key of HTTP Basic."),
    ] = None
    ca_file: Annotated[
        str | None,
        typer.Option(metavar="FILE", rich_help_panel=STATIONS, help="PEM file with the CA of the CSMS, for wss://."),
    ] = None
    call_timeout: Annotated[
        str, typer.Option(metavar="TIME", rich_help_panel=STATIONS, help="How long an answer is awaited.")
    ] = "30s"
    grace: Annotated[
        str, typer.Option(metavar="TIME", rich_help_panel=STATIONS, help="For an orderly end, at the most.")
    ] = "10s"
    seed: Annotated[
        int, typer.Option(metavar="N", rich_help_panel=DRIVERS, help="The same seed brings the same drivers.")
    ] = 1
    tag: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TAG", rich_help_panel=DRIVERS, help="An idTag the drivers hold (repeatable); else TAG-1."
        ),
    ] = None
    session_every: Annotated[
        str,
        typer.Option(
            metavar="TIME", rich_help_panel=DRIVERS, help="Mean time without a driver at a station, 0: nobody comes."
        ),
    ] = "120s"
    session_length: Annotated[
        str, typer.Option(metavar="TIME", rich_help_panel=DRIVERS, help="Mean length of a session.")
    ] = "60s"
    meter_every: Annotated[
        str, typer.Option(metavar="TIME", rich_help_panel=DRIVERS, help="MeterValueSampleInterval, 0: none.")
    ] = "60s"
    churn_every: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            rich_help_panel=DRIVERS,
            help="Mean time between two outages of a station's network, 0: none.",
        ),
    ] = "0"
    churn_length: Annotated[
        str, typer.Option(metavar="TIME", rich_help_panel=DRIVERS, help="Mean length of an outage.")
    ] = "5s"
    limit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIMIT",
            rich_help_panel=RESULT,
            help='"Authorize p95 < 1s", "all errors < 1%", "accepted >= 99%", "lost <= 0" (repeatable); '
            "a broken one: exit code 1.",
        ),
    ] = None
    json: Annotated[
        str, typer.Option(metavar="FILE", rich_help_panel=RESULT, help="Where all figures go; - is stdout.")
    ] = RESULT_FILE
    html: Annotated[
        str | None, typer.Option(metavar="FILE", rich_help_panel=RESULT, help="Also a page for people, in one file.")
    ] = None
    quiet: Annotated[bool, typer.Option("--quiet", rich_help_panel=RESULT, help="Say nothing before the end.")] = False


def seconds(given: object, name: str, read: Callable[[str], float] = units.duration) -> float:
    """A time or a rate that was given as a text. Raises `UsageError`."""
    try:
        return read(str(getattr(given, name)))
    except ValueError as error:
        raise UsageError(f"{option_of(name)}: {error}") from None


def _model(given: Given) -> Model | None:
    if given.model is None:
        return None
    if given.connectors is not None:
        raise UsageError(f"--connectors says what --model {given.model} says already; leave it out")
    from simulator.models import Model, ModelError

    try:
        return Model.load(given.model)
    except ModelError as error:
        raise UsageError(str(error)) from None


def plan_of(given: Given) -> Plan:
    """The plan of the options. Raises `UsageError`."""
    is_tls = uses_tls(given.url)
    try:
        plan = Plan(
            given.url,
            stations=given.stations,
            ramp=seconds(given, "ramp", units.rate),
            duration=seconds(given, "duration"),
            seed=given.seed,
            prefix=given.id_prefix,
            tags=tuple(tag("--tag", text) for text in given.tag or ["TAG-1"]),
            connectors=1 if given.connectors is None else given.connectors,
            model=_model(given),
            session_every=seconds(given, "session_every"),
            session_length=seconds(given, "session_length"),
            meter_every=seconds(given, "meter_every"),
            churn_every=seconds(given, "churn_every"),
            churn_length=seconds(given, "churn_length"),
            call_timeout=seconds(given, "call_timeout"),
            grace=seconds(given, "grace"),
            configuration=configuration(given.config or (), "WebSocketPingInterval=0"),
            auth_key=auth_key(given.auth_key_env),
            ssl=client_context(given.ca_file) if is_tls else None,
        )
    except ValueError as error:
        option, _, rest = str(error).partition(" ")
        raise UsageError(f"--{option.replace('_', '-')} {rest}") from None
    if not 0 < given.processes <= plan.stations:
        raise UsageError(f"--processes {given.processes}: it is a number from 1 to that of the stations")
    return plan
