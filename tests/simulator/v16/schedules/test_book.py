"""The book of profiles: what replaces what, what is cleared, what ends, and what a store gets."""

import json
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.v16.schedules import EMPTY, Book, Running, parse
from simulator.v16.schedules.profile import plain
from tests.simulator.v16.schedules.support import NOW, at, profile, station


def ids(book: Book) -> list[int]:
    """The chargingProfileIds in their order."""
    return [one.csChargingProfiles.chargingProfileId for one in book.installed]


def put(book: Book, connector: int, **facts: Any) -> Book:
    """The book with one more profile."""
    return book.with_profile(connector, parse(profile((0, 6), **facts)), NOW)


@pytest.mark.parametrize(
    ("connector", "facts", "left"),
    [
        (1, {"id": 9}, [9]),
        (2, {"id": 1, "level": 4, "purpose": "TxProfile"}, [1]),
        (0, {"id": 1, "purpose": "ChargePointMaxProfile"}, [1]),
        (1, {"id": 9, "level": 1}, [1, 9]),
        (1, {"id": 9, "purpose": "TxProfile"}, [1, 9]),
        (2, {"id": 9}, [1, 9]),
        (0, {"id": 9}, [1, 9]),
    ],
)
def test_same_id_or_same_place_is_replaced(connector: int, facts: dict[str, Any], left: list[int]) -> None:
    """Rule SC-03. The id counts at the whole station, purpose and stackLevel at the connector."""
    before = put(EMPTY, 1, id=1)
    after = put(before, connector, **facts)
    assert ids(after) == left
    assert after.installed[-1].connectorId == connector
    assert ids(before) == [1]


def test_one_profile_may_replace_two() -> None:
    book = put(put(EMPTY, 1, id=1), 1, id=2, level=1)
    assert ids(put(book, 1, id=2)) == [2]


def test_the_profile_of_a_remote_start_is_replaced_by_one_of_the_same_level() -> None:
    """Rule SC-17: the new one knows the transactionId, the old one does not."""
    book = put(EMPTY, 1, id=1, purpose="TxProfile", level=2)
    assert ids(put(book, 1, id=2, purpose="TxProfile", level=2, transactionId=7)) == [2]
    assert ids(put(book, 1, id=2, purpose="TxProfile", level=3, transactionId=7)) == [1, 2]


FULL = (
    (0, profile((0, 6), id=1, purpose="ChargePointMaxProfile")),
    (0, profile((0, 6), id=2)),
    (1, profile((0, 6), id=3)),
    (1, profile((0, 6), id=4, level=1)),
    (2, profile((0, 6), id=5, level=1)),
    (1, profile((0, 6), id=6, purpose="TxProfile", level=1)),
)


