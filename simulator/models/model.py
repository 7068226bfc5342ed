"""A model, found by its name or read from a file, and the stations that are made by it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator.models import sentences
from simulator.models.sentences import ModelError
from simulator.models.v16 import making
from simulator.models.v16.making import Made, Station

_FOLDER = Path(__file__).parent


def built_in() -> tuple[str, ...]:
    """The names of the models that come with plugproof."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@dataclass(frozen=True)
class Model:
    """A make of charge point. `identity` has the members of BootNotification, `made` is the rest.

    `text` is the TOML it was read from.
    """

    name: str
    description: str
    identity: Mapping[str, str]
    made: Made
    text: str

    @classmethod
    def load(cls, model: str | Path) -> Model:
        """One of `built_in()`, or the model in a file. Raises `ModelError`, which tells all mistakes at once."""
        name = str(model)
        if name in built_in():
            return cls.parse((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"), name)
        if isinstance(model, str) and not name.endswith(".toml") and "/" not in name:
            near = sentences.suggestion(name, built_in())
            raise ModelError(
                [f"there is no station model {name}; {near} A file is given by a name that ends with .toml"]
            )
        try:
            text = Path(model).read_text(encoding="utf-8")
        except OSError as error:
            raise ModelError([f"{name} cannot be read ({error.strerror}); check the path"]) from None
        except UnicodeDecodeError as error:
            raise ModelError([f"{name}: byte {error.start + 1} is not UTF-8; save it as UTF-8"]) from None
        return cls.parse(text, Path(model).stem, file=name)

    @classmethod
    def parse(cls, text: str, name: str, file: str | None = None) -> Model:
        """The model in a text; `file` is what the sentences call it. Raises `ModelError`."""
        file = file or name
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ModelError([f"{file} is no TOML: {error}"]) from None
        mistakes, wrong = sentences.of(document)
        if "connector" not in wrong:
            contradictions = making.contradictions(document)
            mistakes += contradictions
            if not contradictions and wrong <= {
                "identity",
                "description",
            }:  # what the keys depend on is as it should be
                made, misfits = making.made(document)
                mistakes += misfits
        if mistakes:
            raise ModelError([f"{file}: {one}" for one in mistakes])
        return cls(name, document.get("description", ""), document["identity"], made, text)

    def station(self, url: str, *, id: str, identity: Mapping[str, str] | None = None, **options: Any) -> Station:
        """A station of this make. `identity` has members of BootNotification that differ, `options` are those of
        `Station` that say nothing of its make.
        """
        boot = {**self.identity, **(identity or {})}
        return making.station(url, id=id, made=self.made, identity=boot, **options)

    def without_journal(self) -> Model:
        """The same, of which nobody asks diagnostics, which take memory."""
        return replace(self, made=replace(self.made, facts=replace(self.made.facts, journal=0)))
