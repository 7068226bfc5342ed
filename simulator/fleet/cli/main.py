"""`plugproof fleet`: many stations from the command line; docs/load.md explains the options and the figures.

Ctrl-C or SIGTERM ends the run orderly and reports what there is; a second one ends it at once, and without a report.
What the stations need is imported when the options are known to be right.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import fields

import typer

from commandline import command as made
from commandline import examples, run
from simulator.fleet.cli.options import Given
from simulator.options.optional import taking

NAME = "plugproof fleet"


@made(
    "fleet",
    epilog=examples(
        ("Ten stations for a minute", f"{NAME} ws://localhost:9000/ocpp"),
        (
            "Five hundred; slow answers and lost stations make it red",
            f"{NAME} ws://localhost:9000/ocpp --stations 500 --ramp 50/s \\\n"
            '      --limit "Authorize p95 < 1s" --limit "accepted >= 99%" --limit "lost <= 0"',
        ),
        (
            "Over TLS with a password, in four processes, with a page for people",
            f"{NAME} wss://csms.example/ocpp --ca-file ca.pem --auth-key-env KEY \\\n"
            "      --stations 20000 --processes 4 --ramp 200/s --html fleet.html",
        ),
        (
            "Monday morning after a power cut, smaller than planned",
            f"{NAME} ws://localhost:9000/ocpp --profile monday-morning-storm --stations 50",
        ),
    ),
)
@taking(Given)
def command(given: Given, context: typer.Context) -> int:
    """Run many simulated charge points.

    The run is a PASS when every limit was kept, every station was accepted, and none is lost at the end. Exit codes:
    0 PASS, 1 FAIL, 2 a wrong argument, 3 nobody was reached or the fleet itself failed, 130 interrupted.
    """
    from simulator.fleet.cli.running import fleet

    sources = {one.name: context.get_parameter_source(one.name) for one in fields(given)}
    return fleet(
        given, {name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"}
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run `plugproof fleet` with these arguments (without the command's own name); returns the exit code."""
    return run(command, argv, NAME)


if __name__ == "__main__":
    sys.exit(main())
