"""Bookings of one kind are made together: in the order of each station, and as if each had been alone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from sqlalchemy import select

from csms_core.store import Store, codec, groups, rounds, stations, tags
from csms_core.store.database.prepared import MOST
from csms_core.store.line import Ended
from csms_core.store.lookaside import Lookaside
from csms_core.store.rounds import Job
from csms_core.v16.store import (
    charging_profiles,
    ends,
    meter_values,
    notes,
    starts,
    statuses,
    stops,
    tables,
    transactions,
)
from ocppj.times import moment, timestamp

NOW = moment("2026-11-21T10:00:00Z")
ACCEPTED = {"status": "Accepted"}
START = {"connectorId": 1, "idTag": "GOOD", "meterStart": 100, "timestamp": "2026-11-21T10:00:00Z"}
STOP = {"meterStop": 900, "timestamp": "2026-11-21T11:00:00Z"}
VALUE = {"timestamp": "2026-11-21T10:30:00Z", "sampledValue": [{"value": "1", "unit": "Wh", "context": "Other"}]}


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


def started(identity: str, **changes: Any) -> starts.Start:
    return starts.Start(identity, START | changes, dict(ACCEPTED), NOW)


def stopped(identity: str, transaction_id: int, **changes: Any) -> stops.Stop:
    return stops.Stop(identity, {"transactionId": transaction_id, **STOP, **changes}, NOW)


async def keep_profile(store: Store, identity: str, profile: dict[str, Any]) -> None:
    """What a station has on its connector 1."""
    await store.write(lambda c: charging_profiles.book_set(c, identity, 1, profile, "now"))


async def together(store: Store, batch: Any, bookings: Sequence[Any]) -> list[Any]:
    """Book them so that they share a commit."""
    commits = store.writer.commits
    answers = await asyncio.gather(*(store.book(batch, booking) for booking in bookings))
    assert store.writer.commits == commits + 1
    return answers


# --- stations ---------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_strangers_are_made_known_together_as_far_as_there_is_room(store: Store) -> None:
    await store.write(lambda c: stations.put(c, "KNOWN", "earlier"))
    names = [f"NEW-{number:02d}" for number in range(MOST + 3)]

    strangers = [stations.Stranger(identity, "now", MOST + 2) for identity in ("KNOWN", *names)]
    assert await together(store, stations.enrol, strangers) == [True] * (MOST + 2) + [False] * 2

    again = await together(store, stations.enrol, [strangers[1], strangers[-1], strangers[0]])
    assert again == [True, False, True], "who is known stays, however many there are"
    listed = await store.read(stations.listing)
    assert [each.identity for each in listed] == ["KNOWN", *names[: MOST + 1]]


@pytest.mark.asyncio
async def test_boots_are_booked_together(store: Store) -> None:
    names = [f"S-{number}" for number in range(3)]
    await together(store, stations.enrol, [stations.Stranger(identity, "now", 10) for identity in names])

    boots = [stations.Boot(each, "1.6", {"chargePointModel": each}, "Accepted", f"at {each}") for each in names[:2]]
    await together(store, stations.book_boots, boots)

    found = await store.read(stations.listing)
    assert [(each.booted_as, each.booted_at, each.boot, each.ocpp) for each in found] == [
        ("Accepted", "at S-0", {"chargePointModel": "S-0"}, "1.6"),
        ("Accepted", "at S-1", {"chargePointModel": "S-1"}, "1.6"),
        (None, None, None, None),
    ]


# --- rounds -----------------------------------------------------------------------------------------------------------


class Note(NamedTuple):
    """A booking that is only looked at."""

    identity: str
    number: int


class Line:
    """Stands for a line on which nothing is asked."""

    connection = None

    def __init__(self) -> None:
        self.forgotten = 0

    def forget(self) -> None:
        self.forgotten += 1


def job(batch: Any, task: Any) -> Job:
    nobody: Any = None
    return Job(batch, task, nobody, nobody)


def test_bookings_of_a_kind_are_made_in_one_go() -> None:
    calls: list[list[int]] = []

    def batch(line: Any, notes: Sequence[Note]) -> list[int]:
        calls.append([note.number for note in notes])
        return [note.number * 10 for note in notes]

    line: Any = Line()
    outcomes = rounds.run(line, [job(batch, Note(f"S{n}", n)) for n in range(5)])

    assert calls == [[0, 1, 2, 3, 4]]
    assert [(one.task.number, value) for one, value, _ in outcomes] == [(n, n * 10) for n in range(5)]
    assert line.forgotten == 0


def test_the_order_of_each_station_stays_as_it_was() -> None:
    made: list[tuple[str, Note]] = []

    def kind(name: str) -> Any:
        def batch(line: Any, notes: Sequence[Note]) -> list[None]:
            made.extend((name, note) for note in notes)
            return [None] * len(notes)

        return batch

    one, two = kind("one"), kind("two")
    given = [(two, "A"), (one, "B"), (one, "A"), (two, "B"), (one, "C"), (two, "A"), (one, "A")]
    line: Any = Line()
    rounds.run(line, [job(batch, Note(identity, number)) for number, (batch, identity) in enumerate(given)])

    numbers = {identity: [note.number for _, note in made if note.identity == identity] for identity in "ABC"}
    assert numbers == {"A": [0, 2, 5, 6], "B": [1, 3], "C": [4]}


def test_any_other_job_stays_where_it_is_and_makes_the_line_forget() -> None:
    made: list[int] = []

    def batch(line: Any, notes: Sequence[Note]) -> list[None]:
        made.extend(note.number for note in notes)
        return [None] * len(notes)

    line: Any = Line()
    jobs = [job(batch, Note("A", 0)), job(None, lambda connection: made.append(1)), job(batch, Note("B", 2))]
    rounds.run(line, jobs)

    assert made == [0, 1, 2]
    assert line.forgotten == 1


# --- the writer -------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_booking_that_fails_is_undone_alone(store: Store) -> None:
    def batch(line: Any, notes: Sequence[Note]) -> list[int]:
        for note in notes:
            tags.put(line.connection, tags.Tag(note.identity))
        if any(note.number < 0 for note in notes):
            raise RuntimeError("on purpose")
        return [note.number for note in notes]

    bookings = [Note("A", 1), Note("B", -1), Note("C", 3)]
    answers = await asyncio.gather(*(store.book(batch, note) for note in bookings), return_exceptions=True)

    assert [str(answer) for answer in answers] == ["1", "on purpose", "3"]
    assert [tag.id_tag for tag in await store.read(tags.listing)] == ["A", "C"]


@pytest.mark.asyncio
async def test_what_was_undone_is_not_remembered(store: Store) -> None:
    """A transaction that was undone after it was booked does not run: its stop is one of an unknown transaction."""
    ids: list[int] = []

    def fails_late(line: Any, bookings: Sequence[Any]) -> list[Any]:
        ids.extend(transaction_id for transaction_id, _ in starts.book(line, bookings))
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await store.book(fails_late, started("A"))
    for transaction_id in ids:
        await store.book(stops.book, stopped("A", transaction_id))

    assert await store.read(transactions.listing) == []
    aside = await store.read(lambda c: c.execute(select(tables.unmatched_stops.c.transaction_id)).scalars().all())
    assert sorted(aside) == sorted(set(ids))


@pytest.mark.asyncio
async def test_when_many_come_the_first_waits_for_the_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    later: list[tuple[float, Any]] = []
    loop = asyncio.get_running_loop()
    await together(store, starts.book, [started(f"S{n}") for n in range(groups.CROWD)])
    commits = store.writer.commits

    monkeypatch.setattr(loop, "call_later", lambda delay, call: later.append((delay, call)))
    bookings = [store.book(starts.book, started("LATE"))]
    await asyncio.sleep(0)
    bookings.append(store.book(starts.book, started("LATER")))
    ((delay, call),) = later
    call()
    await asyncio.gather(*bookings)

    assert delay == groups.PAUSE
    assert store.writer.commits == commits + 1
    assert not store.writer._crowded


# --- starts -----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_tx_05_new_starts_and_repetitions_in_one_go(store: Store) -> None:
    first = await together(store, starts.book, [started(f"S{n}") for n in range(3)])
    again = await together(store, starts.book, [started(f"S{n}", meterStart=100 + n % 2) for n in range(5)])

    assert [again[0], again[2]] == [first[0], first[2]]
    ids = {transaction_id for transaction_id, _ in first + again}
    assert len(ids) == 6
    booked = await store.read(transactions.listing)
    assert {one.transaction_id for one in booked} == ids
    assert {(one.identity, one.transaction_id) for one in booked if one.meter_start == 101} == {
        ("S1", again[1][0]),
        ("S3", again[3][0]),
    }


@pytest.mark.asyncio
async def test_a_repetition_gets_what_the_first_was_answered(store: Store) -> None:
    blocked = started("S")._replace(id_tag_info={"status": "Blocked"})
    first = await store.book(starts.book, blocked)

    assert await store.book(starts.book, started("S")) == first == (first[0], {"status": "Blocked"})


@pytest.mark.asyncio
async def test_more_starts_than_fit_into_one_statement(store: Store) -> None:
    answers = await together(store, starts.book, [started(f"S{n}") for n in range(2 * MOST + 3)])

    booked = {one.transaction_id: one.identity for one in await store.read(transactions.listing)}
    assert [booked[transaction_id] for transaction_id, _ in answers] == [f"S{n}" for n in range(2 * MOST + 3)]


@pytest.mark.asyncio
async def test_of_starts_in_one_go_the_second_with_a_tag_is_concurrent(store: Store) -> None:
    bookings = [started(f"S{n}", idTag=tag)._replace(concurrent=False) for n, tag in enumerate(("X", "Y", "x"))]
    answers = await together(store, starts.book, bookings)

    assert [info["status"] for _, info in answers] == ["Accepted", "Accepted", "ConcurrentTx"]


# --- stops ------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.parametrize("forgotten", [False, True])
async def test_tx_18_stops_in_one_go(store: Store, forgotten: bool) -> None:
    """One each: of a running transaction, of another station's, its repetition, a contradiction, an unknown one."""
    ids = {name: (await store.book(starts.book, started(name)))[0] for name in ("A", "B", "C", "D")}
    await store.book(stops.book, stopped("C", ids["C"]))
    await store.book(stops.book, stopped("D", ids["D"]))
    if forgotten:
        await store.write(lambda c: None)

    data = {"transactionData": [VALUE]}
    bookings = [
        stopped("A", ids["A"], reason="Remote", **data),
        stopped("E", ids["B"], **data),
        stopped("C", ids["C"], **data),
        stopped("D", ids["D"], meterStop=901, **data),
        stopped("F", -1, **data),
    ]
    assert await together(store, stops.book, bookings) == [None] * 5

    ended = {one.identity: (one.meter_stop, one.stop_reason) for one in await store.read(transactions.listing)}
    assert ended == {"A": (900, "Remote"), "B": (None, None), "C": (900, "Local"), "D": (900, "Local")}
    aside = await store.read(lambda c: c.execute(select(tables.unmatched_stops.c.identity)).scalars().all())
    assert sorted(aside) == ["D", "E", "F"]
    kept = select(tables.meter_values.c.identity, tables.meter_values.c.connector_id)
    values = await store.read(lambda c: [tuple(row) for row in c.execute(kept)])
    assert sorted(values, key=str) == [("A", 1), ("D", 1), ("E", None), ("F", None)]


