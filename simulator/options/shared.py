"""Options that several of `station`, `fleet` and `load` have: each is declared here and nowhere else."""

from __future__ import annotations

from typing import Any, Final

import typer

from commandline import Shared

URL: Final[Any] = typer.Argument(
    metavar="URL", help="Endpoint of the CSMS without the identity, like ws://host:9000/ocpp."
)
CONFIG: Final = Shared("KEY=VALUE", "First value of a key (repeatable).")
CSMS_CLOCK: Final = Shared(
    "ignore|take|SECONDS",
    "Whether it takes over the time of the CSMS: never, always, or when it is off by more than this.",
    "ignore",
)
CLOCK_SKEW: Final = Shared("TIME", "Clocks are off by up to this, each by a chance of its own, 0: none.", "0")
AUTH_KEY_ENV: Final = Shared("NAME", "Environment variable with the key of HTTP Basic.")

TAGS: Final = Shared("TAG", "An idTag the drivers hold (repeatable); else TAG-1.")
SEED: Final = Shared("N", "The same seed brings the same drivers.", 1)
ID_PREFIX: Final = Shared("TEXT", "Identities are TEXT00001 and so on.")
SESSION_EVERY: Final = Shared("TIME", "Mean time without a driver at a station, 0: nobody comes.", "120s")
SESSION_LENGTH: Final = Shared("TIME", "Mean length of a session.", "60s")
METER_EVERY: Final = Shared("TIME", "MeterValueSampleInterval, 0: none.", "60s")
CHURN_EVERY: Final = Shared("TIME", "Mean time between two outages of a station's network, 0: none.", "0")
CALL_TIMEOUT: Final = Shared("TIME", "How long an answer is awaited.", "30s")
CHURN_LENGTH: Final = Shared("TIME", "Mean length of an outage.", "5s")
PROFILE: Final = Shared(
    "NAME|FILE",
    "Load profile: office-day, motorway, monday-morning-storm, soak, or a file that ends with .toml; "
    "options given beside it win.",
)
CONNECTORS: Final = Shared("N", "Connectors of a station without a model; else 1.")
MODEL: Final = Shared("NAME|FILE", "Make of the stations, see plugproof station --list-models.")
CA_FILE: Final = Shared("FILE", "PEM file with the CA of the CSMS, for wss://.")
GRACE: Final = Shared("TIME", "For an orderly end, at the most.")
CHECK: Final = Shared(
    "SHARE", "Of the stations whose messages are held against all rules; the schemas are for all.", "100%"
)
ABORT_ON: Final = Shared("LIMIT", "An upper limit that ends the run as soon as it is broken (repeatable); exit code 1.")
