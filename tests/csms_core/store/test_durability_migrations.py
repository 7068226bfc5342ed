"""A database of an older layout is brought up to date at the start, as a whole or not at all."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, inspect, select, text

from csms_core.store import Store, StoreError, codec, stations, tables, tags
from csms_core.store.database import migrations
from csms_core.store.database.dialect import open_engine
from csms_core.v16.store import tables as tables_16
from csms_core.v16.store import transactions
from ocppj.times import moment
from tests.csms_core.store import layout_1
from tests.csms_core.support import booking

NOW = moment("2026-11-21T12:00:00Z")
START = {"connectorId": 1, "idTag": "GOOD", "meterStart": 100, "timestamp": "2026-11-21T10:00:00Z"}
STOP = {"transactionId": -1, "meterStop": 500, "timestamp": "2026-11-21T09:00:00Z"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/csms.db"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The database, filled with layout 1."""
    layout_1.make(url)
    engine = open_engine(url)
    yield engine
    engine.dispose()


def shape(engine: Engine) -> dict[str, Any]:
    """What there is in a database, apart from its rows."""
    inspector = inspect(engine)
    found: dict[str, Any] = {}
    for name in sorted(inspector.get_table_names()):
        found[name] = {
            "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)},
            "key": inspector.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(u["column_names"] for u in inspector.get_unique_constraints(name)),
            "indexes": sorted((i["name"], i["column_names"], bool(i["unique"])) for i in inspector.get_indexes(name)),
        }
    return found


def version(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(select(tables.layout.c.version)).scalars())


async def opened_and_closed(url: str) -> None:
    await (await Store.open(url)).close()


@pytest.mark.asyncio
async def test_layout_1_becomes_what_a_new_database_is(url: str, engine: Engine) -> None:
    await opened_and_closed(url)
    migrated = shape(engine)
    assert version(engine) == [tables.LAYOUT]

    with engine.connect() as connection, connection.begin():
        there = MetaData()
        there.reflect(connection)
        there.drop_all(connection)
    await opened_and_closed(url)

    assert migrated == shape(engine)


@pytest.mark.asyncio
async def test_what_layout_1_held_is_still_there(url: str, engine: Engine) -> None:
    store = await Store.open(url)

    station = await store.read(lambda c: stations.find(c, "S"))
    assert station is not None
    assert station.booted_as == "Accepted"
    assert await store.read(lambda c: tags.find(c, "good")) == tags.Tag("GOOD")
    booked = await store.read(lambda c: transactions.find(c, 1))
    assert booked is not None
    values = await store.read(lambda c: transactions.values_of(c, booked))
    assert values == [{"timestamp": "2026-11-21T10:15:00.000000Z", "sampledValue": [{"value": "150"}]}]
    again = await store.write(lambda c: booking.start(c, "S", START, NOW))
    assert again == (1, {"status": "Accepted"})
    await store.close()


@pytest.mark.asyncio
async def test_tx_18_a_stop_kept_in_layout_1_is_still_recognised(url: str, engine: Engine) -> None:
    store = await Store.open(url)

    await store.write(lambda c: booking.stop(c, "S", STOP, NOW))
    assert await store.read(kept_aside) == 1
    await store.write(lambda c: booking.stop(c, "S", STOP | {"reason": "PowerLoss"}, NOW))
    assert await store.read(kept_aside) == 2
    await store.close()


def kept_aside(connection: Any) -> int:
    return len(connection.execute(select(tables_16.unmatched_stops.c.id)).all())


def make_layout_2(engine: Engine) -> None:
    """What version 0.1 left, as layout 2 had it, with two more starts, of which the later one was taken out by hand."""
    start = (
        "INSERT INTO transactions (identity, connector_id, folded_tag, id_tag, meter_start, started_at, id_tag_info, "
    )
    start += "start_received_at) VALUES ('S', 1, 'good', 'GOOD', {}, '2026-11-21T10:30:00.000000Z', '{{}}', 'now')"
    with engine.connect() as connection, connection.begin():
        migrations.STEPS[1](connection)
        for statement in (
            "ALTER TABLE meter_values ADD COLUMN fingerprint VARCHAR(40)",
            "CREATE UNIQUE INDEX one_booking_per_meter_value ON meter_values (identity, measured_at, fingerprint)",
            start.format(200),
            start.format(300),
            "DELETE FROM transactions WHERE transaction_id = 3",
            "UPDATE layout SET version = 2",
        ):
            connection.execute(text(statement))
        at = "2026-11-21T10:45:00.000000Z"
        fingerprint = codec.fingerprint("MeterValues", 1, 2, [(at, [{"value": "1"}])])
        connection.execute(
            text(
                "INSERT INTO meter_values (identity, connector_id, transaction_id, measured_at, sampled_value, "
                "received_at, fingerprint) VALUES ('S', 1, 2, :at, :sampled, 'now', :fingerprint)"
            ),
            {"at": at, "sampled": codec.to_text([{"value": "1"}]), "fingerprint": f"{fingerprint}.0"},
        )


