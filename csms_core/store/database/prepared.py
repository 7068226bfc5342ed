"""Statements of the messages that come all the time: compiled once, then handed straight to the database driver.

What SQLAlchemy does around every execution (looking up the compiled form, a context, a result) costs several times
what SQLite takes for the row itself. The statements are SQLAlchemy Core like all others; only their execution is not.
Drivers take and give texts and numbers as they are; a statement over anything else is executed by SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import BindParameter, Connection, Delete, Insert, Select, Update, bindparam
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
Row = tuple[Any, ...]
Statement = Select[Any] | Insert | Update | Delete
Compiled = tuple[str, Callable[[Any], Any]]
"""Text for the driver, and what arranges values as the driver wants them."""


class OnDriver(Protocol):
    """A connection and that of the driver below it; see `csms_core.store.line`."""

    connection: Connection
    database: str
    driver: Any


def driver_of(connection: Connection) -> Any:
    """The connection of the driver, in a transaction; it has `execute` with sqlite3 and psycopg alike."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.driver_connection


class Prepared:
    """One statement with named parameters, which may run in any database.

    A connection that is in no transaction begins one, as with SQLAlchemy.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._compiled: dict[str, Compiled | None] = {}

    def first(self, connection: Connection, values: Values) -> Row | None:
        """Run it and give the first row, None when there is none."""
        cursor = self._execute(connection, values)
        row: Row | None = cursor.fetchone()
        cursor.close()
        return row

    def all(self, connection: Connection, values: Values) -> list[Row]:
        """Run it and give all rows."""
        cursor = self._execute(connection, values)
        rows: list[Row] = cursor.fetchall()
        cursor.close()
        return rows

    def run(self, connection: Connection, values: Values) -> None:
        """Run it; it gives no rows."""
        self._execute(connection, values).close()

    def _execute(self, connection: Connection, values: Values) -> Any:
        name = connection.dialect.name
        if name not in self._compiled:
            self._compiled[name] = self._compile(connection)
        compiled = self._compiled[name]
        if compiled is None:
            return connection.execute(self._statement, dict(values))
        text, arrange = compiled
        return driver_of(connection).execute(text, arrange(values))

    def _compile(self, connection: Connection) -> Compiled | None:
        compiled = self._statement.compile(dialect=connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        if compiled._bind_processors or compiled.post_compile_params or compiled.literal_execute_params:
            return None
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        names = compiled.positiontup
        if names is None:
            return compiled.string, (lambda values: {**fixed, **values}) if fixed else dict
        order = tuple(names)
        if not fixed:
            return compiled.string, itemgetter(*order) if len(order) > 1 else lambda values: (values[order[0]],)
        return compiled.string, lambda values: [values[name] if name in values else fixed[name] for name in order]


Parameters = Mapping[str, BindParameter[Any]]
"""The parameters of one row by column."""

MOST = 16
"""Rows in one statement; each number of rows is a statement of its own, which is compiled when it first comes."""


class PreparedRows:
    """One statement about many rows, which may run in any database.

    `make` makes it out of the name of a dialect and the parameters of each row, which take no more than texts and
    numbers. Rows are tuples in the order of `columns`. Of many rows, `MOST` at a time are in one statement.
    """

    def __init__(self, make: Callable[[str, Sequence[Parameters]], Statement], columns: Sequence[str]) -> None:
        self._make = make
        self._columns = tuple(columns)
        self._compiled: dict[tuple[str, int], Compiled] = {}

    def run(self, line: OnDriver, rows: Sequence[Row]) -> None:
        """Run it for the rows; it gives none."""
        for start in range(0, len(rows), MOST):
            self._execute(line, rows[start : start + MOST]).close()

    def all(self, line: OnDriver, rows: Sequence[Row]) -> list[Row]:
        """Run it for the rows and give all rows it brings, in any order."""
        found: list[Row] = []
        for start in range(0, len(rows), MOST):
            cursor = self._execute(line, rows[start : start + MOST])
            found += cursor.fetchall()
            cursor.close()
        return found

    def run_each(self, line: OnDriver, rows: Sequence[Row]) -> None:
        """Run it for one row after the other; it gives none."""
        text, arrange = self._for(line, 1)
        cursor = line.driver.cursor()
        cursor.executemany(text, [arrange(row) for row in rows])
        cursor.close()

    def _execute(self, line: OnDriver, rows: Sequence[Row]) -> Any:
        text, arrange = self._for(line, len(rows))
        return line.driver.execute(text, arrange(tuple(chain.from_iterable(rows))))

    def _for(self, line: OnDriver, rows: int) -> Compiled:
        key = (line.database, rows)
        if key not in self._compiled:
            self._compiled[key] = self._compile(line, rows)
        return self._compiled[key]

    def _compile(self, line: OnDriver, rows: int) -> Compiled:
        parameters = [_parameters(self._columns, row) for row in range(rows)]
        compiled = self._make(line.database, parameters).compile(dialect=line.connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        assert not compiled._bind_processors, "a value here that a driver does not take as it is"
        given = [parameter.key for row in parameters for parameter in row.values()]
        wanted = compiled.positiontup
        if wanted is None:
            return compiled.string, lambda values: dict(zip(given, values, strict=True))
        if wanted == given:
            return compiled.string, tuple
        return compiled.string, itemgetter(*(given.index(name) for name in wanted))


def _parameters(columns: Sequence[str], row: int) -> Parameters:
    return {name: bindparam(f"{name}_{row}") for name in columns}
