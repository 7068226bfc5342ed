"""The options of `plugproof station`, and the station they make."""

from __future__ import annotations

import argparse
from typing import Any

import schemas
from simulator import factory
from simulator.api import options as api_options
from simulator.arguments import UsageError, configuration, members, uses_tls
from simulator.configuration import BadValue, UnknownKey
from simulator.faults import options as fault_options
from simulator.faults import set_faults
from simulator.models import Model, ModelError, built_in
from simulator.security import SecurityProfiles
from simulator.station import FEATURES, Station
from simulator.store import NOWHERE, StoreError
from simulator.terminal import options as terminal_options

_OF_MAKE = ("connectors", "power", "fixed_cable")
"""Options that say what a model says."""


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="plugproof station", description="A simulated OCPP 1.6J charge point.")
    add = made.add_argument
    add("url", nargs="?", help="OCPP-J endpoint of the CSMS without the identity, like ws://127.0.0.1:9000/ocpp")
    add("--id", default="CP1", help="identity of the station (default: %(default)s)")
    add(
        "--model",
        metavar="NAME|FILE",
        help="make of the station: a name of --list-models, or a file that ends with .toml",
    )
    add("--list-models", action=_ListModels, help="show the models that come with plugproof and end")
    add("--show", action="store_true", help="print the --model as TOML, to begin a model of one's own with, and end")
    add("--connectors", type=int, help="without --model: number of connectors (default: 1)")
    add("--power", type=float, metavar="WATT", help="without --model: what a connector delivers (default: 11000)")
    add("--fixed-cable", action="store_true", default=None, help="without --model: the cable belongs to the station")
    add("--boot", action="append", default=[], metavar="NAME=VALUE", help="member of BootNotification; repeatable")
    add("--config", action="append", default=[], metavar="KEY=VALUE", help="first value of a key; repeatable")
    add("--database", metavar="FILE", help="keep transactions, keys and lists in this file over the end")
    add(
        "--script",
        metavar="FILE",
        help="run the 'async def scenario(station)' of this file, then end; -- ARG ... for it",
    )
    add("--tag", default="TAG-1", help="idTag that --session presents (default: %(default)s)")
    add("--session", action="store_true", help="charge once at connector 1, then end")
    add("--seconds", type=float, default=10.0, help="how long --session charges (default: %(default)g)")
    add(
        "--patience",
        type=float,
        default=60.0,
        help="seconds --session and --script wait for a step (default: %(default)g)",
    )
    add("--retry", action="store_true", help="keep trying when the first connection fails")
    factory.add_options(made)
    fault_options.add_to(made)
    terminal_options.add_options(made)
    api_options.add_options(made)
    return made


def model_of(given: argparse.Namespace) -> Model | None:
    """The model that was asked for, if one was. Raises `UsageError`, with a sentence for each mistake in a file."""
    if given.model is None:
        return None
    try:
        return Model.load(given.model)
    except ModelError as error:
        raise UsageError(str(error)) from None


def station_of(given: argparse.Namespace) -> Station:
    """The station they make. Raises `UsageError`."""
    if given.url is None:
        raise UsageError("the address of the CSMS is missing; give it, for example ws://127.0.0.1:9000/ocpp")
    uses_tls(given.url)  # an address, before anything else is said
    model, faults = model_of(given), fault_options.checked(given.fault)
    features = FEATURES if model is None else model.features
    credentials = factory.credentials(given, extensions=SecurityProfiles in features)
    options: dict[str, Any] = {
        "id": given.id,
        "store": given.database or NOWHERE,
        "configuration": configuration(given.config, "HeartbeatInterval=60"),
        "retry": given.retry,
        "provision": credentials.provision,
        "auth_key": credentials.auth_key,
        "ssl": credentials.ssl,
        "identity": _boot(given),
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


def _boot(given: argparse.Namespace) -> dict[str, str]:
    """Members of BootNotification, of which a CSMS will take what the schema does."""
    identity = members("--boot", given.boot, "chargePointSerialNumber=A-1")
    whole = {"chargePointVendor": "plugproof", "chargePointModel": "Simulator", **identity}
    for violation in schemas.load("1.6").diagnose("BootNotification", "call", whole):
        raise UsageError(f"--boot {violation.message}")
    return identity


class _ListModels(argparse.Action):
    """Prints the models and ends, whatever else was or was not given."""

    def __init__(self, option_strings: list[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, **more)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        for name in built_in():
            print(f"{name:15} {Model.load(name).description}")
        parser.exit()