@pytest.mark.asyncio
async def test_a_second_stop_in_the_same_go_is_one_too_many(store: Store) -> None:
    transaction_id, _ = await store.book(starts.book, started("A"))
    await together(store, stops.book, [stopped("A", transaction_id), stopped("A", transaction_id, meterStop=7)])

    (booked,) = await store.read(transactions.listing)
    assert booked.meter_stop == 900
    assert len(await store.read(lambda c: c.execute(select(tables.unmatched_stops)).all())) == 1


@pytest.mark.asyncio
async def test_sc_16_a_profile_set_after_the_start_ends_with_its_transaction(store: Store) -> None:
    """The writer knew of no such profile when the transaction began."""
    transaction_id, _ = await store.book(starts.book, started("A"))
    other, _ = await store.book(starts.book, started("B"))
    for identity in "AB":
        profile = {"chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxProfile"}
        await keep_profile(store, identity, profile)

    await together(store, stops.book, [stopped("A", transaction_id), stopped("C", other)])

    assert await store.read(lambda c: charging_profiles.listing(c, "A")) == []
    assert len(await store.read(lambda c: charging_profiles.listing(c, "B"))) == 1


# --- evident ends -----------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_sc_16_profiles_end_with_their_transactions_also_when_nobody_tells(store: Store) -> None:
    answers = await together(store, starts.book, [started(name) for name in "AB"])
    for identity, (transaction_id, _) in zip("AB", answers, strict=True):
        profile = {"chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxProfile"}
        profile |= {"transactionId": transaction_id}
        await keep_profile(store, identity, profile)

    await together(store, starts.book, [started(name, meterStart=200) for name in "AB"])

    for identity in "AB":
        assert await store.read(partial(charging_profiles.listing, identity=identity)) == []


