"""Whatever order messages come in, and however often: each is booked once (OCPP 1.6 §3.7, TX-05, TX-18, TX-09).

The messages of some sessions are dealt out in any order that a station can bring about: a message that names a
transactionId comes after the StartTransaction that brought it, everything else may come late, early and again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from csms_core.store import clock, codec, rounds
from csms_core.store.line import Line
from csms_core.store.rounds import Job
from csms_core.store.tables import metadata
from csms_core.v16.store import meter_values, starts, stops, tables, transactions
from ocppj.times import timestamp
from tests.csms_core.support import booking

RECEIVED = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
BEGIN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

UNKNOWN = -1
"""transactionId of a station that never got one (OCPP 1.6 errata 3.18)."""


@dataclass(frozen=True)
class Session:
    """What a station has to tell of one session."""

    identity: str
    connector: int
    minute: int
    register: int
    values: int
    data: int
    id_known: bool

    @property
    def began(self) -> datetime:
        return BEGIN + timedelta(minutes=self.minute)

    def start(self) -> dict[str, Any]:
        at = timestamp(self.began)
        return {"connectorId": self.connector, "idTag": "TAG", "meterStart": self.register, "timestamp": at}

    def meter(self, number: int) -> dict[str, Any]:
        values = [self._value(number), self._value(number)]  # the same twice in one message is two values
        return {"connectorId": self.connector, "meterValue": values}

    def stop(self) -> dict[str, Any]:
        payload: dict[str, Any] = {"meterStop": self.register, "timestamp": timestamp(self.began + timedelta(hours=1))}
        if self.data:
            payload["transactionData"] = [self._value(number) for number in range(self.data)]
        return payload

    def _value(self, number: int) -> dict[str, Any]:
        at = timestamp(self.began + timedelta(seconds=10 * number))
        return {"timestamp": at, "sampledValue": [{"value": str(self.register)}]}


sessions = st.lists(
    st.builds(
        Session,
        identity=st.sampled_from(["A", "B"]),
        connector=st.integers(1, 2),
        minute=st.integers(0, 3),
        register=st.integers(0, 2),
        values=st.integers(0, 2),
        data=st.integers(0, 2),
        id_known=st.booleans(),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda s: (s.identity, s.connector, s.minute, s.register),
)

Message = tuple[int, str, int]
"""Number of the session, kind, number within the session."""


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Session], list[Message]]:
    """Sessions and their messages: every one at least once, in any order, some of them again."""
    told = draw(sessions)
    messages: list[Message] = []
    for number, session in enumerate(told):
        messages += [(number, "start", 0), (number, "stop", 0)]
        messages += [(number, "meter", value) for value in range(session.values)]
    again = draw(st.lists(st.sampled_from(messages), max_size=10))
    return told, draw(st.permutations(messages + again))


@dataclass
class Books:
    """What the CSMS was told, and how the store answered. Messages are booked in groups, as the writer gathers them."""

    line: Line
    group: int = 1
    ids: dict[int, int] = field(default_factory=dict)
    _waiting: list[tuple[int | None, Job]] = field(default_factory=list)

    def deliver(self, number: int, session: Session, kind: str, value: int) -> None:
        """Deliver one message. One that names a transactionId waits until the station has it."""
        if kind == "start":
            self._start(number, session)
            return
        if session.id_known and number not in self.ids:
            self._start(number, session)
            self.book()
        transaction_id = self.ids[number] if session.id_known else UNKNOWN
        if kind == "meter":
            payload = session.meter(value) | {"transactionId": transaction_id}
            self._submit(None, meter_values.book, meter_values.MeterValues(session.identity, payload, RECEIVED))
        else:
            payload = session.stop() | {"transactionId": transaction_id}
            self._submit(None, stops.book, stops.Stop(session.identity, payload, RECEIVED))

    def book(self) -> None:
        """Book what waits."""
        waiting, self._waiting = self._waiting, []
        number_of = {id(job): number for number, job in waiting}
        for job, answer, _ in rounds.run(self.line, [job for _, job in waiting]):
            number = number_of[id(job)]
            if number is not None:
                assert self.ids.setdefault(number, answer[0]) == answer[0], "a repetition got another transactionId"

    def _start(self, number: int, session: Session) -> None:
        start = starts.Start(session.identity, session.start(), {"status": "Accepted"}, RECEIVED)
        self._submit(number, starts.book, start)

    def _submit(self, number: int | None, batch: Any, message: Any) -> None:
        nobody: Any = None  # waits for it
        self._waiting.append((number, Job(batch, message, nobody, nobody)))
        if len(self._waiting) >= self.group:
            self.book()


@settings(max_examples=150, deadline=None)
@given(dealt=deliveries(), group=st.integers(1, 8))
def test_tx_05_tx_18_every_message_is_booked_once_in_any_order(
    dealt: tuple[list[Session], list[Message]], group: int
) -> None:
    told, messages = dealt
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        books = Books(Line.over(connection), group)
        for number, kind, value in messages:
            books.deliver(number, told[number], kind, value)
        books.book()

        check_starts_and_stops(connection, told, books.ids)
        check_unmatched_stops(connection, told)
        check_values(connection, told, books.ids)
    engine.dispose()


def check_starts_and_stops(connection: Connection, told: list[Session], ids: dict[int, int]) -> None:
    booked = {row.transaction_id: row for row in connection.execute(select(tables.transactions))}
    assert len(booked) == len(told) == len(set(ids.values()))
    for number, session in enumerate(told):
        row = booked[ids[number]]
        assert (row.identity, row.connector_id, row.meter_start) == (
            session.identity,
            session.connector,
            session.register,
        )
        assert row.started_at == clock.normal(session.start()["timestamp"]), "TX-05: its own time, not that of arrival"
        ended = clock.normal(session.stop()["timestamp"]) if session.id_known else None
        assert (row.stopped_at if row.ended_by is None else None) == ended
        place = (row.identity, row.connector_id)
        later = [n for n, other in enumerate(told) if (other.identity, other.connector) == place and ids[n] > row[0]]
        assert row.ended_by is None or later, "only a later start at its connector shows an end here"


def check_unmatched_stops(connection: Connection, told: list[Session]) -> None:
    kept = Counter((row.identity, row.payload) for row in connection.execute(select(tables.unmatched_stops)))
    expected = {
        (session.identity, codec.to_text(session.stop() | {"transactionId": UNKNOWN}))
        for session in told
        if not session.id_known
    }
    assert kept == Counter(expected)


def check_values(connection: Connection, told: list[Session], ids: dict[int, int]) -> None:
    kept = Counter(
        (row.identity, row.connector_id, row.transaction_id, row.measured_at, row.sampled_value)
        for row in connection.execute(select(tables.meter_values))
    )
    expected: set[tuple[Any, ...]] = set()
    for number, session in enumerate(told):
        transaction_id = ids[number] if session.id_known else UNKNOWN
        for value in range(session.values):
            expected |= spelled("meter", session, session.connector, transaction_id, session.meter(value)["meterValue"])
        connector = session.connector if session.id_known else None
        data = session.stop().get("transactionData", [])
        expected |= spelled(str(session.stop()), session, connector, transaction_id, data)
    assert kept == Counter(row[2:] for row in expected)


def spelled(
    message: str, session: Session, connector: int | None, transaction_id: int, values: list[dict[str, Any]]
) -> set[tuple[Any, ...]]:
    """Rows of a message, and the message and the place in it: what says the same is the same."""
    where = (session.identity, connector, transaction_id)
    return {
        (message, place, *where, clock.normal(value["timestamp"]), codec.to_text(value["sampledValue"]))
        for place, value in enumerate(values)
    }


@pytest.mark.parametrize("member", ["idTag", "reason", "transactionData"])
def test_tx_09_stops_without_a_transaction_id_are_told_apart_by_what_they_say(member: str) -> None:
    stop = {"transactionId": UNKNOWN, "meterStop": 0, "timestamp": "2026-11-21T10:00:00Z"}
    value = [{"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": "1"}]}]
    other = stop | {member: {"idTag": "TAG", "reason": "PowerLoss", "transactionData": value}[member]}
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        for payload in (stop, other, stop, other):
            booking.stop(connection, "S", payload, RECEIVED)

        assert len(connection.execute(select(tables.unmatched_stops)).all()) == 2
    engine.dispose()


def test_the_values_of_a_stop_are_kept_beside_equal_ones_that_came_before_it() -> None:
    value = [{"timestamp": "2026-11-21T10:30:00Z", "sampledValue": [{"value": "1"}]}]
    session = Session("S", 1, 0, 0, 0, 0, True)
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        books = Books(Line.over(connection))
        books.deliver(0, session, "start", 0)
        meter = {"connectorId": 1, "transactionId": books.ids[0], "meterValue": value}
        booking.values(connection, "S", meter, RECEIVED)
        stop = {"transactionId": books.ids[0], "meterStop": 1, "timestamp": "2026-11-21T11:00:00Z"}
        booking.stop(connection, "S", stop | {"transactionData": value}, RECEIVED)

        booked = transactions.find(connection, books.ids[0])
        assert booked is not None
        assert len(transactions.values_of(connection, booked)) == 2
    engine.dispose()
