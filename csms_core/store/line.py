"""The connection the writer works on, and what is known of the database as long as nobody else changes it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from csms_core.store import dialect

ROOM = 50_000
"""Running transactions remembered."""


class Line:
    """A connection, and that of the driver below it, which has `execute` with sqlite3 and psycopg alike.

    `running` (station and connector by transactionId, not all of them), `tx_profiles` (whether there are charging
    profiles that end with a transaction; None: not known) and `open_reservations` (whether there are any; None: not
    known) are true as long as nothing but batches work on the line; see `forget`. When a transaction fails, the line is
    given up.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.database = connection.dialect.name
        self.driver: Any = connection.connection.driver_connection
        self.running: dict[int, tuple[str, int]] = {}
        self.tx_profiles: bool | None = None
        self.open_reservations: bool | None = None
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

    def remember(self, transaction_id: int, identity: str, connector_id: int) -> None:
        """A transaction runs."""
        if len(self.running) >= ROOM:
            self.running.clear()
        self.running[transaction_id] = (identity, connector_id)

    def forget(self) -> None:
        """Something else than a batch was run, and may have changed anything."""
        self.running.clear()
        self.tx_profiles = None
        self.open_reservations = None