@pytest.mark.parametrize(
    ("payload", "left"),
    [
        ({}, []),
        ({"id": 3}, [1, 2, 4, 5, 6]),
        ({"id": 3, "connectorId": 2, "chargingProfilePurpose": "TxProfile", "stackLevel": 9}, [1, 2, 4, 5, 6]),
        ({"connectorId": 1}, [1, 2, 5]),
        ({"connectorId": 0}, [3, 4, 5, 6]),
        ({"chargingProfilePurpose": "TxDefaultProfile"}, [1, 6]),
        ({"chargingProfilePurpose": "TxProfile"}, [1, 2, 3, 4, 5]),
        ({"stackLevel": 1}, [1, 2, 3]),
        ({"stackLevel": 0}, [4, 5, 6]),
        ({"connectorId": 1, "stackLevel": 1}, [1, 2, 3, 5]),
        ({"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile"}, [1, 2, 5, 6]),
        ({"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}, [1, 2, 3, 6]),
        ({"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}, [1, 2, 3, 5, 6]),
    ],
)
def test_what_matches_is_cleared(payload: dict[str, Any], left: list[int]) -> None:
    """Rule SC-13."""
    before = station(*FULL, running={1: Running(NOW)}).book
    after, status = before.clear(payload)
    assert (ids(after), status) == (left, "Accepted")
    assert ids(before) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "payload",
    [
        {"id": 7},
        {"id": 7, "connectorId": 1},
        {"connectorId": 3},
        {"stackLevel": 2},
        {"connectorId": 2, "stackLevel": 0},
        {"chargingProfilePurpose": "ChargePointMaxProfile", "connectorId": 1},
    ],
)
def test_nothing_that_matches_is_unknown(payload: dict[str, Any]) -> None:
    before = station(*FULL, running={1: Running(NOW)}).book
    assert before.clear(payload) == (before, "Unknown")
    assert EMPTY.clear(payload) == (EMPTY, "Unknown")


def test_clearing_an_empty_book_is_unknown() -> None:
    assert EMPTY.clear({}) == (EMPTY, "Unknown")


def test_tx_profiles_end_with_the_transaction_of_their_connector() -> None:
    """Rule SC-16."""
    book = put(put(put(EMPTY, 1, id=1, purpose="TxProfile"), 2, id=2, purpose="TxProfile"), 1, id=3)
    book = put(book, 1, id=4, purpose="TxProfile", level=1)
    assert ids(book.without_transaction(1)) == [2, 3]
    assert ids(book.without_transaction(1).without_transaction(2)) == [3]


def test_stations_without_profiles_share_one_book() -> None:
    one = put(EMPTY, 1, id=1, purpose="TxProfile")
    assert one.clear({})[0] is EMPTY
    assert one.without_transaction(1) is EMPTY
    assert Book.from_wire([]) is EMPTY
    assert Book.from_wire(EMPTY.to_wire()) is EMPTY
    assert station().book is EMPTY


def test_a_book_that_does_not_change_is_the_same_object() -> None:
    book = put(EMPTY, 1, id=1)
    assert book.without_transaction(1) is book
    assert book.clear({"id": 2})[0] is book


def test_books_and_profiles_can_be_shared_because_nothing_changes_them() -> None:
    one = put(EMPTY, 1, id=1).installed[0]
    schedule = one.csChargingProfiles.chargingSchedule
    for shared in (EMPTY, one, one.csChargingProfiles, schedule, schedule.chargingSchedulePeriod[0]):
        with pytest.raises(AttributeError):
            setattr(shared, shared.__struct_fields__[0], None)


def test_a_stored_book_is_plain_data() -> None:
    one = profile(
        (0, 6.5),
        (60, 8, 1),
        id=3,
        purpose="TxProfile",
        level=2,
        duration=90,
        minimum=1.5,
        transactionId=7,
        validFrom=NOW,
        validTo=at(3600),
    )
    book = EMPTY.with_profile(2, parse(one), at(0.25))
    assert book.to_wire() == [{"connectorId": 2, "received": "2026-11-21T10:00:00.250000Z", "csChargingProfiles": one}]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([{"connectorId": 1}], "received"),
        ([{"connectorId": 1, "received": "2026-11-21T10:00:00", "csChargingProfiles": {}}], "received"),
        ([{"connectorId": 1, "received": "2026-11-21T10:00:00Z", "csChargingProfiles": {}}], "chargingProfileId"),
    ],
)
def test_what_is_no_stored_book_is_refused(data: list[dict[str, Any]], place: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=place):
        Book.from_wire(data)


moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(lambda moment: moment.replace(tzinfo=NOW.tzinfo))
limits = st.integers(0, 10**12).map(lambda tenths: tenths / 10)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), limits, st.none() | moments), max_size=5),
    moments,
    st.sampled_from(["TxProfile", "TxDefaultProfile"]),
)
def test_a_store_gives_back_what_it_got(
    profiles: list[tuple[int, int, float, datetime | None]], received: datetime, purpose: str
) -> None:
    """Rule SC-15; the data go through JSON as they do in a store."""
    book = EMPTY
    for connector, level, limit, start in profiles:
        one = parse(profile((0, limit), id=level, purpose=purpose, level=level, start=start, minimum=limit))
        book = book.with_profile(connector, one, received)
        assert plain(one)["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": limit}]
    assert Book.from_wire(json.loads(json.dumps(book.to_wire()))) == book
