"""A load profile, found by its name or read from a file (`schemas/documents/load-profile.schema.json`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simulator.fleet.cli import units
from simulator.fleet.plan import Make
from simulator.fleet.profile.contradictions import contradictions
from simulator.fleet.profile.security import Security
from simulator.fleet.profile.stages import WHOLE, Outage, Stage, Wave
from simulator.fleet.profile.trace import TraceError, Visit, read
from simulator.models import Model, ModelError, sentences
from simulator.options.arguments import auth_key
from simulator.options.usage import UsageError

_FOLDER: Final = Path(__file__).parent / "built_in"
_SCHEMA: Final = "load-profile.schema.json"
_OF_ITS_OWN: Final = frozenset(
    {"description", "back_off", "curve", "configuration", "make", "security", "stage", "strangers", "trace"}
)
"""Keys that are no options."""


class ProfileError(Exception):
    """A load profile that cannot be used; `sentences` has one for each mistake, and so has the text."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


def built_in() -> tuple[str, ...]:
    """The names of the profiles that come with plugproof."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@dataclass(frozen=True, slots=True)
class Profile:
    """What a fleet is to do. `options` are those of the command line, by the names of `Given`, as they are written."""

    name: str
    description: str
    options: Mapping[str, Any]
    configuration: Mapping[str, str]
    stages: tuple[Stage, ...]
    makes: tuple[Make, ...]
    security: tuple[Security, ...]
    curve: tuple[float, ...]
    visits: tuple[Visit, ...]
    strangers: float
    back_off: bool
    stage_limits: tuple[str, ...]  # with the names of their stages

    @classmethod
    def load(cls, profile: str) -> Profile:
        """One of `built_in()`, or the profile in a file. Raises `ProfileError`, which tells all mistakes at once."""
        if profile in built_in():
            return cls.parse((_FOLDER / f"{profile}.toml").read_text(encoding="utf-8"), profile, _FOLDER, profile)
        if not profile.endswith(".toml") and "/" not in profile:
            near = sentences.suggestion(profile, built_in())
            raise ProfileError(
                [f"there is no load profile {profile}; {near} A file is given by a name that ends with .toml"]
            )
        path = Path(profile)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ProfileError([f"{profile} cannot be read ({error.strerror}); check the path"]) from None
        except UnicodeDecodeError as error:
            raise ProfileError([f"{profile}: byte {error.start + 1} is not UTF-8; save it as UTF-8"]) from None
        return cls.parse(text, path.stem, path.parent, profile)

    @classmethod
    def parse(cls, text: str, name: str, folder: Path, file: str) -> Profile:
        """The profile in a text; `file` is what the sentences call it, `folder` where files it names are sought.
        Raises `ProfileError`.
        """
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ProfileError([f"{file} is no TOML: {error}"]) from None
        mistakes = sentences.mistakes(document, _SCHEMA) or contradictions(document)
        if mistakes:
            raise ProfileError([f"{file}: {one}" for one in mistakes])
        stages = document.get("stage", [])
        return cls(
            name,
            document.get("description", ""),
            {key: value for key, value in document.items() if key not in _OF_ITS_OWN},
            {key: _configured(value) for key, value in document.get("configuration", {}).items()},
            _stages(stages),
            tuple(_make(one, folder, file) for one in document.get("make", ())),
            tuple(_security(one, folder, file) for one in document.get("security", ())),
            tuple(map(float, document.get("curve", ()))),
            _visits(document["trace"], folder, file) if "trace" in document else (),
            units.share(document.get("strangers", "0%")),
            document.get("back_off", True),
            tuple(f"{stage['name']}: {limit}" for stage in stages for limit in stage.get("limit", ())),
        )

    @property
    def breaks(self) -> dict[str, bool]:
        """The stages by their names, and whether something breaks in each."""
        return {stage.name: stage.outage is not None for stage in self.stages}


def _configured(value: object) -> str:
    """A value of a configuration key as it stands in a message."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stages(tables: Sequence[Mapping[str, Any]]) -> tuple[Stage, ...]:
    stages, share = [], WHOLE
    for table in tables:
        share = units.share(table["stations"]) if "stations" in table else share
        stages.append(
            Stage(
                table["name"],
                units.duration(table["length"]),
                share,
                table.get("change") == "at once",
                _time(table, "session_every"),
                _time(table, "session_length"),
                _outage(table["outage"]) if "outage" in table else None,
                _wave(table["firmware"]) if "firmware" in table else None,
            )
        )
    return tuple(stages)


def _outage(table: Mapping[str, Any]) -> Outage:
    return Outage(table["of"], units.duration(table["length"]), _part(table))


def _wave(table: Mapping[str, Any]) -> Wave:
    return Wave(table["version"], _part(table), _time(table, "over") or 0.0, _time(table, "download") or 0.0)


def _part(table: Mapping[str, Any]) -> float:
    return units.share(table["share"]) if "share" in table else WHOLE


def _time(table: Mapping[str, Any], key: str) -> float | None:
    return units.duration(table[key]) if key in table else None


def _visits(table: Mapping[str, Any], folder: Path, file: str) -> tuple[Visit, ...]:
    path = folder / table["file"]
    try:
        return read(path.read_text(encoding="utf-8-sig"), table.get("speed", 1.0))
    except OSError as error:
        raise ProfileError([f"{file}: trace: {path} cannot be read ({error.strerror}); check the path"]) from None
    except UnicodeDecodeError as error:
        raise ProfileError([f"{path}: byte {error.start + 1} is not UTF-8; save it as UTF-8"]) from None
    except TraceError as error:
        raise ProfileError([f"{path}: {error}"]) from None


def _make(table: Mapping[str, Any], folder: Path, file: str) -> Make:
    name = table["model"]
    try:
        model = Model.load(str(folder / name) if name.endswith(".toml") else name)
    except ModelError as error:
        raise ProfileError([f"{file}: make: {one}" for one in error.sentences]) from None
    return Make(model, units.share(table["share"]))


def _security(table: Mapping[str, Any], folder: Path, file: str) -> Security:
    """Files are sought in `folder`; the password is read here, so that its variable is named beside the file."""
    files = {
        key: None if key not in table else str(folder / table[key])
        for key in ("ca_file", "certificate", "key", "signed_by", "signed_by_key")
    }
    try:
        password = auth_key(table.get("auth_key_env"), option="auth_key_env")
    except UsageError as error:
        raise ProfileError([f"{file}: security profile {table['profile']}: {error}"]) from None
    return Security(table["profile"], units.share(table["share"]), table.get("url"), password, **files)
