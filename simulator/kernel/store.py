"""What a station keeps over a loss of power: records in the order of their keys, by kind.

The default keeps nothing beyond the life of the process, which a loss of power in the simulation does not end. With
`SqliteFile` a killed process loses nothing: every change is on its way to the disk, in the hands of the kernel, before
the station acts on it. One file serves one station or a whole fleet, and one process at a time.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol

import msgspec

_APPLICATION = 0x506C7567  # in the header of the file, so that nobody else's database is taken for ours
_LAYOUT = 1


class StoreError(Exception):
    """A file that cannot be used; the text is a sentence with the fix."""


class Store(Protocol):
    """The memory of one station. Values are whatever JSON can say."""

    keeps: bool
    """False: what is put is forgotten, so that nobody needs to make it."""

    def read(self, kind: str) -> list[tuple[str, Any]]:
        """All records of a kind as key and value, sorted by key."""
        ...

    def put(self, kind: str, key: str, value: Any) -> None:
        """Keep a record; it replaces one with the same kind and key."""
        ...

    def drop(self, kind: str, key: str) -> None:
        """Forget a record, if there is one."""
        ...

    def clear(self, kind: str) -> None:
        """Forget all records of a kind."""
        ...

    def unit(self) -> AbstractContextManager[None]:
        """Changes within are kept together or not at all. May be nested."""
        ...


class Nowhere:
    """Keeps nothing."""

    keeps = False

    def __repr__(self) -> str:
        return "Nowhere()"

    def read(self, kind: str) -> list[tuple[str, Any]]:
        return []

    def put(self, kind: str, key: str, value: Any) -> None:
        pass

    def drop(self, kind: str, key: str) -> None:
        pass

    def clear(self, kind: str) -> None:
        pass

    def unit(self) -> AbstractContextManager[None]:
        return _NOTHING


NOWHERE = Nowhere()
_NOTHING = nullcontext()


class SqliteFile:
    """A file with the memory of many stations; `of` gives that of one."""

    def __init__(self, path: str | Path) -> None:
        """Opens or makes the file. Raises `StoreError`."""
        self.path = str(path)
        self._depth = 0
        try:
            self._database = sqlite3.connect(_made_private(self.path), isolation_level=None, timeout=0.5)
            try:
                self._open()
            except BaseException:
                self._database.close()
                raise
        except sqlite3.Error as error:
            raise StoreError(self._sentence(error)) from None

    def _open(self) -> None:
        execute = self._database.execute
        application, layout = (execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if execute("SELECT count(*) FROM sqlite_master").fetchone()[0] and application != _APPLICATION:
            raise StoreError(f"{self.path} is the database of another program; name a file that does not exist yet")
        if layout > _LAYOUT:
            raise StoreError(f"{self.path} was written by a newer version of plugproof; name another file")
        # One process at a time, and commits that survive the death of the process; see the module's first lines.
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL"):
            execute(f"PRAGMA {pragma}")
        execute(f"PRAGMA application_id={_APPLICATION}")
        execute(f"PRAGMA user_version={_LAYOUT}")
        execute(
            "CREATE TABLE IF NOT EXISTS record (station TEXT, kind TEXT, key TEXT, value BLOB NOT NULL,"
            " PRIMARY KEY (station, kind, key)) WITHOUT ROWID"
        )

    def _sentence(self, error: sqlite3.Error) -> str:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            return f"{self.path} is in use by another process; stop that one or name another file"
        return f"{self.path} cannot be used as the memory of a station ({error}); name another file"

    def of(self, station: str) -> Store:
        """The memory of one station."""
        return _InFile(self, station)

    def close(self) -> None:
        """No more changes; the file can be used by another process."""
        self._database.close()

    def fetch(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self._database.execute(statement, values).fetchall()

    def change(self, statement: str, *values: Any) -> None:
        """One change, committed at once or with the unit around it."""
        self._database.execute(statement, values)

    @contextmanager
    def unit(self) -> Iterator[None]:
        """One transaction around everything within; a unit in a unit belongs to the outer one."""
        self._depth += 1
        if self._depth == 1:
            self._database.execute("BEGIN")
        try:
            yield
        except BaseException:
            if self._depth == 1:
                self._database.execute("ROLLBACK")
            raise
        else:
            if self._depth == 1:
                self._database.execute("COMMIT")
        finally:
            self._depth -= 1


def _made_private(path: str) -> str:
    """Make the file of a new memory, which holds keys, for its owner alone, and thereby what SQLite puts beside it.

    Gives the path with which SQLite opens it. A file that exists keeps its mode; what cannot be made is told when it is
    opened.
    """
    if path in ("", ":memory:"):
        return path
    file = os.path.realpath(path)  # O_EXCL follows no link; and some builds of SQLite take `file:x` for a URI
    with suppress(OSError, ValueError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return file


class _InFile:
    __slots__ = ("_file", "_station")
    keeps = True

    def __init__(self, file: SqliteFile, station: str) -> None:
        self._file = file
        self._station = station

    def read(self, kind: str) -> list[tuple[str, Any]]:
        rows = self._file.fetch(
            "SELECT key, value FROM record WHERE station = ? AND kind = ? ORDER BY key", self._station, kind
        )
        return [(key, msgspec.json.decode(value)) for key, value in rows]

    def put(self, kind: str, key: str, value: Any) -> None:
        self._file.change(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)", self._station, kind, key, msgspec.json.encode(value)
        )

    def drop(self, kind: str, key: str) -> None:
        self._file.change("DELETE FROM record WHERE station = ? AND kind = ? AND key = ?", self._station, kind, key)

    def clear(self, kind: str) -> None:
        self._file.change("DELETE FROM record WHERE station = ? AND kind = ?", self._station, kind)

    def unit(self) -> AbstractContextManager[None]:
        return self._file.unit()
