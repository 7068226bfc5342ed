"""A model, found by its name or read from a file, and the stations that are made by it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.configuration import Key
from simulator.feature import Feature, blueprint
from simulator.models import building, keys, sentences
from simulator.models.sentences import ModelError
from simulator.parts import Facts
from simulator.station import Station

_FOLDER = Path(__file__).parent


def built_in() -> tuple[str, ...]:
    """The names of the models that come with plugproof."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@dataclass(frozen=True, slots=True)
class Model:
    """A make of charge point. `identity` has the members of BootNotification, `keys` those that are not as usual.

    `text` is the TOML it was read from.
    """

    name: str
    description: str
    identity: Mapping[str, str]
    facts: Facts
    features: tuple[type[Feature], ...]
    keys: tuple[Key, ...]
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
            contradictions = building.contradictions(document)
            mistakes += contradictions
            if not contradictions and wrong <= {
                "identity",
                "description",
            }:  # what the keys depend on is as it should be
                facts, features = building.facts(document), building.features(document)
                own, misfits = keys.of(document.get("configuration", {}), blueprint(features, facts).keys)
                mistakes += misfits
        if mistakes:
            raise ModelError([f"{file}: {one}" for one in mistakes])
        return cls(name, document.get("description", ""), document["identity"], facts, features, own, text)

    def station(self, url: str, *, id: str, identity: Mapping[str, str] | None = None, **options: Any) -> Station:
        """A station of this make. `identity` has members of BootNotification that differ, `options` are those of
        `Station` that say nothing of its make.
        """
        boot = {**self.identity, **(identity or {})}
        vendor, model = boot.pop("chargePointVendor"), boot.pop("chargePointModel")
        options |= {"facts": self.facts, "features": self.features, "extra_keys": self.keys}
        return Station(url, id=id, vendor=vendor, model=model, identity=boot, **options)