async def _lives(store: Store, *, forgets: bool) -> list[Any]:
    """Some stations that lose many of their stops; gives what became of their transactions."""
    chance, numbers = random.Random(16), iter(range(1_000_000))
    known: dict[str, list[int]] = {name: [] for name in "ABC"}
    for _ in range(60):
        at = f"2026-11-21T{10 + next(numbers) // 3600:02}:00:{next(numbers) % 60:02}Z"
        bookings: list[Any] = []
        for name, its in known.items():
            connector = chance.randint(1, 3)
            kind = chance.choice(["start", "start", "stop", "late", "free"])
            if kind in ("stop", "late") and its:
                bookings.append((stops.book, stopped(name, its.pop() if kind == "stop" else its[0], timestamp=at)))
            elif kind == "free":
                status = {"connectorId": connector, "errorCode": "NoError", "status": "Available", "timestamp": at}
                bookings.append((statuses.book, statuses.Status(name, status, NOW)))
            else:
                start = started(name, connectorId=connector, meterStart=next(numbers), timestamp=at)
                bookings.append((starts.book, start))
        answers = await asyncio.gather(*(store.book(*each) for each in bookings))
        for (batch, booking), answer in zip(bookings, answers, strict=True):
            if batch is starts.book:
                known[booking.identity].append(answer[0])
        if forgets:
            await store.write(lambda c: None)
    ask = select(tables.transactions).order_by(tables.transactions.c.transaction_id)
    return [tuple(row) for row in await store.read(lambda c: c.execute(ask).all())]


