"""What a run under locust is to do: made where its options are, and told to every process that has stations.

A load profile is a file, and the workers are on other machines. So the master tells its text, and those of the files
that it names, and each worker reads them as it would have read the file.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from simulator.fleet.cli.options import Given, plan_of, with_profile
from simulator.fleet.cli.running import hopeless_of, limits_of
from simulator.fleet.cli.units import listening
from simulator.fleet.locust.options import DEFAULTS, FILES, METRICS, PROFILE, TABLES, given_of
from simulator.fleet.plan import Plan
from simulator.fleet.profile.reading import Profile, ProfileError, built_in
from simulator.fleet.report import sheets
from simulator.fleet.report.files import writable
from simulator.fleet.report.judging.limits import BadLimit, Limit
from simulator.options.arguments import uses_tls
from simulator.options.optional import option_of
from simulator.options.usage import UsageError

_OF_LOCUST: Final = {"--stations": "--users", "--ramp": "--spawn-rate", "--duration": "--run-time"}
"""Options of the fleet that locust has under another name."""

_FILES_OF_SECURITY: Final = ("ca_file", "certificate", "key", "signed_by", "signed_by_key")
"""Keys of a load profile that name what is not told to other machines."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The run as it was asked for."""

    url: str
    given: Mapping[str, Any] = field(default_factory=dict)  # by the names of `Given`
    profile: str | None = None
    is_form: bool = False  # it comes out of a form, where everything has a value: some of it nobody has asked for
    files: Mapping[str, str] = field(default_factory=dict)  # texts of the profile and what it names, for other machines
    places: Mapping[str, Path] = field(default_factory=dict)  # where the results go, by option; no worker is told them
    tables: Mapping[str, Path] = field(default_factory=dict)  # and each table
    metrics: tuple[str, int] | None = None  # where the figures are served

    @classmethod
    def of(cls, options: Any, host: str | None, profile: str | None = None, *, is_form: bool = False) -> Wanted:
        """What the options of locust say; `profile` is that of a shape. Raises `UsageError`."""
        if not host:
            raise UsageError("--host is missing: give the endpoint of the CSMS, for example ws://127.0.0.1:9000/ocpp")
        try:
            uses_tls(host)
        except UsageError as error:
            raise UsageError(f"--host {error}") from None
        given = given_of(options, may_be_blank=is_form)
        profile = given.pop(PROFILE, profile)
        places: dict[str, Path] = {
            name: writable(option_of(name), Path(given.pop(name))) for name in FILES if name in given
        }
        tables = sheets.places(given.pop(TABLES)) if TABLES in given else {}
        for path in tables.values():
            writable(option_of(TABLES), path)
        try:
            metrics = listening(given.pop(METRICS)) if METRICS in given else None
        except ValueError as error:
            raise UsageError(f"{option_of(METRICS)}: {error}") from None
        users, rate, seconds = options.num_users, options.spawn_rate, options.run_time
        if users is not None:
            given["stations"] = users
        if rate is not None:
            given["ramp"] = f"{rate:.6f}"
        if seconds:
            given["duration"] = str(seconds)
        return cls(host, given, profile, is_form, places=places, tables=tables, metrics=metrics)

    def facts(self, *, are_here: bool) -> dict[str, Any]:
        """As a message to workers; `are_here`: on this machine, where they read the profile by themselves. Raises
        `UsageError` for a profile whose files cannot be told.
        """
        profile = self.profile
        files: dict[str, str] = {}
        if profile is not None and profile not in built_in():
            path = Path(profile)
            profile, files = (str(path.resolve()), {}) if are_here else (path.name, _files(path))
        return {
            "url": self.url,
            "given": dict(self.given),
            "profile": profile,
            "is_form": self.is_form,
            "files": files,
        }

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Wanted:
        """Out of a message."""
        return cls(facts["url"], facts["given"], facts["profile"], facts["is_form"], facts["files"])

    def settled(self) -> Settled:
        """What it comes to. Raises `UsageError`, with a sentence for each mistake in a profile."""
        try:
            profile = None if self.profile is None else self._loaded(self.profile)
        except ProfileError as error:
            raise UsageError(f"--profile: {error}") from None
        asked = dict(self.given)
        if self.is_form and profile is not None and profile.stages:
            asked.pop("ramp", None)
        named = {*asked, "processes"}  # those are locust's
        given = Given(self.url, **{**DEFAULTS, **asked})
        try:
            if profile is not None:
                given = with_profile(given, profile, named)
            plan = plan_of(given, profile, named)
            if profile is None and "duration" not in named:
                plan = replace(plan, duration=math.inf)
            return Settled(plan, limits_of(given.limit or (), profile), hopeless_of(given.abort_on or ()))
        except (UsageError, BadLimit) as error:
            raise UsageError(_in_words_of_locust(str(error))) from None

    def _loaded(self, profile: str) -> Profile:
        if not self.files:
            return Profile.load(profile)
        with TemporaryDirectory(prefix="plugproof-") as folder:
            for name, text in self.files.items():
                path = Path(folder, name)
                if not path.resolve().is_relative_to(Path(folder).resolve()):
                    raise UsageError(f"the master has told a file {name}, which is none of a load profile")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
            return Profile.load(str(Path(folder, profile)))


@dataclass(frozen=True, slots=True)
class Settled:
    """A run that can begin."""

    plan: Plan
    limits: Sequence[Limit] = ()
    hopeless: Sequence[Limit] = ()  # that end it

    def share(self, first: int, step: int) -> Plan:
        """The plan of a process that has every so manyeth station."""
        return replace(self.plan, first=first, step=step)


def _files(path: Path) -> dict[str, str]:
    """The text of a load profile and of the files that it names, by their names seen from its folder."""
    text = path.read_text("utf-8")
    document = tomllib.loads(text)
    secret = [key for one in document.get("security", ()) for key in _FILES_OF_SECURITY if key in one]
    if secret:
        why = "certificates and keys are told to nobody; use --processes, or plugproof fleet"
        raise UsageError(f"--profile {path}: security: {secret[0]} is a file on this machine, and {why}")
    names = [make["model"] for make in document.get("make", ()) if make["model"].endswith(".toml")]
    names += [document["trace"]["file"]] if "trace" in document else []
    for name in names:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            why = "only what lies in the folder of the profile is told to the workers"
            raise UsageError(f"--profile {path}: {name} is elsewhere, and {why}; put it there")
    return {path.name: text, **{name: (path.parent / name).read_text("utf-8") for name in names}}


def _in_words_of_locust(sentence: str) -> str:
    option, blank, rest = sentence.partition(" ")
    return f"{_OF_LOCUST.get(option, option)}{blank}{rest}"
