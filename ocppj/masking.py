"""Taking passwords out of texts before they are shown; J §6.2.2 and the security white paper say where they stand.

A text is read token by token, so that it stays as it was written but for the secrets, and so that text that is no JSON,
is cut off or is nested too deeply is masked as well. In doubt a value is masked.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

MASK: Final = "********"
SECRET_KEYS: Final = frozenset({"authorizationkey", "basicauthpassword"})
"""Configuration keys whose value is a password, in lower case (J §6.2.2, security white paper §7)."""

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\],]|:\s*', re.DOTALL)
_SPOKEN: Final = re.compile(
    rf"""(\bkey=["']?(?:{"|".join(sorted(SECRET_KEYS))})\b[^\n]{{0,99}}?\bvalue=)["']?[^\s"']+""", re.I
)
_HEADER: Final = re.compile(r"""(\bauthorization["']?\s*[:=,]\s*["']?(?:basic|bearer)\s+)[^\s"',]+""", re.I)
_USER_INFO: Final = re.compile(r"(://[^\s/@:\"]*:)[^\s/@\"]+@")

_MOST_LEVELS: Final = 1_000
"""Nesting beyond it is not followed; no parser here reads such a text as JSON."""

Span = tuple[int, int]


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without the values of secret configuration keys, passwords in addresses and in headers of HTTP, and
    any of ``secrets``."""
    lowered = text.lower()
    # A name may be hidden from a plain search by escapes: "Authorization\u004bey" is the same member.
    if "\\" in text or any(key in lowered for key in SECRET_KEYS):
        text = _SPOKEN.sub(rf"\1{MASK}", _replace(text, _secret_values(text)))
    if "authorization" in lowered:
        text = _HEADER.sub(rf"\1{MASK}", text)
    if "://" in text:
        text = _USER_INFO.sub(rf"\1{MASK}@", text)
    for written in ways_to_write(secrets):
        text = text.replace(written, MASK)
    return text


def ways_to_write(secrets: Iterable[str]) -> Sequence[str]:
    """Each secret as it is and as JSON may write it, the longest first, because one may be part of another."""
    written = set()
    for secret in filter(None, secrets):
        written |= {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return sorted(written, key=len, reverse=True)


class _Level:
    """One object or array while the text is read; ``name`` is the member whose value is being read, or None."""

    __slots__ = ("is_secret", "last", "name", "value_from", "values")

    def __init__(self) -> None:
        self.last: str | None = None  # the last string read, a name if a colon follows
        self.name: str | None = None
        self.value_from = 0
        self.is_secret = False
        self.values: list[Span] = []

    def end_member(self, at: int) -> None:
        if self.name == "value":
            self.values.append((self.value_from, at))
        if self.name == "key" and self.last is not None and self.last.lower() in SECRET_KEYS:
            self.is_secret = True
        self.name = self.last = None


def _secret_values(text: str) -> list[Span]:
    """Where in ``text`` stand the ``value`` members of objects whose ``key`` member is a secret one."""
    levels = [_Level()]
    secret: list[Span] = []
    every: list[Span] = []
    is_named = False

    def leave(level: _Level, at: int) -> None:
        level.end_member(at)
        every.extend(level.values)
        if level.is_secret:
            secret.extend(level.values)

    for token in _TOKEN.finditer(text):
        level, sign = levels[-1], token[0]
        if sign in "{[":
            if len(levels) < _MOST_LEVELS:
                levels.append(_Level())
        elif sign in "}]":
            if len(levels) > 1:
                leave(levels.pop(), token.start())
        elif sign == ",":
            level.end_member(token.start())
        elif sign[0] == ":":
            name = level.last
            level.end_member(token.start())
            level.name, level.value_from = name, token.end()
        else:
            level.last = _plain(sign)
            is_named = is_named or level.last.lower() in SECRET_KEYS
    for level in levels:
        leave(level, len(text))
    # Where brackets or commas are wrong, nobody can say which value belongs to which key.
    return every if is_named and not _is_json(text) else secret


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _plain(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token.strip('"')


def _replace(text: str, spans: list[Span]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue  # inside a value that is masked already
        pieces += (text[done:start], f'"{MASK}"')
        done = end
    return "".join([*pieces, text[done:]])