@pytest.mark.asyncio
@pytest.mark.parametrize(("few", "room"), [(notes.FEW, notes.ROOM), (1, notes.ROOM), (notes.FEW, 2)])
async def test_what_the_writer_remembers_of_running_transactions_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, room: int
) -> None:
    other = await Store.open(f"sqlite:///{tmp_path}/other.db")
    asked = await _lives(other, forgets=True)
    await other.close()
    monkeypatch.setattr(notes, "FEW", few)
    monkeypatch.setattr(notes, "ROOM", room)

    remembered = await _lives(store, forgets=False)

    assert remembered == asked
    ends = {row[tables.transactions.c.keys().index("ended_by")] for row in remembered}
    assert ends == {None, "StartTransaction", "StatusNotification"}


@pytest.mark.asyncio
async def test_a_start_asks_for_what_runs_at_its_station_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    of_stations = ends._RUNNING.all

    def noted(*given: Any) -> Any:
        asked.append(given[1])
        return of_stations(*given)

    monkeypatch.setattr(ends._RUNNING, "all", noted)

    for number in range(3):
        await together(store, starts.book, [started(name, meterStart=number) for name in "AB"])
    assert asked == [[("A",), ("B",)]]

    await store.write(lambda c: None)
    await store.book(starts.book, started("A", meterStart=3))
    assert asked[1:] == [[("A",)]]


@pytest.mark.asyncio
async def test_an_end_that_was_undone_is_not_told(store: Store) -> None:
    told: list[Ended] = []
    store.tell_ends(told.append)
    older, _ = await store.book(starts.book, started("A"))

    def fails(given: Any, bookings: Sequence[Any]) -> list[None]:
        raise RuntimeError("on purpose")

    ended = store.book(starts.book, started("A", meterStart=200))
    failed = store.book(fails, started("B"))
    with pytest.raises(RuntimeError, match="on purpose"):
        await failed
    newer, _ = await ended

    assert told == [Ended("A", older, 1, "StartTransaction", f"Transaction {newer} has begun at this connector.")]


