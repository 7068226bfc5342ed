"""A group of bookings when something fails in the middle: who was told `stored` is stored, nobody else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csms_core.store import Store, tags

Booking = Callable[[Any], None]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/csms.db"
    return str(request.getfixturevalue("postgresql_url"))


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await Store.open(url)
    yield store
    await store.close()


def put(name: str) -> Booking:
    return lambda connection: tags.put(connection, tags.Tag(name))


def fails(name: str) -> Booking:
    """A booking that fails after it has written."""

    def book(connection: Any) -> None:
        put(name)(connection)
        raise RuntimeError("on purpose")

    return book


def ends_the_transaction(name: str) -> Booking:
    """A booking whose failure takes the transaction along, as a full disk does with SQLite."""

    def book(connection: Any) -> None:
        put(name)(connection)
        connection.exec_driver_sql("ROLLBACK")
        raise RuntimeError("on purpose")

    return book


async def in_one_group(store: Store, bookings: list[Booking]) -> list[bool]:
    """Submit the bookings so that they share a transaction; says of each whether it was acknowledged."""
    started, go = threading.Event(), threading.Event()

    def hold(connection: Any) -> None:
        started.set()
        go.wait(5)

    holding = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(started.wait, 5)
    tasks = [asyncio.create_task(store.write(booking)) for booking in bookings]
    await asyncio.sleep(0)  # lets every task put its job into the queue
    go.set()
    await holding
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    return [outcome is None for outcome in outcomes]


@pytest.mark.asyncio
@pytest.mark.parametrize("failing", [fails, ends_the_transaction])
async def test_a_failure_takes_nothing_along_that_was_acknowledged(
    store: Store, failing: Callable[[str], Booking]
) -> None:
    acknowledged = await in_one_group(store, [put("ONE"), failing("BAD"), put("TWO")])

    assert acknowledged == [True, False, True]
    assert [tag.id_tag for tag in await store.read(tags.listing)] == ["ONE", "TWO"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from([put, fails, ends_the_transaction]), min_size=1, max_size=12))
def test_acknowledged_and_stored_are_the_same(tmp_path_factory: Any, kinds: list[Callable[[str], Booking]]) -> None:
    async def run() -> None:
        store = await Store.open(f"sqlite:///{tmp_path_factory.mktemp('group')}/csms.db")
        acknowledged = await in_one_group(store, [kind(f"T{n:02}") for n, kind in enumerate(kinds)])
        stored = {tag.id_tag for tag in await store.read(tags.listing)}
        await store.close()

        assert acknowledged == [kind is put for kind in kinds]
        assert stored == {f"T{n:02}" for n, yes in enumerate(acknowledged) if yes}

    asyncio.run(run())


@pytest.mark.asyncio
async def test_a_loop_that_is_gone_does_not_stop_the_writer(store: Store) -> None:
    """A submitter on another event loop, which ends before its booking is made."""
    started, go = threading.Event(), threading.Event()

    def hold(connection: Any) -> None:
        started.set()
        go.wait(5)
        put("ORPHAN")(connection)

    def submit_and_leave() -> None:
        async def submit() -> None:
            task = asyncio.create_task(store.write(hold))
            await asyncio.to_thread(started.wait, 5)
            task.cancel()

        asyncio.run(submit())

    await asyncio.to_thread(submit_and_leave)
    go.set()
    await store.write(put("AFTER"))

    assert {tag.id_tag for tag in await store.read(tags.listing)} == {"ORPHAN", "AFTER"}
