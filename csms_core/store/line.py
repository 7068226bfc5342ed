"""The connection the writer works on, and what is known of the database as long as nobody else changes it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection

from csms_core.store.database import dialect


class Ended(NamedTuple):
    """A transaction that was ended in the books, though its station has told no end: what showed it, and the sentence
    about that."""

    identity: str
    transaction_id: int
    connector_id: int
    ended_by: str
    evidence: str


class Line:
    """A connection, and that of the driver below it, which has `execute` with sqlite3 and psycopg alike.

    `notes` are what the batches have found out, each under a name of its own: true as long as nothing but batches work
    on the line; see `forget`. `ended` is what they have ended since the last commit. When a transaction fails, the line
    is given up.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.database = connection.dialect.name
        self.driver: Any = connection.connection.driver_connection
        self.notes: dict[str, Any] = {}
        self.ended: list[Ended] = []
        self._begin = dialect.begin_text(connection)

    @classmethod
    def over(cls, connection: Connection) -> Line:
        """A line in a transaction; a connection that is in none begins one, as with SQLAlchemy."""
        if not connection.in_transaction():
            connection.begin()
        return cls(connection)

    def begin(self) -> None:
        """Begin a transaction at the driver, which costs a tenth of what it costs through SQLAlchemy."""
        if self._begin:
            self.driver.execute(self._begin)

    def commit(self) -> None:
        """Commit what was begun so, and what SQLAlchemy thinks it has begun since."""
        transaction = self.connection.get_transaction()
        if transaction is None:
            self.driver.commit()
        else:
            transaction.commit()

    def forget(self) -> None:
        """Something else than a batch was run, and may have changed anything."""
        self.notes.clear()