@pytest.mark.asyncio
async def test_tx_18_what_layout_2_held_is_still_recognised(url: str, engine: Engine) -> None:
    make_layout_2(engine)
    store = await Store.open(url)

    values = [{"timestamp": "2026-11-21T10:45:00Z", "sampledValue": [{"value": "1"}]}]
    said = {"connectorId": 1, "transactionId": 2, "meterValue": values}
    await store.write(lambda c: booking.values(c, "S", said, NOW))
    assert len(await store.read(lambda c: c.execute(select(tables_16.meter_values.c.id)).all())) == 2
    again = START | {"meterStart": 200, "timestamp": "2026-11-21T10:30:00Z"}
    assert (await store.write(lambda c: booking.start(c, "S", again, NOW)))[0] == 2
    other = await store.write(lambda c: booking.start(c, "S", again | {"meterStart": 300}, NOW))
    assert other[0] > 3, "the id of a row that is gone is not given out again"
    assert [booked.transaction_id for booked in await store.read(transactions.listing)] == [other[0], 2, 1]
    await store.close()


@pytest.mark.asyncio
async def test_layout_2_becomes_what_a_new_database_is(url: str, engine: Engine) -> None:
    make_layout_2(engine)
    await opened_and_closed(url)
    migrated = shape(engine)

    with engine.connect() as connection, connection.begin():
        there = MetaData()
        there.reflect(connection)
        there.drop_all(connection)
    await opened_and_closed(url)

    assert migrated == shape(engine)


@pytest.mark.asyncio
async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shape(engine)

    def fail_late(connection: Any) -> None:
        migrations_of_this_version[1](connection)
        connection.execute(text("SELECT * FROM no_such_table"))

    migrations_of_this_version = migrations.STEPS
    monkeypatch.setattr(migrations, "STEPS", {**migrations_of_this_version, 1: fail_late})
    with pytest.raises(StoreError, match="no_such_table"):
        await Store.open(url)

    assert (shape(engine), version(engine)) == (before, [1])
    monkeypatch.undo()
    await opened_and_closed(url)
    assert version(engine) == [tables.LAYOUT]


@pytest.mark.asyncio
async def test_two_processes_that_start_at_once_migrate_once(url: str, engine: Engine) -> None:
    await asyncio.gather(*(opened_and_closed(url) for _ in range(4)))

    assert version(engine) == [tables.LAYOUT]


@pytest.mark.asyncio
async def test_an_empty_database_can_be_opened_by_several_at_once(url: str) -> None:
    await asyncio.gather(*(opened_and_closed(url) for _ in range(4)))

    engine = open_engine(url)
    assert version(engine) == [tables.LAYOUT]
    engine.dispose()


@pytest.mark.asyncio
@pytest.mark.parametrize("found", [0, tables.LAYOUT + 1])
async def test_a_layout_nobody_knows_is_refused_and_left_alone(url: str, engine: Engine, found: int) -> None:
    with engine.connect() as connection, connection.begin():
        connection.execute(text(f"UPDATE layout SET version = {found}"))
    before = shape(engine)

    words = f"has layout {found}, this version reads layouts 1 to {tables.LAYOUT}; update plugproof"
    with pytest.raises(StoreError, match=words) as refused:
        await Store.open(url)

    assert "\n" not in str(refused.value)
    assert (shape(engine), version(engine)) == (before, [found])


def test_every_layout_has_a_step_to_the_next() -> None:
    assert sorted(migrations.STEPS) == list(range(1, tables.LAYOUT))


def test_a_column_that_cannot_be_added_is_a_mistake_of_ours() -> None:
    column: Column[object] = Column("needed", Integer, nullable=False)
    Table("some_table", MetaData(), column)

    with pytest.raises(AssertionError, match=r"some_table.needed may not be null .* needs a step"):
        migrations._check_addable(column)


@pytest.mark.asyncio
async def test_a_driver_that_is_not_installed_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(
        StoreError, match=r"'psycopg', which is not installed; .* `pip install 'plugproof\[postgres\]'`"
    ):
        await Store.open("postgresql://127.0.0.1/nothing")
