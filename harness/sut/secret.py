"""Values that must never be printed: basic auth keys, header values, tokens taken from the environment.

They are known, and are replaced wherever they stand; what is secret by its place in a message is masked by
`ocppj.evidence.masking`, which knows none of them.
"""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

MASK = "***"
HEX = "hex:"  # how a key begins whose octets are given as digits
SHORTEST_ENCODED = 8  # octets; of fewer the encoded forms are too short to mean only this secret
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


def written(secrets: Iterable[Secret]) -> list[str]:
    """How each secret may stand in a text, the longest first: as it is, its octets as hexadecimal digits, in base64."""
    texts = set()
    for secret in secrets:
        value = secret.reveal()
        texts.add(value)
        digits = value.removeprefix(HEX)
        try:
            octets = bytes.fromhex(digits) if digits != value else value.encode()
        except ValueError:
            continue  # wrong digits; whoever uses the key says so
        if len(octets) >= SHORTEST_ENCODED:
            texts.update((octets.hex(), octets.hex().upper(), digits, *_in_base64(octets)))
    return sorted(filter(None, texts), key=len, reverse=True)


def _in_base64(octets: bytes) -> Iterable[str]:
    """What of a longer text in base64 can only come from ``octets``, wherever among the others they stand."""
    for before in range(3):
        first = -(-before * 8 // 6)
        last = (before + len(octets)) * 8 // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(before) + octets).decode()[first:last]


def scrub(text: str, secrets: Iterable[Secret]) -> str:
    """Replace every occurrence of a secret in `text` by the mask, longest secret first."""
    for value in written(secrets):
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
