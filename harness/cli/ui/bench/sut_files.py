"""The SUT files of one folder: listed, read as a form, changed, and written whole.

What the form does not show stays as it is in the file, comments included. A key that is a secret goes to no page: of
one that stands in the file the page learns that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from harness.artifacts.whole import OutputError, write_whole
from harness.case.registry import known_ids
from harness.cli.commands.init import DEFAULT_URL, content
from harness.cli.ui.answers import Refused
from harness.cli.ui.bench import form
from harness.sut import Sut, SutError
from harness.sut.model import PARTIES
from harness.sut.reading import load, parse
from harness.sut.reading.loading import MAX_BYTES

MOST: Final = 50
"""Files in the list."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}\.toml")
_TABLE: Final = re.compile(r"^\s*\[product\]", re.MULTILINE)


class SutFiles:
    """Those in a folder, and no other place: a name from a page is never a path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def listed(self) -> list[str]:
        """The names of what looks like a SUT file."""
        files = sorted(file for file in self.folder.glob("*.toml") if _NAME.fullmatch(file.name))
        return [file.name for file in files if _TABLE.search(_text_of(file) or "")][:MOST]

    def path(self, name: str) -> Path:
        """The file of that name. Raises `Refused`."""
        if not _NAME.fullmatch(name):
            raise Refused(422, f"{name}: a SUT file has a plain name that ends with .toml, and no folder.")
        return self.folder / name

    def loaded(self, name: str) -> Sut:
        """The file as a run reads it. Raises `Refused` with the sentences of `plugproof check`."""
        try:
            return load(self.path(name), known_cases=known_ids())
        except SutError as error:
            raise Refused(422, " ".join(error.sentences), problems=_placed(error.sentences, name, ())) from None

    def opened(self, name: str) -> dict[str, Any]:
        """A file as a form with its values, and what is wrong with it. Raises `Refused`."""
        text = _text_of(self.path(name))
        if text is None:
            raise Refused(404, f"{name}: there is no such file in {self.folder}, or it cannot be read.")
        return self._form(name, text, exists=True)

    def begun(self, name: str, role: str) -> dict[str, Any]:
        """A new file for a role, as `plugproof init` would write it; nothing is written. Raises `Refused`."""
        return self._form(name, self._new(name, role), exists=False)

    def saved(self, name: str, given: Mapping[str, Any], *, check_only: bool) -> dict[str, Any]:
        """Put values into a file, which is written when nothing is wrong with it. Raises `Refused`.

        ``given``: `role` for a new file, `values` by dotted key (None: take it out), `stations` as a list.
        """
        path = self.path(name)
        text = _text_of(path)
        if text is None and path.exists():
            raise Refused(422, f"{name}: it cannot be read as text; correct it by hand.")
        text = self._new(name, str(given.get("role"))) if text is None else text
        changed = _changed(name, text, given)
        problems = self._problems(name, changed)
        if problems:
            return {"saved": False, "problems": problems}
        if not check_only:
            try:
                write_whole(path, changed)
            except OutputError as error:
                raise Refused(507, str(error)) from None
        return {"saved": not check_only, "problems": []}

    def _new(self, name: str, role: str) -> str:
        self.path(name)
        if role not in PARTIES:
            raise Refused(422, f"A SUT file is about a {' or a '.join(PARTIES)}, not {role}.")
        return content(role, DEFAULT_URL)

    def _form(self, name: str, text: str, *, exists: bool) -> dict[str, Any]:
        document = _document(name, text)
        values = document.unwrap()
        product = values.get("product")
        role, version = str(product.get("sut")) if isinstance(product, dict) else "", form.version_of(values)
        if role not in PARTIES:
            raise Refused(422, f"{name}: product.sut is missing or wrong; correct it by hand.")
        return {
            "name": name,
            "exists": exists,
            "role": role,
            "ocpp": version,
            **form.made(role, version, values),
            "problems": self._problems(name, text),
        }

    def _problems(self, name: str, text: str) -> list[dict[str, Any]]:
        try:
            parse(text, name, folder=self.folder, known_cases=known_ids())
        except SutError as error:
            return _placed(error.sentences, name, form.keys_of(text))
        return []


def _placed(sentences: Iterable[str], name: str, keys: Iterable[str]) -> list[dict[str, Any]]:
    """Each sentence with the key that it is about, where it begins with one."""
    known = sorted(keys, key=len, reverse=True)
    found = []
    for sentence in sentences:
        said = sentence.removeprefix(f"{name}: ")
        key = next((key for key in known if re.match(rf"{re.escape(key)}\b", said)), None)
        found.append({"key": key, "sentence": said})
    return found


def _text_of(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        return data.decode("utf-8") if len(data) <= MAX_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None


def _document(name: str, text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise Refused(422, f"{name}: is not TOML ({error}); correct it by hand.") from None


def _changed(name: str, text: str, given: Mapping[str, Any]) -> str:
    """The text of the file with the values put in."""
    document = _document(name, text)
    values, stations = given.get("values", {}), given.get("stations")
    if not isinstance(values, dict) or not isinstance(stations, dict | None):
        raise Refused(422, "`values` has a value for each key, `stations` a list for `lanes` or `stations`.")
    for key, value in values.items():
        _put(document, str(key).split("."), value)
    for table, rows in (stations or {}).items():
        _put_rows(document, str(table), rows)
    return tomlkit.dumps(document)


def _put(table: Any, path: list[str], value: Any) -> None:
    """Set a key, or take it out; a table that is missing is made, one that is empty then goes."""
    first, *rest = path
    if not rest:
        if value is None:
            table.pop(first, None)
        elif first not in table or table[first] != value or type(table[first].unwrap()) is not type(value):
            table[first] = value
        return
    if first not in table:
        if value is None:
            return
        table[first] = tomlkit.table()
    inner = table[first]
    if not isinstance(inner, dict):
        raise Refused(422, f"{first} is no table in this file; correct it by hand.")
    _put(inner, rest, value)
    if not inner:
        del table[first]


def _put_rows(document: tomlkit.TOMLDocument, table: str, rows: Any) -> None:
    """Make a table of tables have these rows; what a row has that the form does not show stays in it."""
    if table not in form.ROWS or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refused(422, f"{table}: a list of tables is expected.")
    if not rows:
        document.pop(table, None)
        return
    if table not in document:
        document.append(table, tomlkit.aot())
    there = document[table]
    if not isinstance(there, AoT):
        raise Refused(422, f"{table} is written in another way in this file; change it by hand.")
    while len(there) > len(rows):
        del there[len(there) - 1]
    while len(there) < len(rows):
        there.append(tomlkit.table())
    for entry, row in zip(there, rows, strict=True):
        for key, value in row.items():
            _put(entry, [str(key)], value)
