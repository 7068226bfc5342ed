"""A frame with pseudonyms, letter by letter as it was but for them: also one that is no JSON, or no message.

What is judged of a frame stays: its shape, its ids as far as they belong together, lengths, letter cases, numbers,
times, words of the protocol, members that are there twice, escapes.
"""

from __future__ import annotations

import json
import re
from typing import Final

import msgspec

from harness.instruments.analysis.masking.pseudonyms import Pseudonyms
from harness.instruments.analysis.masking.words import (
    DESCRIPTIVE,
    IDENTIFYING,
    NUMERIC,
    is_number,
    is_time,
    is_word,
    members,
)
from ocppj.evidence.masking import MASK, mask
from ocppj.protocol import UNREAD_ID

_TOKEN: Final = re.compile(r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<sign>[{}\[\],:])|(?P<number>-?\d[\d.eE+-]*)', re.DOTALL)
_WORD: Final = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")
_BEGINS_NUMBER: Final = 3
"""A number in a text that is no JSON stays when it has fewer digits."""
_PEM: Final = re.compile(r"(-----(?:BEGIN|END) [A-Z ]+-----)")
_SCHEME: Final = re.compile(r"\A[a-zA-Z][a-zA-Z0-9+.-]*://")


class _Level:
    """An object or an array that is open; ``name`` is the member that is read, ``within`` the one the whole is."""

    __slots__ = ("at", "is_array", "last", "name", "within")

    def __init__(self, is_array: bool, within: str | None) -> None:
        self.is_array = is_array
        self.within = within
        self.name: str | None = None
        self.last: str | None = None
        self.at = 0


class FrameMask:
    """Masks frames with one set of pseudonyms."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms

    def masked(self, text: str) -> str:
        """The frame as it may be shown."""
        text = mask(text)  # passwords go whole
        if _is_json(text):
            return self._of_json(text)
        return _WORD.sub(self._word, text)

    def _word(self, found: re.Match[str]) -> str:
        """A word of a text that is no JSON."""
        word = found[0]
        if is_word(word) or (word.isdecimal() and len(word) < _BEGINS_NUMBER):
            return word
        return self._pseudonyms.of(word)

    def _of_json(self, text: str) -> str:
        pieces: list[str] = []
        done = 0
        levels = [_Level(True, None)]
        for token in _TOKEN.finditer(text):
            level = levels[-1]
            sign = token["sign"]
            if sign is None:
                new = self._value(token, levels, text)
                if new is not None:
                    pieces += (text[done : token.start()], new)
                    done = token.end()
            elif sign in "{[":
                levels.append(_Level(sign == "[", level.within if level.name is None else level.name))
            elif sign in "}]":
                levels.pop()
            elif sign == ",":
                level.at += 1
                level.name = level.last = None
            else:
                level.name = level.last
        return "".join([*pieces, text[done:]])

    def _value(self, token: re.Match[str], levels: list[_Level], text: str) -> str | None:
        """What stands in the place of a text or a number; None when it stays."""
        level = levels[-1]
        if token["number"] is not None:
            return self._number(token["number"], level, len(levels))
        raw = token["text"]
        value = json.loads(raw, strict=False)
        if not level.is_array and level.name is None:
            level.last = value
            return self._member(raw, value)
        new = self._text(value, level, len(levels))
        return None if new == value else _written(new, raw)

    def _member(self, raw: str, value: str) -> str | None:
        """The name of a member."""
        if value in members() or is_word(value):
            return None
        return _written(self._pseudonyms.of(value), raw)

    def _number(self, number: str, level: _Level, depth: int) -> str | None:
        is_id = depth == 2 and level.is_array and level.at == 1
        if is_id or (level.name or level.within) in IDENTIFYING:
            return self._pseudonyms.of(number) if number.lstrip("-").isdecimal() else None
        return None

    def _text(self, value: str, level: _Level, depth: int) -> str:
        if depth == 2 and level.is_array and level.at == 1:
            return value if value == UNREAD_ID else self._pseudonyms.of(value)  # the id of a message
        name = level.name or level.within
        if name in IDENTIFYING:
            return self._identity(value)
        if name in DESCRIPTIVE or value == MASK or is_word(value) or is_time(value):
            return value
        if name in NUMERIC and is_number(value):
            return value
        return self._identity(value)

    def _identity(self, value: str) -> str:
        """A text without what it tells; the scheme of an address and the frame of a certificate stay."""
        if "-----BEGIN " in value:
            parts = _PEM.split(value)
            return "".join(part if number % 2 else self._pseudonyms.of(part) for number, part in enumerate(parts))
        scheme = _SCHEME.match(value)
        if scheme is not None:
            return scheme[0] + self._pseudonyms.of(value[scheme.end() :])
        return self._pseudonyms.of(value)


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _written(value: str, raw: str) -> str:
    """A text as JSON, with escapes where the one before had some."""
    return json.dumps(value, ensure_ascii="\\u" in raw)