# --- meter values and states ------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_values_of_many_messages_are_kept_once_and_in_order(store: Store) -> None:
    def message(identity: str) -> meter_values.MeterValues:
        values = [{**VALUE, "timestamp": f"2026-11-21T10:{minute:02}:00Z"} for minute in range(MOST + 4)]
        return meter_values.MeterValues(identity, {"connectorId": 1, "transactionId": 1, "meterValue": values}, NOW)

    await store.book(starts.book, started("A"))
    await together(store, meter_values.book, [message("A"), message("B")])
    await together(store, meter_values.book, [message("B"), message("A")])

    booked = await store.read(lambda c: transactions.find(c, 1))
    assert booked is not None
    kept = await store.read(lambda c: transactions.values_of(c, booked))
    assert [value["timestamp"][14:16] for value in kept] == [f"{minute:02}" for minute in range(MOST + 4)]
    assert kept[0]["sampledValue"] == VALUE["sampledValue"]
    rows = await store.read(lambda c: c.execute(select(tables.meter_values.c.id)).all())
    assert len(rows) == 2 * (MOST + 4)


def test_the_fingerprint_of_a_message_is_that_of_all_it_says() -> None:
    at = "2026-11-21T10:30:00.000000Z"
    rows = meter_values.rows_of("MeterValues", "S", 1, 7, [VALUE, VALUE], "now")

    expected = codec.fingerprint("MeterValues", 1, 7, [(at, VALUE["sampledValue"])] * 2)
    assert [row[-1] for row in rows] == [f"{expected}.0", f"{expected}.1"]


@pytest.mark.asyncio
async def test_the_last_state_of_each_connector_is_kept(store: Store) -> None:
    def status(identity: str, connector: int, status: str) -> statuses.Status:
        payload = {"connectorId": connector, "errorCode": "NoError", "status": status}
        return statuses.Status(identity, payload, NOW)

    await store.book(statuses.book, status("A", 1, "Available"))
    told = [status("A", 1, "Preparing"), status("B", 1, "Faulted"), status("A", 2, "Available")]
    await together(store, statuses.book, [*told, status("A", 1, "Charging")])

    kept = await store.read(lambda c: statuses.listings(c, ["A", "B"]))
    states = {name: [(said["connectorId"], said["status"]) for said in its] for name, its in kept.items()}
    assert states == {"A": [(1, "Charging"), (2, "Available")], "B": [(1, "Faulted")]}
    assert kept["A"][0]["received_at"] == timestamp(NOW)


# --- tags -------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_tag_is_looked_up_once_until_something_else_was_written(store: Store) -> None:
    await store.write(lambda c: tags.put(c, tags.Tag("GOOD")))
    before = store._lookups.commits

    found = [await store.recall(tags.find, tags.fold(name)) for name in ("GOOD", "good", "OTHER", "OTHER")]
    await store.book(starts.book, started("A"))
    found.append(await store.recall(tags.find, "good"))
    assert found == [tags.Tag("GOOD"), tags.Tag("GOOD"), None, None, tags.Tag("GOOD")]
    assert store._lookups.commits == before + 2

    await store.write(lambda c: tags.put(c, tags.Tag("GOOD", "Blocked")))
    assert await store.recall(tags.find, "good") == tags.Tag("GOOD", "Blocked")
    await store.write(lambda c: tags.remove(c, "GOOD"))
    assert await store.recall(tags.find, "good") is None


class Lookups:
    """Answers what is set; something is written while the first question is under way."""

    def __init__(self) -> None:
        self.asked = 0
        self.memory = Lookaside(self)  # type: ignore[arg-type]

    async def submit(self, question: Any) -> tags.Tag | None:
        self.asked += 1
        if self.asked == 1:
            self.memory.forget()
            return tags.Tag("T", "Blocked")
        return tags.Tag("T")


@pytest.mark.asyncio
async def test_an_answer_that_was_overtaken_by_a_write_is_not_remembered() -> None:
    lookups = Lookups()

    found = [await lookups.memory.find(tags.find, "T") for _ in range(3)]
    statuses = [tag and tag.status for tag in found]
    assert (statuses, lookups.asked) == (["Blocked", "Accepted", "Accepted"], 2)


@pytest.mark.asyncio
async def test_made_up_tags_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csms_core.store.lookaside.ROOM", 5)
    memory = Lookups().memory

    for number in range(23):
        await memory.find(tags.find, f"T{number}")

    assert len(memory._known) <= 5
