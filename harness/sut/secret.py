"""Values that must never be printed: basic auth keys, header values, tokens taken from the environment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MASK = "***"
SHORTEST = 4  # masking "1" everywhere would spoil evidence and sentences, and tell the secret all the same


class Secret:
    """A text that shows as `***` wherever it is printed; `reveal()` is the only way to the text."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the text itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))


def scrub(text: str, secrets: Iterable[Secret]) -> str:
    """Replace every occurrence of a secret in `text` by the mask, longest secret first."""
    for value in sorted((secret.reveal() for secret in secrets), key=len, reverse=True):
        if value:
            text = text.replace(value, MASK)
    return text


def scrub_document(node: Any, secrets: Iterable[Secret]) -> Any:
    """Return a copy of a parsed document in which no string (nor key) holds a secret."""
    secrets = tuple(secrets)
    if isinstance(node, str):
        return scrub(node, secrets)
    if isinstance(node, dict):
        return {scrub(key, secrets): scrub_document(value, secrets) for key, value in node.items()}
    if isinstance(node, list):
        return [scrub_document(value, secrets) for value in node]
    return node
