"""The tests of the store once more, on PostgreSQL, and what only PostgreSQL can get wrong."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from csms_core.store import Store, StoreError, tags
from csms_core.store.database import dialect
from csms_core.v16.store import transactions
from ocppj.times import moment
from tests.csms_core.store.test_store import *  # noqa: F403  # the same tests, collected here with another `url`
from tests.csms_core.support import booking
from tests.csms_core.support.postgresql import Server

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("postgresql")]  # type: ignore[assignment]  # instead

del test_sqlite_flushes_every_commit, test_a_database_that_cannot_be_opened_is_one_sentence  # noqa: F821
del test_the_tables_and_bookings_compile_for_postgresql  # noqa: F821

NOW = moment("2026-11-21T10:00:00Z")
START = {"connectorId": 1, "idTag": "GOOD", "meterStart": 100, "timestamp": "2026-11-21T10:00:00Z"}


@pytest.fixture  # type: ignore[no-redef]  # instead of that of the other module
def url(postgresql_url: str) -> str:
    return postgresql_url


async def test_when_the_commit_fails_nobody_is_told_that_it_was_stored(store: Store) -> None:  # type: ignore[no-redef]
    def spoil(connection: Any) -> None:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"))
        connection.execute(text("INSERT INTO child VALUES (1)"))  # found out at COMMIT

    with pytest.raises(Exception, match="foreign key"):
        await store.write(spoil)

    await store.write(lambda c: tags.put(c, tags.Tag("AFTER")))
    assert [tag.id_tag for tag in await store.read(tags.listing)] == ["AFTER"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
async def test_every_spelling_of_the_scheme_means_psycopg(url: str, scheme: str) -> None:
    engine = dialect.open_engine(url.replace("postgresql+psycopg", scheme, 1))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()


async def test_a_commit_waits_for_the_disk_even_where_the_server_would_not(url: str, postgresql_server: Server) -> None:
    database = url.partition("?")[0].rpartition("/")[2]
    postgresql_server.administer(f'ALTER DATABASE "{database}" SET synchronous_commit = off')
    store = await Store.open(url)

    def setting(connection: Any) -> Any:
        return connection.execute(text("SHOW synchronous_commit")).scalar()

    assert await store.read(setting) == "on"
    assert await store.write(setting) == "on"
    await store.close()


async def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Any) -> None:
    with pytest.raises(StoreError, match="check that the server runs") as refused:
        await Store.open(f"postgresql://who:secret@/nothing?host={tmp_path}")

    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("transaction_id", [0, -1, 2**31, 2**63, -(2**70)])
async def test_tx_02_an_odd_transaction_id_does_not_stop_the_answer(store: Store, transaction_id: int) -> None:
    stop = {"transactionId": transaction_id, "meterStop": 2**40, "timestamp": "2026-11-21T11:00:00Z"}
    values = [{"timestamp": "2026-11-21T10:30:00Z", "sampledValue": [{"value": "1"}]}]
    meter = {"connectorId": 2**40, "transactionId": transaction_id, "meterValue": values}

    await store.write(lambda c: booking.stop(c, "S", stop, NOW))
    await store.write(lambda c: booking.values(c, "S", meter, NOW))
    assert await store.read(lambda c: transactions.find(c, transaction_id)) is None


async def test_tx_02_an_odd_start_does_not_stop_the_answer(store: Store) -> None:
    odd = START | {"idTag": "A\0B", "connectorId": 2**70, "meterStart": -(2**70), "reservationId": 2**40}
    odd["timestamp"] = "0000-01-01T00:00:00." + "0" * 100 + "Z"

    first = await store.write(lambda c: booking.start(c, "S", odd, NOW))

    assert first[1] == {"status": "Invalid"}
    assert await store.write(lambda c: booking.start(c, "S", odd, NOW)) == first
    assert await store.look_up(lambda c: tags.find(c, "A\0B")) is None


async def test_a_lost_connection_loses_nothing_that_was_acknowledged(store: Store) -> None:
    """The connection dies between two bookings of one transaction: both are made, on a new connection."""
    cut = False

    def die(connection: Any) -> None:
        nonlocal cut
        if not cut:
            cut = True
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    def book(connection: Any) -> Any:
        first = booking.start(connection, "S", START, NOW)
        die(connection)
        return first, booking.start(connection, "S", START | {"meterStart": 7}, NOW)

    first, second = await store.write(book)

    found = {booked.transaction_id: booked.meter_start for booked in await store.read(transactions.listing)}
    assert cut
    assert found == {first[0]: 100, second[0]: 7}
