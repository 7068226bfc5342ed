"""`plugproof station`: a station to talk to, from the command line. Ctrl-C ends it.

What the station needs is imported when the options are known to be right.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer

from commandline import Command, examples, run
from commandline import command as made
from simulator.options.optional import taking
from simulator.options.station import Given

NAME = "plugproof station"

_FOR_SCRIPT = "arguments after --"


class _WithArguments(Command):
    """A command whose arguments after `--` are not its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        own = args.index("--") if "--" in args else len(args)
        ctx.meta[_FOR_SCRIPT] = args[own + 1 :]
        return super().parse_args(ctx, args[:own])


@made(
    "station",
    cls=_WithArguments,
    epilog=examples(
        ("A station to plug in and charge by hand", f"{NAME} ws://localhost:9000/ocpp --id CP-1"),
        ("Charge once and end; exit code 1 when the CSMS does not agree", f"{NAME} ws://localhost:9000/ocpp --session"),
        (
            "A make of station, with its physical side over HTTP",
            f"{NAME} ws://localhost:9000/ocpp --model ac-22kw --api-port 8088",
        ),
        ("A script, with an argument for it", f"{NAME} ws://localhost:9000/ocpp --script charge.py -- TAG-1"),
        ("A station with a deliberate defect", f"{NAME} ws://localhost:9000/ocpp --fault heartbeat-late"),
    ),
)
@taking(Given)
def command(given: Given, context: typer.Context) -> int:
    """Run a simulated charge point.

    Exit codes: 0 ended as asked, 1 the session did not come about or the script has failed, 2 a wrong argument, 3 the
    CSMS cannot be reached, 130 a session or a script was interrupted.
    """
    from simulator.cli.playing import station

    return station(given, context.meta.get(_FOR_SCRIPT, ()))


def main(argv: Sequence[str] | None = None) -> int:
    """Run `plugproof station` with these arguments (without the command's own name); returns the exit code."""
    return run(command, argv, NAME)


if __name__ == "__main__":
    sys.exit(main())
