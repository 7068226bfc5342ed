"""Taking passwords out of texts before they are shown; ``schemas`` says for each version where they stand.

A text is read token by token, so that it stays as it was written but for the secrets, and so that text that is no JSON,
is cut off or is nested too deeply is masked as well. In doubt a value is masked.

Two others take secrets out as well, and are not this one. ``harness.sut.secret`` knows its secrets and nothing of where
they stand, and gives every spelling of a key, with which a trace is made (``secrets``). ``reports.text.secrets`` looks
once more before print; it does without this package, and says where a part of a text has moved to.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from schemas import secrets_of_all

MASK: Final = "********"

_SECRETS: Final = secrets_of_all()
"""Who shows a text does not know which version it is of, and a password is one in any."""

_WORDS: Final = _SECRETS.names | {member.partition(".")[0].lower() for member in _SECRETS.members}
"""A text without any of these holds no secret member."""
_SPOKEN_OF: Final = {path.rpartition(".")[2] for path in _SECRETS.named_by}
_BY_THEMSELVES: Final = {member.rpartition(".")[2] for member in _SECRETS.members} - _SECRETS.named_by
"""Members that are secret in doubt, wherever they stand."""

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\],]|:\s*', re.DOTALL)
_SPOKEN: Final = re.compile(
    rf"""(\b(?:{"|".join(sorted(_SPOKEN_OF))})=["']?(?:{"|".join(sorted(_SECRETS.names))})\b[^\n]{{0,99}}?\bvalue=)["']?[^\s"']+""",
    re.I,
)
_HEADER: Final = re.compile(r"""(\bauthorization["']?\s*[:=,]\s*["']?(?:basic|bearer)\s+)[^\s"',]+""", re.I)
_USER_INFO: Final = re.compile(r"(://[^\s/@:\"]*:)[^\s/@\"]+@")

_MOST_LEVELS: Final = 1_000
"""Nesting beyond it is not followed; no parser here reads such a text as JSON."""

Span = tuple[int, int]


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without the values of what has a password's name, passwords in addresses and in headers of HTTP, and
    any of ``secrets``."""
    lowered = text.lower()
    # A name may be hidden from a plain search by escapes: "Authorization\u004bey" is the same member.
    if "\\" in text or any(word in lowered for word in _WORDS):
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
    """One object or array while the text is read; ``name`` is the member whose value is being read, or None, and
    ``within`` the member that the whole is."""

    __slots__ = (
        "in_doubt",
        "inner",
        "is_array",
        "is_secret",
        "last",
        "name",
        "names_holder",
        "secret",
        "value_from",
        "values",
        "within",
    )

    def __init__(self, within: str | None = None, is_array: bool = True) -> None:
        self.within = within
        self.is_array = is_array
        self.last: str | None = None  # the last string read, a name if a colon follows
        self.name: str | None = None
        self.value_from = 0
        self.is_secret = False
        self.names_holder = False  # what it is a member of holds a secret
        self.values: list[Span] = []  # secret if this is
        self.inner: list[Span] = []  # just as well: those of its members, and of what a list in it has
        self.in_doubt: list[Span] = []
        self.secret: list[Span] = []

    def end_member(self, at: int) -> None:
        if self.name is not None:
            path, span = f"{self.within}.{self.name}", (self.value_from, at)
            if self.name in _SECRETS.values:
                self.values.append(span)
            if path in _SECRETS.members:
                self.secret.append(span)
            elif self.name in _BY_THEMSELVES:
                self.in_doubt.append(span)
            if self.last is not None and self.last.lower() in _SECRETS.names:
                self.is_secret = self.is_secret or self.name in _SECRETS.named_by
                self.names_holder = self.names_holder or path in _SECRETS.named_by
        self.name = self.last = None


def _secret_values(text: str) -> list[Span]:
    """Where in ``text`` the values stand that are passwords."""
    levels = [_Level()]
    secret: list[Span] = []
    every: list[Span] = []
    is_named = False

    def leave(level: _Level, at: int) -> None:
        level.end_member(at)
        every.extend(level.values + level.in_doubt)
        secret.extend(level.secret)
        if level.is_secret:
            secret.extend(level.values + level.inner)
        if levels:
            holder = levels[-1]
            holder.is_secret |= level.names_holder
            holder.inner += level.values
            if level.is_array and not holder.is_array:
                holder.inner += level.inner

    for token in _TOKEN.finditer(text):
        level, sign = levels[-1], token[0]
        if sign in "{[":
            if len(levels) < _MOST_LEVELS:
                levels.append(_Level(level.name, sign == "["))
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
            is_named = is_named or level.last.lower() in _SECRETS.names or level.last in _BY_THEMSELVES
    while levels:
        leave(levels.pop(), len(text))
    # Where brackets or commas are wrong, nobody can say which value belongs to which key.
    return every + secret if is_named and not _is_json(text) else secret


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
