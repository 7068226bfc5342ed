"""`plugproof load`: locust with the stations of the fleet as its users. All options are locust's, and a few of ours.

locust patches the process it runs in, so it gets one of its own: this one becomes it, and signals and the exit code
need nobody to hand them on.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from commandline import Command, Heading, examples, run
from commandline import command as made
from simulator.fleet.cli.options import models, profiles
from simulator.fleet.locust.options import OPTIONS, PROFILE
from simulator.options import shared
from simulator.options.optional import option_of, taking
from simulator.options.usage import Exit

NAME = "plugproof load"

_GIVEN = "as it was typed"
LOCUST, OURS = Heading("Of locust"), Heading("Stations and limits")
"""Headings of the help."""


class _HandedOn(Command):
    """A command that hands its arguments on as they were typed; what it knows of them is for its help and the shell."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta[_GIVEN] = list(args)
        return super().parse_args(ctx, args)


def _ours(name: str) -> Any:
    return OURS.of(OPTIONS[name])


def _else(name: str) -> str:
    return str(OPTIONS[name].default)


@dataclass(frozen=True)
class Given:
    """The options that are explained; locust has more."""

    host: Annotated[str | None, LOCUST("URL", "Endpoint of the CSMS without the identity.", "--host", "-H")] = None
    headless: Annotated[bool, LOCUST(None, "Begin at once, without the web interface.", "--headless")] = False
    users: Annotated[str | None, LOCUST("N", "Stations.", "--users", "-u")] = None
    spawn_rate: Annotated[str | None, LOCUST("N", "Stations switched on a second.", "--spawn-rate", "-r")] = None
    run_time: Annotated[str | None, LOCUST("TIME", "How long, like 60s or 10m.", "--run-time", "-t")] = None
    processes: Annotated[
        str | None,
        LOCUST("P", "Workers on this machine, -1: one for each core.", "--processes"),
    ] = None
    master: Annotated[bool, LOCUST(None, "Judge what workers on other machines measure.", "--master")] = False
    worker: Annotated[bool, LOCUST(None, "Be such a worker.", "--worker")] = False
    master_host: Annotated[str | None, LOCUST("HOST", "With --worker: where the master is.", "--master-host")] = None
    web_port: Annotated[str | None, LOCUST("PORT", "Of the web interface; else 8089.", "--web-port")] = None
    expect_workers: Annotated[str | None, LOCUST("N", "With --master: wait for so many.", "--expect-workers")] = None
    locust_help: Annotated[bool, LOCUST(None, "Show all options of locust and end.", "--locust-help")] = False
    profile: Annotated[
        str | None, OURS(shared.PROFILE.word, shared.PROFILE.meaning, "--profile", autocompletion=profiles)
    ] = None
    tag: Annotated[list[str] | None, _ours("tag")] = None
    seed: Annotated[str, _ours("seed")] = _else("seed")
    id_prefix: Annotated[str, _ours("id_prefix")] = _else("id_prefix")
    connectors: Annotated[str | None, _ours("connectors")] = None
    model: Annotated[str | None, OURS(shared.MODEL.word, shared.MODEL.meaning, autocompletion=models)] = None
    session_every: Annotated[str, _ours("session_every")] = _else("session_every")
    session_length: Annotated[str, _ours("session_length")] = _else("session_length")
    meter_every: Annotated[str, _ours("meter_every")] = _else("meter_every")
    churn_every: Annotated[str, _ours("churn_every")] = _else("churn_every")
    churn_length: Annotated[str, _ours("churn_length")] = _else("churn_length")
    call_timeout: Annotated[str, _ours("call_timeout")] = _else("call_timeout")
    grace: Annotated[str, _ours("grace")] = _else("grace")
    csms_clock: Annotated[str, _ours("csms_clock")] = _else("csms_clock")
    clock_skew: Annotated[str, _ours("clock_skew")] = _else("clock_skew")
    auth_key_env: Annotated[str | None, _ours("auth_key_env")] = None
    ca_file: Annotated[str | None, _ours("ca_file")] = None
    check: Annotated[str, _ours("check")] = _else("check")
    limit: Annotated[list[str] | None, _ours("limit")] = None
    abort_on: Annotated[list[str] | None, _ours("abort_on")] = None
    fleet_json: Annotated[str | None, _ours("fleet_json")] = None
    fleet_html: Annotated[str | None, _ours("fleet_html")] = None
    fleet_junit: Annotated[str | None, _ours("fleet_junit")] = None
    fleet_csv: Annotated[str | None, _ours("fleet_csv")] = None
    prometheus: Annotated[str | None, _ours("prometheus")] = None


@made(
    "load",
    cls=_HandedOn,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    epilog=examples(
        (
            "Two thousand stations in two processes, for ten minutes",
            f"{NAME} --host ws://localhost:9000/ocpp --headless -u 2000 -r 100 \\\n"
            '      -t 10m --processes 2 --limit "accepted >= 99%" --limit "lost <= 0"',
        ),
        ("The web interface of locust", f"{NAME} --host ws://localhost:9000/ocpp"),
        (
            "A load profile, smaller than planned; it says how many stations come when",
            f"{NAME} --host ws://localhost:9000/ocpp --headless -u 50 \\\n      --profile monday-morning-storm",
        ),
        (
            "Many machines: a master that judges, and a worker on each of the others",
            f"{NAME} --host ws://csms.example/ocpp --headless -u 20000 -r 200 \\\n"
            "      -t 1h --master --expect-workers 2",
        ),
        ("", f"{NAME} --worker --master-host 192.0.2.1"),
    ),
)
@taking(Given)
def command(given: Given, context: typer.Context) -> int:
    """Run the fleet under locust, on one machine or many.

    Every other option is locust's and handed on. Exit codes: 0 PASS, 1 FAIL, 2 a wrong argument, 3 nobody was reached
    or locust is not installed, 130 interrupted.
    """
    if find_spec("locust") is None:
        sentence = "locust is not installed here; install plugproof[load], best in an environment of its own"
        print(f"{NAME}: {sentence}", file=sys.stderr)
        return Exit.ERRORS
    typed = [_as_locust_has_it(one) for one in context.meta[_GIVEN]]
    locustfile = Path(__file__).with_name("locustfile.py")
    typed += _kept_to_this_machine(typed)
    return _become([sys.executable, "-P", "-m", "locust", "-f", str(locustfile), *typed])  # -P: see locustfile.py


def _as_locust_has_it(one: str) -> str:
    """Options that locust has under another name, or for something else."""
    name, equals, value = one.partition("=")
    return {"--locust-help": "--help", "--profile": option_of(PROFILE)}.get(name, name) + equals + value


def _kept_to_this_machine(typed: Sequence[str]) -> list[str]:
    """What keeps locust from listening beyond the loopback, and at one port for every run of the machine, unasked."""

    def names(option: str) -> bool:
        return any(one == option or one.startswith(f"{option}=") for one in typed)

    more = [] if names("--headless") or names("--web-host") or names("--worker") else ["--web-host", "127.0.0.1"]
    if names("--processes") and not any(map(names, ("--master-bind-host", "--master-bind-port", "--master-port"))):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        more += ["--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--master-port", port]
    return more


def _become(arguments: list[str]) -> int:
    if os.name == "posix":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(arguments[0], arguments)
    return subprocess.run(arguments).returncode


def main(argv: Sequence[str] | None = None) -> int:
    """Run `plugproof load` with these arguments (without the command's own name); returns the exit code."""
    return run(command, argv, NAME)


if __name__ == "__main__":
    sys.exit(main())
