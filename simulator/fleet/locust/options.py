"""The options that the fleet adds to those of locust: how they are declared, and which of them were given.

What is not given is None for locust, so that an option which was given wins over a load profile, whatever it says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from commandline import Shared
from simulator.options import shared
from simulator.options.optional import option_of
from simulator.options.usage import UsageError

__all__ = ["DEFAULTS", "OPTIONS", "PROFILE", "UsageError", "add_options", "given_of"]

PROFILE: Final = "load_profile"
"""Of the load profile; `--profile` is taken: locust calls a group of runs so."""

FILES: Final = ("fleet_json", "fleet_html", "fleet_junit")
"""Options that name what the master writes."""

TABLES: Final = "fleet_csv"
"""That of the tables, which are files with names that begin alike."""

METRICS: Final = "prometheus"
"""Where the master serves the figures while the run is on."""

ON_THE_MASTER: Final = frozenset({PROFILE, "limit", "abort_on", *FILES, TABLES, METRICS})
"""Options that the web interface does not offer: they are settled before it is there."""

OPTIONS: Final[dict[str, Shared]] = {
    PROFILE: shared.PROFILE,
    "tag": shared.TAGS,
    "seed": shared.SEED,
    "id_prefix": replace(shared.ID_PREFIX, default="LOAD-"),
    "connectors": shared.CONNECTORS,
    "model": shared.MODEL,
    "session_every": shared.SESSION_EVERY,
    "session_length": shared.SESSION_LENGTH,
    "meter_every": shared.METER_EVERY,
    "churn_every": shared.CHURN_EVERY,
    "churn_length": shared.CHURN_LENGTH,
    "call_timeout": shared.CALL_TIMEOUT,
    "grace": replace(shared.GRACE, default="5s"),
    "csms_clock": shared.CSMS_CLOCK,
    "clock_skew": shared.CLOCK_SKEW,
    "auth_key_env": shared.AUTH_KEY_ENV,
    "ca_file": shared.CA_FILE,
    "check": shared.CHECK,
    "limit": Shared("LIMIT", '"Authorize p95 < 1s", "accepted >= 99%" (repeatable); a broken one: exit code 1.'),
    "abort_on": shared.ABORT_ON,
    "fleet_json": Shared("FILE", "Also all figures of the fleet, as plugproof fleet --json writes them."),
    "fleet_html": Shared("FILE", "Also its page for people, in one file."),
    "fleet_junit": Shared("FILE", "Also JUnit XML, red when the exit code of the verdict is not 0."),
    TABLES: Shared("PREFIX", "Also tables, as plugproof fleet --csv writes them; --csv is that of locust."),
    METRICS: Shared("[HOST:]PORT", "Serve the figures at /metrics of the master; on this machine only, without HOST."),
}
"""By name."""

_REPEATABLE: Final = frozenset({"tag", "limit", "abort_on"})
_WHOLE: Final = frozenset({"seed", "connectors"})

DEFAULTS: Final = {name: one.default for name, one in OPTIONS.items() if one.default is not None}
"""What they are when neither they nor a load profile say anything."""


def add_options(parser: Any) -> None:
    """Add the options to locust's parser; the master hands them to its workers."""
    group = parser.add_argument_group("plugproof")
    for name, one in OPTIONS.items():
        meaning = one.meaning if one.default is None else f"{one.meaning} [default: {one.default}]"
        action = group.add_argument(
            option_of(name),
            default=None,
            action="append" if name in _REPEATABLE else "store",
            metavar=one.word,
            help=meaning.replace("%", "%%"),
        )
        action.include_in_web_ui = name not in ON_THE_MASTER  # which no group of options knows of
        action.is_secret = action.is_required = action.is_multiple = False


def given_of(options: Any, *, may_be_blank: bool = False) -> dict[str, Any]:
    """The options of ours that were given, by name. A blank one is none where `may_be_blank`, as in a form that is sent
    with empty fields. Raises `UsageError`.
    """
    found: dict[str, Any] = {}
    for name in OPTIONS:
        value = getattr(options, name, None)
        if value is None:
            continue
        texts = [str(one) for one in (value if isinstance(value, list) else [value])]
        blank = next((text for text in texts if not text.strip()), None)
        if blank is not None and not may_be_blank:
            raise UsageError(f"{option_of(name)} {blank!r}: it is empty; give a text, or leave it out")
        if blank is not None or not texts:
            continue
        found[name] = texts if name in _REPEATABLE else _whole(name, texts[0]) if name in _WHOLE else texts[0]
    return found


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"{option_of(name)} {text!r} is no whole number; write it as 7") from None
