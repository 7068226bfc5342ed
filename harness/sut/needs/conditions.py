"""The ways in which a need looks at the answers of a SUT file; each gives None when it is met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.sut.model import Sut
from harness.sut.sentences import toml_value

Unmet = Callable[[Sut], str | None]
"""None when a need is met, else the part of the reason that names the claim."""
Row = tuple[str, str, Unmet] | tuple[str, str, Unmet, str]
"""The members of a `Need`: name, sentence, condition, and of a step what a product cannot do."""


def show(name: str, value: Any) -> str:
    """An answer as the SUT file writes it."""
    return f"{name} = {toml_value(value)}"


def denied(*names: str) -> Unmet:
    """Met unless one of these is denied."""

    def unmet(sut: Sut) -> str | None:
        return next((show(name, False) for name in names if sut.answer(name) is False), None)

    return unmet


def affirmed(name: str) -> Unmet:
    """For needs that something is absent: met unless the answer is yes."""

    def unmet(sut: Sut) -> str | None:
        return show(name, True) if sut.answer(name) is True else None

    return unmet


def claimed(name: str) -> Unmet:
    """Met when the answer is yes; silence is none."""

    def unmet(sut: Sut) -> str | None:
        answer = sut.answer(name)
        return None if answer is True else f"{name} is not set" if answer is None else show(name, answer)

    return unmet


def given(name: str) -> Unmet:
    """Met when the SUT file names it."""

    def unmet(sut: Sut) -> str | None:
        return f"{name} is not set" if sut.answer(name) is None else None

    return unmet


def declared(name: str) -> Unmet:
    """Met when a value is declared."""

    def unmet(sut: Sut) -> str | None:
        return f"{name} is not declared" if sut.answer(name) is None else None

    return unmet


def one_of(*names: str) -> Unmet:
    """Met unless every one of these is denied."""

    def unmet(sut: Sut) -> str | None:
        no = [show(name, False) for name in names if sut.answer(name) is False]
        return ", ".join(no) if len(no) == len(names) else None

    return unmet


def all_of(*parts: Unmet) -> Unmet:
    """Met when all parts are."""

    def unmet(sut: Sut) -> str | None:
        return next((reason for part in parts if (reason := part(sut)) is not None), None)

    return unmet


def not_among(name: str, *values: str) -> Unmet:
    """Met unless the answer is one of these."""

    def unmet(sut: Sut) -> str | None:
        answer = sut.answer(name)
        return show(name, answer) if answer in values else None

    return unmet


def at_least(name: str, least: int) -> Unmet:
    """Met unless a smaller number is declared."""

    def unmet(sut: Sut) -> str | None:
        answer = sut.answer(name)
        return f"{show(name, answer)}, at least {least} needed," if answer is not None and answer < least else None

    return unmet


def always(_: Sut) -> str | None:
    """Met by every product."""
    return None


def step(key: str, sentence: str, cannot: str) -> Row:
    """A step of a case, by its key in `[features]`."""
    return key.replace("_", "-"), sentence, denied(f"features.{key}"), cannot
