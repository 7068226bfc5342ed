"""Statements of the messages that come all the time: compiled once, then handed straight to the database driver.

What SQLAlchemy does around every execution (looking up the compiled form, a context, a result) costs several times
what SQLite takes for the row itself. The statements are SQLAlchemy Core like all others; only their execution is not.
Drivers take and give texts and numbers as they are; a statement over anything else is executed by SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
Statement = Select[Any] | Insert | Update | Delete
_Compiled = tuple[str, Callable[[Values], Any]]
"""Text for the driver, and what arranges values as the driver wants them."""


class Prepared:
    """One statement with named parameters, which may run in any database.

    `columns` are those an INSERT fills. A connection that is in no transaction begins one, as with SQLAlchemy.
    """

    def __init__(self, statement: Statement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = None if columns is None else list(columns)
        self._compiled: dict[str, _Compiled | None] = {}

    def first(self, connection: Connection, values: Values) -> tuple[Any, ...] | None:
        """Run it and give the first row, None when there is none."""
        cursor = self._execute(connection, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
        return row

    def all(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Run it and give all rows."""
        cursor = self._execute(connection, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return rows

    def run(self, connection: Connection, values: Values) -> None:
        """Run it; it gives no rows."""
        self._execute(connection, values).close()

    def run_each(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Run it once for each row; it gives no rows."""
        compiled = self._for(connection)
        if compiled is None:
            connection.execute(self._statement, [dict(row) for row in rows])
            return
        text, arrange = compiled
        cursor = _driver(connection).cursor()
        cursor.executemany(text, [arrange(row) for row in rows])
        cursor.close()

    def _execute(self, connection: Connection, values: Values) -> Any:
        compiled = self._for(connection)
        if compiled is None:
            return connection.execute(self._statement, dict(values))
        text, arrange = compiled
        return _driver(connection).execute(text, arrange(values))

    def _for(self, connection: Connection) -> _Compiled | None:
        name = connection.dialect.name
        if name not in self._compiled:
            self._compiled[name] = self._compile(connection)
        return self._compiled[name]

    def _compile(self, connection: Connection) -> _Compiled | None:
        compiled = self._statement.compile(dialect=connection.dialect, column_keys=self._columns)
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


def _driver(connection: Connection) -> Any:
    """The connection of the driver, in a transaction; it has `execute` with sqlite3 and psycopg alike."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.driver_connection
