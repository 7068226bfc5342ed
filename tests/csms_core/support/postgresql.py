"""A PostgreSQL server for the tests: one that is given by URL, or one started here where Debian's is installed."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text

ENVIRONMENT = "PLUGPROOF_TEST_POSTGRESQL"
"""URL of a server whose user may create databases; without it, the tests start a server of their own."""

USERS = ("postgres", "nobody")
"""Who runs the server when the tests run as root, whom PostgreSQL refuses; the first one that exists."""


def server_programs() -> Path | None:
    """The folder of the newest server Debian installed, None when there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


def why_not() -> str | None:
    """Why the tests cannot use PostgreSQL, None when they can."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed (make extras, or pip install 'plugproof[postgres]')"
    if ENVIRONMENT not in os.environ and server_programs() is None:
        return f"no PostgreSQL server is installed (apt-get install postgresql), and {ENVIRONMENT} names none"
    return None


@dataclass(frozen=True)
class Server:
    """A server that runs. `folder` is None when it was not started here."""

    url: URL
    folder: Path | None = None
    programs: Path | None = None

    def new_database(self) -> str:
        """Create an empty database; returns its URL."""
        name = f"plugproof_{uuid4().hex}"
        self.administer(f'CREATE DATABASE "{name}"')
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.administer(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def administer(self, statement: str) -> None:
        """Run a statement outside of a transaction."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()

    def control(self, action: str, *options: str) -> None:
        """`pg_ctl`: start or stop the server; returns when that is done."""
        assert self.folder is not None
        assert self.programs is not None
        arguments = [self.programs / "pg_ctl", action, "-w", "-s", "-D", self.folder / "data", *options]
        run([*map(str, arguments)], self.folder)

    def start(self) -> None:
        """Start the server on a Unix socket in its folder; it listens at no port."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c shared_buffers=16MB"
        options += " -c fsync=off"  # no test cuts the power, and what was written survives the end of any process
        self.control("start", "-l", f"{self.folder}/log", "-o", options)


def run(arguments: list[str], folder: Path) -> None:
    """Run a program of the server, as another user when we are root."""
    user = _user()
    account: dict[str, Any] = {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid}
    if user is not None:
        account["extra_groups"] = []
    done = subprocess.run(
        arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **account
    )
    if done.returncode:
        log = folder / "log"
        raise RuntimeError(f"{arguments[0]}: {done.stderr.decode()}{log.read_text() if log.exists() else ''}")


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(user for user in USERS if user in known)


@contextlib.contextmanager
def started() -> Iterator[Server]:
    """A server of our own, in a folder and on a socket of its own; stopped and removed at the end."""
    programs = server_programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="plugproof-postgresql-"))  # not in pytest's folder, which is root's only
    try:
        if (user := _user()) is not None:
            shutil.chown(folder, user)
        arguments = ["-A", "trust", "-U", "plugproof", "-E", "UTF8", "--locale=C", "--no-sync"]
        run([str(programs / "initdb"), "-D", str(folder / "data"), *arguments], folder)
        url = URL.create("postgresql+psycopg", username="plugproof", database="postgres", query={"host": str(folder)})
        server = Server(url, folder, programs)
        server.start()
        try:
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def at_hand() -> Iterator[Server]:
    """The server the environment names, or one of our own; skips the test when there is neither."""
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    if ENVIRONMENT in os.environ:
        yield Server(make_url(os.environ[ENVIRONMENT]).set(drivername="postgresql+psycopg"))
        return
    with started() as server:
        yield server
