"""The options of `plugproof station`, and the station they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.api.options import ApiOptions
from simulator.arguments import configuration, members, tag, uses_tls
from simulator.fault_options import FaultOptions, checked
from simulator.fleet.options import models
from simulator.optional import more_than_zero
from simulator.secured import SecurityOptions
from simulator.terminal.options import TerminalOptions
from simulator.usage import UsageError

if TYPE_CHECKING:
    from simulator.models import Model
    from simulator.station import Station

_OF_MAKE = ("connectors", "power", "fixed_cable")
"""Options that say what a model says."""

MAKE, PLAY = "Make of the station", "What it does"
"""Headings of the help."""


def _list_models(asked: bool) -> None:
    if asked:
        for name, description in models():
            typer.echo(f"{name:15} {description}")
        raise typer.Exit


@dataclass(frozen=True)
class OwnOptions:
    """What the station is, and what it is to do."""

    url: Annotated[
        str | None,
        typer.Argument(metavar="URL", help="Endpoint of the CSMS without the identity, like ws://host:9000/ocpp."),
    ] = None
    id: Annotated[str, typer.Option(metavar="ID", help="Identity of the station.")] = "CP1"
    retry: Annotated[bool, typer.Option("--retry", help="Keep trying when the first connection fails.")] = False
    database: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Keep transactions, keys and lists in this file over the end."),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            autocompletion=models,
            rich_help_panel=MAKE,
            help="A name of --list-models, or a file that ends with .toml.",
        ),
    ] = None
    list_models: Annotated[
        bool,
        typer.Option(
            "--list-models",
            callback=_list_models,
            is_eager=True,
            rich_help_panel=MAKE,
            help="Show the models that come with plugproof and end.",
        ),
    ] = False
    show: Annotated[
        bool,
        typer.Option(
            "--show", rich_help_panel=MAKE, help="Print the --model as TOML, to begin one of your own with, and end."
        ),
    ] = False
    connectors: Annotated[
        int | None,
        typer.Option(metavar="N", rich_help_panel=MAKE, help="Without --model: number of connectors, else 1."),
    ] = None
    power: Annotated[
        float | None,
        typer.Option(
            metavar="WATT", rich_help_panel=MAKE, help="Without --model: what a connector delivers, else 11000."
        ),
    ] = None
    fixed_cable: Annotated[
        bool | None,
        typer.Option("--fixed-cable", rich_help_panel=MAKE, help="Without --model: the cable belongs to the station."),
    ] = None
    boot: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", rich_help_panel=MAKE, help="A member of BootNotification (repeatable)."),
    ] = None
    config: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", rich_help_panel=MAKE, help="First value of a key (repeatable)."),
    ] = None
    csms_clock: Annotated[
        str,
        typer.Option(
            metavar="ignore|take|SECONDS",
            rich_help_panel=MAKE,
            help="Whether it takes over the time of the CSMS: never, always, or when it is off by more than this.",
        ),
    ] = "ignore"
    session: Annotated[
        bool, typer.Option("--session", rich_help_panel=PLAY, help="Charge once at connector 1, then end.")
    ] = False
    tag: Annotated[
        str, typer.Option(metavar="TAG", rich_help_panel=PLAY, help="The idTag that --session presents.")
    ] = "TAG-1"
    seconds: Annotated[
        float, typer.Option(metavar="SECONDS", rich_help_panel=PLAY, help="How long --session charges.")
    ] = 10.0
    script: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=PLAY,
            help="Run the 'async def scenario(station)' of this file, then end; what follows -- is for it.",
        ),
    ] = None
    patience: Annotated[
        float,
        typer.Option(metavar="SECONDS", rich_help_panel=PLAY, help="How long --session and --script wait for a step."),
    ] = 60.0


@dataclass(frozen=True)
class Given(ApiOptions, TerminalOptions, FaultOptions, SecurityOptions, OwnOptions):
    """All that was asked for."""


def model_of(given: OwnOptions) -> Model | None:
    """The model that was asked for, if one was. Raises `UsageError`, with a sentence for each mistake in a file."""
    if given.model is None:
        return None
    from simulator.models import Model, ModelError

    try:
        return Model.load(given.model)
    except ModelError as error:
        raise UsageError(str(error)) from None


def values_of(given: Given) -> None:
    """Refuse what can be no value, whatever else is asked for. Raises `UsageError`."""
    more_than_zero(given, "power", "patience")
    if given.seconds < 0:
        raise UsageError(f"--seconds {given.seconds:g}: it is zero or more")
    tag("--tag", given.tag)
    from simulator.timekeeping import CsmsClock

    try:
        CsmsClock.of(given.csms_clock)
    except ValueError as error:
        raise UsageError(f"--csms-clock {error}") from None


def station_of(given: Given) -> Station:
    """The station they make. Raises `UsageError`."""
    if given.url is None:
        raise UsageError("the address of the CSMS is missing; give it, for example ws://127.0.0.1:9000/ocpp")
    uses_tls(given.url)  # an address, before anything else is said
    values_of(given)
    model, faults = model_of(given), checked(given.fault or ())
    from simulator import factory
    from simulator.configuration import BadValue, UnknownKey
    from simulator.faults import set_faults
    from simulator.security import SecurityProfiles
    from simulator.station import FEATURES, Station
    from simulator.store import NOWHERE, StoreError
    from simulator.timekeeping import CsmsClock

    features = FEATURES if model is None else model.features
    credentials = factory.credentials(given, given.url, extensions=SecurityProfiles in features)
    options: dict[str, Any] = {
        "id": given.id,
        "store": given.database or NOWHERE,
        "configuration": configuration(given.config or (), "HeartbeatInterval=60"),
        "retry": given.retry,
        "provision": credentials.provision,
        "auth_key": credentials.auth_key,
        "auth_user": given.auth_user,
        "ssl": credentials.ssl,
        "identity": _boot(given),
        "csms_clock": CsmsClock.of(given.csms_clock),
    }
    make = {name: getattr(given, name) for name in _OF_MAKE if getattr(given, name) is not None}
    try:
        if model is None:
            station = Station(given.url, **make, **options)
        elif make:
            option = next(iter(make)).replace("_", "-")
            raise UsageError(
                f"--{option} says what --model {given.model} says already; leave it out or change the model"
            )
        else:
            station = model.station(given.url, **options)
    except (UnknownKey, BadValue) as error:
        raise UsageError(f"--config: {error}") from None
    except StoreError as error:
        raise UsageError(f"--database: {error}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    set_faults(station, faults)
    return station


def _boot(given: OwnOptions) -> dict[str, str]:
    """Members of BootNotification, of which a CSMS will take what the schema does."""
    import schemas

    identity = members("--boot", given.boot or (), "chargePointSerialNumber=A-1")
    whole = {"chargePointVendor": "plugproof", "chargePointModel": "Simulator", **identity}
    for violation in schemas.load("1.6").diagnose("BootNotification", "call", whole):
        raise UsageError(f"--boot {violation.message}")
    return identity
