"""What a person is asked to do, in words: one sentence per OCPP action, and the values to enter."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from ocppj.matchers import shown
from schemas.versions import files_of


@cache
def sentences(version: str) -> Mapping[str, str]:
    """What a person is asked to do, by the actions of a version; `{station}` stands for the identity."""
    text = (resources.files("harness") / files_of(version).folder / "operations.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def instruction(action: str, station: str, payload: Mapping[str, Any], asked: Mapping[str, str]) -> list[str]:
    """The lines for a person: what to do (by `sentences`), the name of the message, a line per value."""
    sentence = asked.get(action, "Send this message to {station}.").format(station=station)
    values = list(_values(payload, ""))
    width = max((len(name) for name, _ in values), default=0)
    return [f"{sentence}  [{action}]", *(f"    {name:<{width}}  {value}" for name, value in values)]


def _values(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, member in value.items():
            yield from _values(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value, 1):
            yield from _values(item, f"{path} {number}")
    elif isinstance(value, list):
        yield path, ", ".join(shown(item) for item in value)
    elif path:
        yield path, shown(value)
