"""The store: groups of writes share a commit, one bad write spoils no other, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateTable

from csms_core.store import Store, StoreClosed, StoreError, stations, tags
from csms_core.store.database import dialect, sqlite_file
from csms_core.store.tables import layout, metadata
from csms_core.store.tables import tags as tag_table

pytestmark = pytest.mark.asyncio


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/csms.db"


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await Store.open(url)
    yield store
    await store.close()


async def test_writes_that_wait_share_a_commit(store: Store) -> None:
    started, go = threading.Event(), threading.Event()

    def hold(connection: Any) -> None:
        started.set()
        go.wait(5)

    holding = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(started.wait, 5)
    writes = [asyncio.create_task(store.write(partial(tags.put, tag=tags.Tag(f"T{n}")))) for n in range(100)]
    await asyncio.sleep(0)  # lets every task put its job into the queue
    go.set()
    await asyncio.gather(holding, *writes)

    assert store.writer.commits == 2
    assert len(await store.read(tags.listing)) == 100


async def test_a_write_that_fails_is_undone_alone(store: Store) -> None:
    def half(connection: Any) -> None:
        tags.put(connection, tags.Tag("HALF"))
        raise RuntimeError("on purpose")

    good, bad, also_good = await asyncio.gather(
        store.write(lambda c: tags.put(c, tags.Tag("ONE"))),
        store.write(half),
        store.write(lambda c: tags.put(c, tags.Tag("TWO"))),
        return_exceptions=True,
    )

    assert (good, str(bad), also_good) == (None, "on purpose", None)
    assert [tag.id_tag for tag in await store.read(tags.listing)] == ["ONE", "TWO"]


async def test_when_the_commit_fails_nobody_is_told_that_it_was_stored(store: Store) -> None:
    def spoil(connection: Any) -> None:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"))
        connection.execute(text("INSERT INTO child VALUES (1)"))  # found out at COMMIT

    with pytest.raises(Exception, match="FOREIGN KEY"):
        await store.write(spoil)

    await store.write(lambda c: tags.put(c, tags.Tag("AFTER")))
    assert [tag.id_tag for tag in await store.read(tags.listing)] == ["AFTER"]


async def test_more_than_a_group_is_written_in_several(url: str) -> None:
    store = await Store.open(url)
    store.writer._group = 20
    writes = [store.write(partial(tags.put, tag=tags.Tag(f"T{n}"))) for n in range(50)]

    await asyncio.gather(*writes)

    assert len(await store.read(tags.listing)) == 50
    assert store.writer.commits == 3
    await store.close()


async def test_a_write_is_stored_even_when_its_submitter_gave_up(store: Store) -> None:
    started, go = threading.Event(), threading.Event()

    def hold(connection: Any) -> None:
        started.set()
        go.wait(5)
        tags.put(connection, tags.Tag("KEPT"))

    task = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(started.wait, 5)
    task.cancel()
    go.set()
    await asyncio.gather(task, return_exceptions=True)
    await store.write(lambda c: None)

    assert task.cancelled()
    assert await store.read(lambda c: tags.find(c, "kept")) == tags.Tag("KEPT")


async def test_closing_finishes_what_was_submitted_and_takes_no_more(url: str) -> None:
    store = await Store.open(url)
    writing = asyncio.create_task(store.write(lambda c: tags.put(c, tags.Tag("LAST"))))
    await asyncio.sleep(0)  # lets the task put its job into the queue
    await store.close()
    await writing

    with pytest.raises(StoreClosed):
        await store.write(lambda c: None)
    again = await Store.open(url)
    assert await again.read(lambda c: tags.find(c, "LAST")) == tags.Tag("LAST")
    await again.close()


async def test_sqlite_flushes_every_commit(store: Store) -> None:
    def pragmas(connection: Any) -> list[Any]:
        return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]

    assert await store.read(pragmas) == ["wal", 2]


async def test_a_database_of_another_layout_is_refused(url: str, store: Store) -> None:
    await store.write(lambda c: c.execute(layout.delete()))
    await store.write(lambda c: c.execute(insert(layout).values(version=99)))

    with pytest.raises(StoreError, match=r"has layout 99, this version reads layouts 1 to [0-9]+; update plugproof"):
        await Store.open(url)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("sqlite:////no/such/folder/csms.db", "unable to open database file; check that the folder exists"),
        ("nonsense", "cannot be used"),
        ("nosuch://host/db", "cannot be used"),
    ],
)
async def test_a_database_that_cannot_be_opened_is_one_sentence(bad: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as refused:
        await Store.open(bad)

    assert "\n" not in str(refused.value)


async def test_putting_a_station_again_changes_only_what_is_given(store: Store) -> None:
    await store.write(lambda c: stations.put(c, "S", "now", interval=7))
    await store.write(lambda c: stations.put(c, "S", "later", registration="Pending"))
    await store.write(lambda c: stations.put(c, "S", "later"))

    assert await store.read(lambda c: stations.find(c, "S")) == stations.Station("S", "Pending", 7)


async def test_the_tables_and_bookings_compile_for_postgresql() -> None:
    for table in metadata.sorted_tables:
        assert f"CREATE TABLE {table.name}" in str(CreateTable(table).compile(dialect=postgresql.dialect()))
    statement = dialect._upsert("postgresql", tag_table, ("folded", "status"), ("folded",))
    compiled = str(statement._statement.compile(dialect=postgresql.dialect()))

    assert "ON CONFLICT (folded) DO UPDATE SET status = excluded.status" in compiled


real = os.path.realpath
SPELLINGS = {
    "absolute": "sqlite:///{folder}/csms.db",
    "relative": "sqlite:///csms.db",
    "driver": "sqlite+pysqlite:///{folder}/csms.db",
    "dots": "sqlite:///{folder}/../data/csms.db",
    "link to nothing yet": "sqlite:///{folder}/link",
    "colon": "sqlite:///file:csms.db",  # without uri=true a name like any other
    "uri": "sqlite:///file:{folder}/csms.db?uri=true",
    "uri by another word": "sqlite:///file:{folder}/csms.db?uri=1&mode=rwc&cache=private",
    "uri with two slashes": "sqlite:///file://{folder}/csms.db?uri=true",
    "uri with a host": "sqlite:///file://localhost{folder}/csms.db?uri=true",
    "relative uri": "sqlite:///file:csms.db?uri=true",
    "escaped uri": "sqlite:///file:{folder}/%63sms%2Edb?uri=true",
    "fragment": "sqlite:///file:{folder}/csms.db#here?uri=true",
    "uri of a link": "sqlite:///file:{folder}/link?uri=true",
    "uri that is a path": "sqlite:///csms.db?uri=true",
}


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_database_is_its_owners_alone_from_its_creation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    """It holds keys. With nothing masked, a file would be everybody's, those beside it included."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.chdir(folder)
    os.symlink("csms.db", "link")
    url = SPELLINGS[spelling].format(folder=folder)
    masked = os.umask(0)
    try:
        store = await Store.open(url)
        await store.write(lambda c: stations.put(c, "S", ""))
        at = await store.read(lambda c: c.exec_driver_sql("PRAGMA database_list").all()[0][2])
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in os.scandir() if file.name != "link"}
        await store.close()
    finally:
        os.umask(masked)

    name = "file:csms.db" if spelling == "colon" else "csms.db"
    assert modes == dict.fromkeys((name, f"{name}-wal", f"{name}-shm"), 0o600)
    assert real(str(sqlite_file.file_of(make_url(url)))) == real(at) == f"{folder}/{name}", "where SQLite says it is"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:x.db?uri=true&mode=memory",
        "sqlite:///file:/x.db?uri=true&vfs=memdb",
    ],
)
async def test_a_database_in_memory_makes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.chdir(tmp_path)
    sqlite_file.make_private(make_url(url))

    assert os.listdir() == []
    assert sqlite_file.file_of(make_url(url)) is None


async def test_a_database_that_is_not_to_be_made_is_not(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        await Store.open(f"sqlite:///file:{tmp_path}/csms.db?uri=true&mode=rw")

    assert os.listdir(tmp_path) == []


async def test_a_database_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "csms.db").touch(mode=0o640)
    mode = (tmp_path / "csms.db").stat().st_mode

    await (await Store.open(f"sqlite:///{tmp_path}/csms.db")).close()

    assert (tmp_path / "csms.db").stat().st_mode == mode
