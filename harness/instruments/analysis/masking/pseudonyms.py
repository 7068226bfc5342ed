"""Pseudonyms: the same text always gets the same one, and no two texts share one.

A pseudonym has the form of what it stands for, as rules judge forms: as many characters, letters for letters in the
same case, digits for digits, and signs as they were. Texts that differ by letter case only have pseudonyms that differ
by letter case only. It is a permutation of all texts of one form under a key, so nothing has to be remembered: the
places of letters and digits are a number in a mixed base, which goes through a Feistel network.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

KEY_BYTES: Final = 32
BLOCK: Final = 24
"""Characters that are permuted together; what follows depends on what stands before."""
_ROUNDS: Final = 10
_DIGITS: Final = "0123456789"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_FOREIGN: Final = "àâäåæçèéêëìíîïñòóôöøùúûüý"
"""For letters of other scripts; each has one upper case, of one character."""
_ALPHABETS: Final = (_DIGITS, _LETTERS, _FOREIGN)


class Pseudonyms:
    """With a ``key`` of its own, which is thrown away, nobody can find out what a pseudonym stands for."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(KEY_BYTES)

    def of(self, text: str) -> str:
        """The pseudonym of a text.

        A number keeps whether it begins with 0, so that it stays a number. A letter that is in no alphabet here gets
        one of another, which is the one case in which texts may share a pseudonym.
        """
        places = [_place(sign) for sign in text]
        is_number = text.lstrip("-").isdecimal() and text.isascii()
        out = list(text)
        before = b""
        blocks: list[list[int]] = []
        current: list[int] = []
        for at, place in enumerate(places):
            if place is not None:
                current.append(at)
                if len(current) == BLOCK:
                    blocks.append(current)
                    current = []
        blocks += [current] if current else []
        first = True
        for block in blocks:
            alphabets = [_ALPHABETS[places[at][0]] for at in block]  # type: ignore[index]
            values = [places[at][1] for at in block]  # type: ignore[index]
            if is_number and first:
                alphabets[0] = "0" if values[0] == 0 else "123456789"
                values[0] = max(values[0] - 1, 0)
            first = False
            for at, alphabet, value in zip(block, alphabets, self._permuted(values, alphabets, before), strict=True):
                sign = alphabet[value]
                out[at] = sign.upper() if text[at].isupper() else sign
            before = blake2b(before + repr(values).encode(), digest_size=16).digest()
        return "".join(out)

    def _permuted(self, values: Sequence[int], alphabets: Sequence[str], before: bytes) -> list[int]:
        """The places after the permutation of all texts of this form that follow what stands before."""
        size = 1
        number = 0
        for value, alphabet in zip(values, alphabets, strict=True):
            number = number * len(alphabet) + value
            size *= len(alphabet)
        form = before + ",".join(str(len(alphabet)) for alphabet in alphabets).encode()
        number = self._shuffled(number, size, form)
        places = []
        for alphabet in reversed(alphabets):
            number, value = divmod(number, len(alphabet))
            places.append(value)
        return places[::-1]

    def _shuffled(self, number: int, size: int, form: bytes) -> int:
        """Another number below ``size``: encrypted in the bits that it needs, again until it is below."""
        if size < 2:
            return number
        half = max((size - 1).bit_length() + 1, 2) // 2
        mask = (1 << half) - 1
        while True:
            left, right = number >> half, number & mask
            for turn in range(_ROUNDS):
                left, right = right, left ^ (self._round(turn, right, form) & mask)
            number = left << half | right
            if number < size:
                return number

    def _round(self, turn: int, half: int, form: bytes) -> int:
        data = bytes([turn]) + half.to_bytes(32, "big") + form
        return int.from_bytes(blake2b(data, key=self._key, digest_size=32).digest(), "big")


def _place(sign: str) -> tuple[int, int] | None:
    """Alphabet and place of a sign; None for one that stays as it is."""
    low = sign.lower()
    for number, alphabet in enumerate(_ALPHABETS):
        at = alphabet.find(low)
        if at >= 0 and len(low) == 1:
            return number, at
    if sign.isascii() or not sign.isalnum():
        return None
    return 2, ord(low[0]) % len(_FOREIGN)
