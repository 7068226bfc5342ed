"""A load profile, found by its name or read from a file (`schemas/documents/load-profile.schema.json`)."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simulator.fleet.cli import units
from simulator.fleet.plan import Make
from simulator.fleet.profile.stages import WHOLE, Outage, Stage
from simulator.fleet.profile.trace import TraceError, Visit, read
from simulator.models import Model, ModelError, sentences

_FOLDER: Final = Path(__file__).parent / "built_in"
_SCHEMA: Final = "load-profile.schema.json"
_OF_ITS_OWN: Final = frozenset({"description", "back_off", "curve", "configuration", "make", "stage", "trace"})
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
    curve: tuple[float, ...]
    visits: tuple[Visit, ...]
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
        mistakes = sentences.mistakes(document, _SCHEMA) or _contradictions(document)
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
            tuple(map(float, document.get("curve", ()))),
            _visits(document["trace"], folder, file) if "trace" in document else (),
            document.get("back_off", True),
            tuple(f"{stage['name']}: {limit}" for stage in stages for limit in stage.get("limit", ())),
        )

    @property
    def breaks(self) -> dict[str, bool]:
        """The stages by their names, and whether something breaks in each."""
        return {stage.name: stage.outage is not None for stage in self.stages}


def _contradictions(document: Mapping[str, Any]) -> list[str]:
    """What the schema cannot see."""
    found: list[str] = []
    stages, makes = document.get("stage", []), document.get("make", [])
    names = [stage["name"] for stage in stages]
    found += [
        f"stage {name} is there {names.count(name)} times; give each stage a name of its own"
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    found += [
        f'stage {stage["name"]}: length must be more than zero; write for example length = "60s"'
        for stage in stages
        if not units.duration(stage["length"])
    ]
    if stages and "ramp" in document:
        found.append("ramp says what the stages say; remove it, or the stages")
    if stages and not any(stage.share for stage in _stages(stages)):
        found.append('no stage has any stations; give one of them for example stations = "100%"')
    if makes:
        whole = sum(_share(make["share"]) for make in makes)
        if abs(whole - 1.0) > 1e-6:
            found.append(f"the shares of make are {100 * whole:g}% together; make them 100%")
        if "connectors" in document:
            found.append("connectors says what make says; remove one of them")
    if "trace" in document:
        keys = ("curve", "session_every", "session_length")
        found += [f"{key} says what trace says; remove one of them" for key in keys if key in document]
        found += [
            f"stage {stage['name']}: {key} says what trace says; remove one of them"
            for stage in stages
            for key in keys[1:]
            if key in stage
        ]
    numbers = {"curve": document.get("curve", ()), "trace.speed": [document.get("trace", {}).get("speed", 1)]}
    found += [
        f"{key} cannot be nan; write a number"
        for key, values in numbers.items()
        if any(math.isnan(value) for value in values)
    ]
    if "curve" in document and not any(document["curve"]):
        found.append('curve is zero everywhere; write session_every = "0" when nobody is to come')
    return found


def _share(text: str) -> float:
    return float(text.removesuffix("%")) / 100


def _configured(value: object) -> str:
    """A value of a configuration key as it stands in a message."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stages(tables: Sequence[Mapping[str, Any]]) -> tuple[Stage, ...]:
    stages, share = [], WHOLE
    for table in tables:
        share = _share(table["stations"]) if "stations" in table else share
        broken = table.get("outage")
        outage = broken and Outage(
            broken["of"], units.duration(broken["length"]), _share(broken["share"]) if "share" in broken else WHOLE
        )
        stages.append(
            Stage(
                table["name"],
                units.duration(table["length"]),
                share,
                table.get("change") == "at once",
                _time(table, "session_every"),
                _time(table, "session_length"),
                outage,
            )
        )
    return tuple(stages)


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
    return Make(model, _share(table["share"]))
