"""The options of `plugproof fleet`, and the plan they make."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commandline import Heading
from simulator.fleet.cli import units
from simulator.fleet.cli.sources import sources
from simulator.fleet.plan import Plan
from simulator.fleet.profile.stages import scaled
from simulator.options import shared
from simulator.options.arguments import auth_key, client_context, configuration, csms_clock, tag, uses_tls
from simulator.options.optional import option_of
from simulator.options.usage import UsageError

if TYPE_CHECKING:
    from simulator.fleet.profile.reading import Profile
    from simulator.fleet.profile.security import Security
    from simulator.models import Model

RESULT_FILE = "plugproof-out/fleet.json"

STATIONS, DRIVERS, RESULT = map(Heading, ("Stations", "Drivers and outages", "Limits and results"))
"""Headings of the help."""


def models() -> list[tuple[str, str]]:
    """The station models by name, for the shell to complete."""
    from simulator.models import Model, built_in

    return [(name, Model.load(name).description) for name in built_in()]


def profiles() -> list[tuple[str, str]]:
    """The load profiles by name, for the shell to complete."""
    from simulator.fleet.profile.reading import Profile, built_in

    return [(name, Profile.load(name).description) for name in built_in()]


def _list_profiles(asked: bool) -> None:
    if asked:
        for name, description in profiles():
            typer.echo(f"{name:22} {description}")
        raise typer.Exit


@dataclass(frozen=True)
class Given:
    """What was asked for; times and rates as they were written (`units`)."""

    url: Annotated[str, shared.URL]
    profile: Annotated[
        str | None,
        STATIONS(shared.PROFILE.word, shared.PROFILE.meaning, autocompletion=profiles),
    ] = None
    list_profiles: Annotated[
        bool,
        STATIONS(
            None,
            "Show the load profiles that come with plugproof and end.",
            "--list-profiles",
            callback=_list_profiles,
            is_eager=True,
        ),
    ] = False
    stations: Annotated[int, STATIONS("N", "How many there are.")] = 10
    processes: Annotated[int, STATIONS("P", "Processes that share the stations.")] = 1
    source: Annotated[
        str | None,
        STATIONS(
            "ADDRESS,...",
            "Addresses of this machine to connect from, in turn, like 127.0.0.2,127.0.0.3; each has 28 000 ports.",
        ),
    ] = None
    ramp: Annotated[str, STATIONS("RATE", "Stations switched on a second, or 300/m.")] = "10/s"
    duration: Annotated[str, STATIONS("TIME", "From the first station on, like 60s or 5m.")] = "60s"
    id_prefix: Annotated[str, STATIONS.of(shared.ID_PREFIX)] = "FLEET-"
    connectors: Annotated[int | None, STATIONS.of(shared.CONNECTORS)] = None
    model: Annotated[
        str | None,
        STATIONS(shared.MODEL.word, shared.MODEL.meaning, autocompletion=models),
    ] = None
    config: Annotated[list[str] | None, STATIONS.of(shared.CONFIG)] = None
    csms_clock: Annotated[str, STATIONS.of(shared.CSMS_CLOCK)] = shared.CSMS_CLOCK.default
    clock_skew: Annotated[str, STATIONS.of(shared.CLOCK_SKEW)] = shared.CLOCK_SKEW.default
    auth_key_env: Annotated[str | None, STATIONS.of(shared.AUTH_KEY_ENV)] = None
    ca_file: Annotated[str | None, STATIONS.of(shared.CA_FILE)] = None
    call_timeout: Annotated[str, STATIONS.of(shared.CALL_TIMEOUT)] = shared.CALL_TIMEOUT.default
    grace: Annotated[str, STATIONS.of(shared.GRACE)] = "10s"
    seed: Annotated[int, DRIVERS.of(shared.SEED)] = shared.SEED.default
    tag: Annotated[list[str] | None, DRIVERS.of(shared.TAGS)] = None
    session_every: Annotated[str, DRIVERS.of(shared.SESSION_EVERY)] = shared.SESSION_EVERY.default
    session_length: Annotated[str, DRIVERS.of(shared.SESSION_LENGTH)] = shared.SESSION_LENGTH.default
    meter_every: Annotated[str, DRIVERS.of(shared.METER_EVERY)] = shared.METER_EVERY.default
    churn_every: Annotated[str, DRIVERS.of(shared.CHURN_EVERY)] = shared.CHURN_EVERY.default
    churn_length: Annotated[str, DRIVERS.of(shared.CHURN_LENGTH)] = shared.CHURN_LENGTH.default
    limit: Annotated[
        list[str] | None,
        RESULT(
            "LIMIT",
            '"Authorize p95 < 1s", "all errors < 1%", "accepted >= 99%", "lost <= 0" (repeatable); '
            "a broken one: exit code 1.",
        ),
    ] = None
    abort_on: Annotated[list[str] | None, RESULT.of(shared.ABORT_ON)] = None
    check: Annotated[str, RESULT.of(shared.CHECK)] = shared.CHECK.default
    json: Annotated[str, RESULT("FILE", "Where all figures go; - is stdout.")] = RESULT_FILE
    html: Annotated[str | None, RESULT("FILE", "Also a page for people, in one file.")] = None
    junit: Annotated[str | None, RESULT("FILE", "Also JUnit XML, red when the exit code is not 0.")] = None
    csv: Annotated[
        str | None,
        RESULT("PREFIX", "Also tables: PREFIX_actions.csv, _timeline, _latency, _interventions, _violations, _asked."),
    ] = None
    prometheus: Annotated[
        str | None,
        RESULT("[HOST:]PORT", "Serve the figures at /metrics while it runs; on this machine only, without HOST."),
    ] = None
    quiet: Annotated[bool, RESULT(None, "Say nothing before the end.", "--quiet")] = False


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


def profile_of(given: Given) -> Profile | None:
    """The load profile that was asked for, if one was. Raises `UsageError`, with a sentence for each mistake in it."""
    if given.profile is None:
        return None
    from simulator.fleet.profile.reading import Profile, ProfileError

    try:
        return Profile.load(given.profile)
    except ProfileError as error:
        raise UsageError(f"--profile: {error}") from None


def with_profile(given: Given, profile: Profile, named: Collection[str]) -> Given:
    """The options as the profile has them, but those that were `named` on the command line. Raises `UsageError`."""
    if "ramp" in named and profile.stages:
        raise UsageError(f"--ramp says what the stages of the profile {profile.name} say; leave it out")
    if profile.visits and (said := sorted({"session_every", "session_length"} & set(named))):
        raise UsageError(f"{option_of(said[0])} says what the trace of the profile {profile.name} says; leave it out")
    changes = {key: value for key, value in profile.options.items() if key not in named}
    own = [f"{key}={value}" for key, value in profile.configuration.items()]
    return replace(given, **changes, config=[*own, *(given.config or ())])  # of two values of a key the last one counts


def _of_profile(given: Given, profile: Profile, named: Collection[str]) -> dict[str, object]:
    """What a plan has that is no option. Its own length of the whole may stretch the stages."""
    is_stretched = "duration" in named or "duration" in profile.options
    stages = scaled(profile.stages, seconds(given, "duration")) if profile.stages and is_stretched else profile.stages
    return {
        "profile": profile.name,
        "stages": stages,
        "makes": () if {"model", "connectors"} & set(named) else profile.makes,
        "security": tuple(_secured(one, given) for one in profile.security),
        "curve": profile.curve,
        "visits": profile.visits,
        "strangers": profile.strangers,
        "back_off": profile.back_off,
        **({"duration": sum(stage.length for stage in stages)} if stages else {}),
    }


def _secured(security: Security, given: Given) -> Security:
    """With what the options say where the table says nothing."""
    return replace(
        security,
        auth_key=security.auth_key or (auth_key(given.auth_key_env) if security.profile in (1, 2) else None),
        ca_file=security.ca_file or given.ca_file,
    )


def plan_of(given: Given, profile: Profile | None = None, named: Collection[str] = ()) -> Plan:
    """The plan of the options; `with_profile` has been told of the `profile`, and of the options that were `named` on
    the command line. Raises `UsageError`.
    """
    is_tls = uses_tls(given.url)
    of_profile: dict[str, Any] = {} if profile is None else _of_profile(given, profile, named)
    try:
        plan = Plan(
            given.url,
            stations=given.stations,
            ramp=seconds(given, "ramp", units.rate),
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
            csms_clock=csms_clock(given.csms_clock),
            clock_skew=seconds(given, "clock_skew"),
            check=seconds(given, "check", units.share),
            auth_key=auth_key(given.auth_key_env),
            ssl=client_context(given.ca_file) if is_tls else None,
            sources=() if given.source is None else sources(given.source),
            **{"duration": seconds(given, "duration"), **of_profile},
        )
    except ValueError as error:
        option, _, rest = str(error).partition(" ")
        raise UsageError(f"--{option.replace('_', '-')} {rest}") from None
    if profile is not None and profile.security:
        from simulator.fleet.engine.credentials import Credentials, CredentialsError

        try:
            Credentials(plan).check()
        except CredentialsError as error:
            raise UsageError(f"--profile {given.profile}: {error}") from None
    if not 0 < given.processes <= plan.stations:
        raise UsageError(f"--processes {given.processes}: it is a number from 1 to that of the stations")
    return plan
