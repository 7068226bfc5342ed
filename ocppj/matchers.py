"""Comparing a payload with what is expected of it, member by member, in the words of the wire.

An expectation is a mapping ``member -> value or matcher``; nested mappings match the members they name and let others
be, lists match element by element. Where letter case does not count (``Protocol.folded``) it is not compared.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

__all__ = [
    "MISSING",
    "Matcher",
    "Mismatch",
    "Path",
    "absent",
    "absent_or_empty",
    "mismatches",
    "one_of",
    "path_text",
    "present",
    "satisfies",
    "shown",
]

Path = tuple[str | int, ...]


class _Missing:
    def __repr__(self) -> str:
        return "(absent)"


MISSING: Final = _Missing()
"""Stands for a member that is not there."""


class Matcher(msgspec.Struct, frozen=True):
    """A condition on one value; ``text`` is how it reads in an explanation."""

    text: str
    accepts: Callable[[Any], bool]

    def __repr__(self) -> str:
        return self.text


class Mismatch(msgspec.Struct, frozen=True):
    """One member that is not as expected."""

    path: Path
    expected: str
    actual: Any

    @property
    def member(self) -> str:
        """The member's name as on the wire, for example ``meterValue[0].sampledValue``."""
        return path_text(self.path)

    def __str__(self) -> str:
        return f"{self.member} = {shown(self.actual)}, expected {self.expected}"


present: Final = Matcher("(present)", lambda value: value is not MISSING)
absent: Final = Matcher("(absent)", lambda value: value is MISSING)
absent_or_empty: Final = Matcher("(absent or empty)", lambda value: value is MISSING or value == [])


def one_of(*values: Any) -> Matcher:
    """Any of these values."""
    return Matcher("one of " + ", ".join(shown(value) for value in values), lambda value: value in values)


def satisfies(text: str, accepts: Callable[[Any], bool]) -> Matcher:
    """A condition of the caller's own; a missing member never satisfies it."""
    return Matcher(text, lambda value: value is not MISSING and accepts(value))


def mismatches(expected: Mapping[str, Any], payload: Any, folded: Collection[str]) -> list[Mismatch]:
    """Everything in which ``payload`` is not as ``expected``; empty when it matches.

    ``folded``: the members whose text is the same in any letter case.
    """
    found: list[Mismatch] = []
    _compare(expected, payload, (), folded, found)
    return found


def path_text(path: Path) -> str:
    """A path as it is written in an explanation: ``idTagInfo.status``, ``key[0]``; ``payload`` for the whole."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "payload"


def shown(value: Any) -> str:
    """A value as an explanation shows it: JSON, or the text of a matcher."""
    if isinstance(value, (Matcher, _Missing)):
        return repr(value)
    if isinstance(value, str):
        return value if value and value == value.strip() and '"' not in value else msgspec.json.encode(value).decode()
    return msgspec.json.encode(_readable(value), enc_hook=repr).decode()


def _readable(value: Any) -> Any:
    if isinstance(value, Matcher):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(name): _readable(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_readable(item) for item in value]
    return value


def _compare(expected: Any, actual: Any, path: Path, folded: Collection[str], found: list[Mismatch]) -> None:
    if isinstance(expected, Matcher):
        if not expected.accepts(actual):
            found.append(Mismatch(path, expected.text, actual))
    elif isinstance(expected, Mapping):
        if not isinstance(actual, Mapping):
            found.append(Mismatch(path, "an object", actual))
            return
        for name, value in expected.items():
            _compare(value, actual.get(name, MISSING), (*path, name), folded, found)
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        _compare_list(expected, actual, path, folded, found)
    elif not _same(expected, actual, path, folded):
        found.append(Mismatch(path, shown(expected), actual))


def _compare_list(
    expected: Sequence[Any], actual: Any, path: Path, folded: Collection[str], found: list[Mismatch]
) -> None:
    if not isinstance(actual, list) or len(actual) != len(expected):
        found.append(Mismatch(path, shown(list(expected)), actual))
        return
    for index, (wanted, got) in enumerate(zip(expected, actual, strict=True)):
        _compare(wanted, got, (*path, index), folded, found)


def _same(expected: Any, actual: Any, path: Path, folded: Collection[str]) -> bool:
    if isinstance(expected, str) and isinstance(actual, str):
        name = next((part for part in reversed(path) if isinstance(part, str)), None)
        return expected.casefold() == actual.casefold() if name in folded else expected == actual
    # In Python `True == 1`; on the wire they differ.
    return isinstance(actual, bool) == isinstance(expected, bool) and bool(expected == actual)
