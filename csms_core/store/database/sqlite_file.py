"""The file behind the URL of an SQLite database, whatever its spelling, and how it is made.

SQLAlchemy takes a path (`sqlite:////path/x.db`), or with `uri=true` a URI of SQLite (`sqlite:///file:/path/x.db?uri=true`,
https://sqlite.org/uri.html); either may go through links.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from sqlalchemy.engine import URL

_IN_MEMORY = ("", ":memory:")


class _Named(NamedTuple):
    """What a URL names: a file as it is spelled, and whether SQLite makes one that is not there."""

    path: str
    is_made: bool


def file_of(url: URL) -> Path | None:
    """The file, None when the database is in memory."""
    named = _named(url)
    return None if named is None else Path(named.path)


def make_private(url: URL) -> None:
    """Make the file of a new database, which holds keys, for its owner alone.

    What SQLite puts beside it gets the mode of the file. A file that exists keeps its mode. What cannot be made is told
    when it is opened.
    """
    named = _named(url)
    if named is not None and named.is_made:
        with contextlib.suppress(OSError, ValueError):  # also a path with a NUL
            # O_EXCL follows no link, and a link may name a file that is not there yet
            os.close(os.open(os.path.realpath(named.path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def beside(url: URL, folder: Path) -> URL:
    """The URL with the file in `folder` when its path is relative, as it is otherwise."""
    named = _named(url)
    if named is None or os.path.isabs(named.path):
        return url
    uri = _uri(url)
    path = str(folder / named.path)
    return url.set(database=path if uri is None else uri._replace(path=quote(path)).geturl())


def _named(url: URL) -> _Named | None:
    uri = _uri(url)
    if uri is None:
        path = url.database or ""
        return None if path in _IN_MEMORY else _Named(path, True)
    path = unquote(uri.path, errors="surrogateescape")
    asked = {name: values[-1] for name, values in parse_qs(uri.query).items()}
    asked |= {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    if path in _IN_MEMORY or asked.get("mode") == "memory" or asked.get("vfs") == "memdb":
        return None
    return _Named(path, asked.get("mode", "rwc") == "rwc")


def _uri(url: URL) -> SplitResult | None:
    """The URI of SQLite that a URL names, None when it names a path."""
    _, options = url.get_dialect()().create_connect_args(url)
    database = url.database or ""
    return urlsplit(database) if options.get("uri") and database.startswith("file:") else None
