"""The options of `plugproof station`, and the station they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commandline import Heading, option
from simulator.cli.versions import USUAL
from simulator.fleet.cli.options import models
from simulator.options import shared
from simulator.options.arguments import configuration, csms_clock, members, tag, uses_tls
from simulator.options.faults import FaultOptions, checked
from simulator.options.optional import more_than_zero
from simulator.options.secured import SecurityOptions
from simulator.options.usage import UsageError
from simulator.views.api.options import ApiOptions
from simulator.views.terminal.options import TerminalOptions

if TYPE_CHECKING:
    from simulator.cli.version import Station, Version
    from simulator.models import Model

_OF_MAKE = ("connectors", "power", "fixed_cable", "reboot", "installation")
"""Options that say what a model says."""

MAKE, PLAY = map(Heading, ("Make of the station", "What it does"))
"""Headings of the help."""


def _list_models(asked: bool) -> None:
    if asked:
        for name, description in models():
            typer.echo(f"{name:15} {description}")
        raise typer.Exit


def _versions() -> list[str]:
    """The versions, for the shell to complete."""
    from simulator.cli.versions import NAMES

    return list(NAMES)


@dataclass(frozen=True)
class OwnOptions:
    """What the station is, and what it is to do."""

    url: Annotated[str | None, shared.URL] = None
    id: Annotated[str, option("ID", "Identity of the station.")] = "CP1"
    ocpp: Annotated[str, option("1.6|2.0.1", "Version of OCPP that the station speaks.", autocompletion=_versions)] = (
        USUAL
    )
    retry: Annotated[bool, option(None, "Keep trying when the first connection fails.", "--retry")] = False
    database: Annotated[
        str | None,
        option("FILE", "Keep transactions, keys and lists in this file over the end."),
    ] = None
    model: Annotated[
        str | None,
        MAKE("NAME|FILE", "A name of --list-models, or a file that ends with .toml.", autocompletion=models),
    ] = None
    list_models: Annotated[
        bool,
        MAKE(
            None,
            "Show the models that come with plugproof and end.",
            "--list-models",
            callback=_list_models,
            is_eager=True,
        ),
    ] = False
    show: Annotated[
        bool, MAKE(None, "Print the --model as TOML, to begin one of your own with, and end.", "--show")
    ] = False
    connectors: Annotated[int | None, MAKE("N", "Without --model: number of connectors, else 1.")] = None
    power: Annotated[float | None, MAKE("WATT", "Without --model: what a connector delivers, else 11000.")] = None
    fixed_cable: Annotated[
        bool | None, MAKE(None, "Without --model: the cable belongs to the station.", "--fixed-cable")
    ] = None
    reboot: Annotated[float | None, MAKE("SECONDS", "Without --model: until it is up again, else 2.")] = None
    installation: Annotated[float | None, MAKE("SECONDS", "Without --model: how long firmware is written, else 5.")] = (
        None
    )
    boot: Annotated[list[str] | None, MAKE("NAME=VALUE", "A member of BootNotification (repeatable).")] = None
    config: Annotated[list[str] | None, MAKE.of(shared.CONFIG)] = None
    csms_clock: Annotated[str, MAKE.of(shared.CSMS_CLOCK)] = shared.CSMS_CLOCK.default
    session: Annotated[bool, PLAY(None, "Charge once at connector 1, then end.", "--session")] = False
    tag: Annotated[str, PLAY("TAG", "The idTag that --session presents.")] = "TAG-1"
    seconds: Annotated[float, PLAY("SECONDS", "How long --session charges.")] = 10.0
    script: Annotated[
        str | None,
        PLAY("FILE", "Run the 'async def scenario(station)' of this file, then end; what follows -- is for it."),
    ] = None
    patience: Annotated[float, PLAY("SECONDS", "How long --session and --script wait for a step.")] = 60.0


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
    tag("--tag", given.tag, _spoken(given).longest_tag)
    csms_clock(given.csms_clock)


def _spoken(given: OwnOptions) -> Version:
    """What the version brings that was asked for. Raises `UsageError`."""
    from simulator.cli.versions import NAMES, version

    try:
        return version(given.ocpp)
    except KeyError:
        raise UsageError(f"--ocpp {given.ocpp}: it is one of {', '.join(NAMES)}") from None


def station_of(given: Given, password: str | None = None) -> Station:
    """The station they make. Raises `UsageError`.

    ``password``: that of Basic authentication, where it comes neither from the environment nor from a file.
    """
    if given.url is None:
        raise UsageError("the address of the CSMS is missing; give it, for example ws://127.0.0.1:9000/ocpp")
    uses_tls(given.url)  # an address, before anything else is said
    values_of(given)
    spoken = _spoken(given)
    if given.model is not None and not spoken.has_models:
        raise UsageError(f"--model {given.model}: there are no models of OCPP {given.ocpp} yet; leave one of them out")
    model, faults = model_of(given), checked(given.fault or (), given.ocpp)
    from simulator.kernel.errors import BadValue, UnknownKey
    from simulator.kernel.store import NOWHERE, StoreError
    from simulator.options import credentials as factory

    features = spoken.features if model is None else model.made.features
    credentials = factory.credentials(given, given.url, extensions=spoken.extensions in features, password=password)
    options: dict[str, Any] = {
        "id": given.id,
        "store": given.database or NOWHERE,
        "configuration": configuration(given.config or (), spoken.a_setting),
        "retry": given.retry,
        "provision": credentials.provision,
        "auth_key": credentials.auth_key,
        "auth_user": given.auth_user,
        "ssl": credentials.ssl,
        "identity": _boot(given, spoken),
        "csms_clock": csms_clock(given.csms_clock),
    }
    make = {name: getattr(given, name) for name in _OF_MAKE if getattr(given, name) is not None}
    try:
        if model is None:
            station: Station = spoken.station(given.url, **make, **options)
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
    spoken.catalogue.give(station, faults)
    return station


def _boot(given: OwnOptions, spoken: Version) -> dict[str, str]:
    """Members of BootNotification, of which a CSMS will take what the schema does."""
    identity = members("--boot", given.boot or (), spoken.a_boot_member)
    for mistake in spoken.boot_mistakes(identity):
        raise UsageError(f"--boot {mistake}")
    return identity
