"""TransactionEvents, each booked once however often and in whatever order it is sent (E01 to E08).

An event is known by its station, its transactionId and its seqNo. What repeats one gets the answer of the first. What
uses its number for something else is kept aside among the notices of the station, for a person to look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, or_, select

from csms_core.store import codec, stations, tags
from csms_core.store.database import dialect
from csms_core.store.database.prepared import Prepared, PreparedRows
from csms_core.store.line import Line
from csms_core.v201.store import facts as folding
from csms_core.v201.store.facts import Facts, Said
from csms_core.v201.store.tables import events, transactions
from ocppj.times import timestamp

_KEY = ("identity", "transaction_id")
_NO_TOKEN = "NoAuthorization"

_FIND = PreparedRows(
    lambda database, rows: select(
        transactions.c.identity, transactions.c.last_seq_no, transactions.c.facts, transactions.c.received_at
    ).where(or_(*(and_(*(transactions.c[name] == row[name] for name in _KEY)) for row in rows))),
    _KEY,
)
_PUT = PreparedRows(
    lambda database, rows: dialect.or_change(dialect.insert(database, transactions).values(rows), rows[0], _KEY),
    (*_KEY, "folded_token", "ended_at", "last_seq_no", "facts", "received_at"),
)
_INSERT = PreparedRows(
    lambda database, rows: (
        dialect.insert(database, events)
        .values(rows)
        .on_conflict_do_nothing(index_elements=[*_KEY, "seq_no"])
        .returning(events.c.identity)
    ),
    (*_KEY, "seq_no", "payload", "id_token_info", "received_at"),
)
_BOOKED = Prepared(
    select(events.c.payload, events.c.id_token_info).where(
        *(events.c[name] == bindparam(f"this_{name}") for name in (*_KEY, "seq_no"))
    )
)
_ALL = Prepared(
    select(events.c.payload, events.c.id_token_info)
    .where(*(events.c[name] == bindparam(f"this_{name}") for name in _KEY))
    .order_by(events.c.seq_no)
)
_ELSEWHERE = Prepared(
    select(transactions.c.id)
    .where(
        transactions.c.folded_token == bindparam("token"),
        transactions.c.ended_at.is_(None),
        transactions.c.closed_at.is_(None),
        or_(
            transactions.c.identity != bindparam("this_identity"),
            transactions.c.transaction_id != bindparam("this_transaction_id"),
        ),
    )
    .limit(1)
)


class Event(NamedTuple):
    """A TransactionEvent of a station, received at a moment. `id_token_info` is what its idToken is worth then, None
    when it tells none; unless `concurrent`, an accepted token that charges elsewhere gets ConcurrentTx instead."""

    identity: str
    payload: dict[str, Any]
    id_token_info: dict[str, Any] | None
    at: datetime
    concurrent: bool = True

    @property
    def transaction_id(self) -> str:
        """Its transaction."""
        return str(self.payload["transactionInfo"]["transactionId"])


class _Known(NamedTuple):
    """A transaction as it is in the books."""

    last_seq_no: int
    facts: Facts
    received_at: str


Answer = dict[str, Any] | None
"""The idTokenInfo of the answer; None: it has none."""


def book(line: Line, received: Sequence[Event]) -> list[Answer]:
    """Book the events, and what they say of their transactions."""
    known = _known(line, received)
    judged = [_judged(line, event, known.get(event.identity)) for event in received]
    new = {identity for (identity,) in _INSERT.all(line, [_row(event) for event in judged])}
    answers: list[Answer] = []
    rows = []
    for event in judged:
        if event.identity in new:
            answers.append(event.id_token_info)
            rows.append(_transaction(line, event, known.get(event.identity)))
        else:
            answers.append(_repeated(line, event))
    _PUT.run(line, rows)
    return answers


def _known(line: Line, received: Sequence[Event]) -> Mapping[str, _Known]:
    found = _FIND.all(line, [(event.identity, event.transaction_id) for event in received])
    return {
        identity: _Known(last_seq_no, msgspec.json.decode(facts, type=Facts), received_at)
        for identity, last_seq_no, facts, received_at in found
    }


def _judged(line: Line, event: Event, known: _Known | None) -> Event:
    """The event with what its token is worth while it charges elsewhere; what this transaction has begun with stays."""
    info, token = event.id_token_info, event.payload.get("idToken")
    if event.concurrent or token is None or info is None or info["status"] != "Accepted":
        return event
    begun_with = None if known is None else known.facts.id_token
    if _folded(token) is None or (begun_with is not None and folding.is_same(begun_with, token)):
        return event
    here = {"this_identity": event.identity, "this_transaction_id": event.transaction_id}
    if _ELSEWHERE.first(line.connection, {"token": _folded(token), **here}) is None:
        return event
    return event._replace(id_token_info={**info, "status": "ConcurrentTx"})


def _folded(token: dict[str, Any] | None) -> str | None:
    """Under which text a token that charges is found; None when it is nobody's."""
    return None if token is None or token["type"] == _NO_TOKEN else tags.fold(token["idToken"])


def _row(event: Event) -> tuple[Any, ...]:
    info = event.id_token_info
    return (
        event.identity,
        event.transaction_id,
        folding.seq_no_of(event.payload),
        codec.to_text(event.payload),
        None if info is None else codec.to_text(info),
        timestamp(event.at),
    )


def _transaction(line: Line, event: Event, known: _Known | None) -> tuple[Any, ...]:
    """The row of its transaction once this event is in the books."""
    seq_no, said = folding.seq_no_of(event.payload), Said(event.payload, event.id_token_info)
    if known is None:
        facts, last = folding.after(None, said), seq_no
    elif seq_no > known.last_seq_no:
        facts, last = folding.after(known.facts, said), seq_no
    else:
        facts, last = folding.folded(_all(line, event)), known.last_seq_no
    return (
        event.identity,
        event.transaction_id,
        _folded(facts.id_token),
        facts.ended_at,
        last,
        codec.to_text(facts),
        timestamp(event.at) if known is None else known.received_at,
    )


def _all(line: Line, event: Event) -> list[Said]:
    here = {"this_identity": event.identity, "this_transaction_id": event.transaction_id}
    return [Said(codec.from_text(payload), codec.from_text(info)) for payload, info in _ALL.all(line.connection, here)]


def _repeated(line: Line, event: Event) -> Answer:
    """The answer that the event with this number got."""
    here = {"this_identity": event.identity, "this_transaction_id": event.transaction_id}
    booked = _BOOKED.first(line.connection, {**here, "this_seq_no": folding.seq_no_of(event.payload)})
    assert booked is not None  # it was in the way of the INSERT
    if _content(codec.from_text(booked[0])) == _content(event.payload):
        answer: Answer = codec.from_text(booked[1])
        return answer
    at = timestamp(event.at)
    stations.book_notice(line.connection, event.identity, "TransactionEvent", event.payload, at)
    return event.id_token_info


def _content(payload: dict[str, Any]) -> str:
    """What two events have in common only when one repeats the other, which may have been sent later, `offline`."""
    return codec.fingerprint({name: value for name, value in payload.items() if name != "offline"})
