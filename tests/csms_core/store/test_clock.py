"""Time on the wire and in the store (OCPP 1.6 §3.14, §3.15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms_core.store import clock, tags
from csms_core.v16.id_tags import id_tag_info
from ocppj.times import moment, timestamp


def test_val_01_time_leaves_in_utc_with_z() -> None:
    moment = datetime(2026, 11, 21, 12, 0, 0, 123456, timezone(timedelta(hours=2)))

    assert timestamp(moment) == "2026-11-21T10:00:00.123Z"


@pytest.mark.parametrize(
    "spelling",
    [
        "2026-11-21T10:00:00Z",
        "2026-11-21t10:00:00z",
        "2026-11-21T10:00:00.000+00:00",
        "2026-11-21T12:00:00.0000000+02:00",
        "2026-11-21T09:30:00-00:30",
    ],
)
def test_val_02_equal_moments_have_one_spelling_in_the_store(spelling: str) -> None:
    assert clock.normal(spelling) == "2026-11-21T10:00:00.000000Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_are_spelled_as_python_spells_them(moment: datetime) -> None:
    assert timestamp(moment) == moment.isoformat(timespec="milliseconds")[:-6] + "Z"
    assert clock.normal(moment.isoformat()) == moment.isoformat(timespec="microseconds")[:-6] + "Z"


@pytest.mark.parametrize("odd", ["yesterday", "", "2026-11-21T10:00:00", "2026-02-30T10:00:00Z"])
def test_tx_02_what_names_no_moment_is_kept_as_it_is(odd: str) -> None:
    assert clock.normal(odd) == odd


@pytest.mark.parametrize(
    ("spelling", "kept"),
    [
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00.000000Z"),
        ("0000-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
    ],
)
def test_what_python_cannot_name_is_kept_as_a_moment_that_sorts(spelling: str, kept: str) -> None:
    assert clock.normal(spelling) == kept
    assert timestamp(moment(spelling)) == kept[:23] + "Z"


@pytest.mark.parametrize(("seconds", "status"), [(-1, "Expired"), (0, "Expired"), (1, "Accepted")])
def test_a_tag_expires_at_its_expiry_date(seconds: int, status: str) -> None:
    now = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
    expiry = timestamp(now + timedelta(seconds=seconds))

    info = id_tag_info(tags.Tag("T", expiry_date=expiry), now)

    assert info == {"status": status, "expiryDate": expiry}


def test_a_blocked_tag_stays_blocked_when_it_expires() -> None:
    tag = tags.Tag("T", "Blocked", expiry_date="2020-01-01T00:00:00Z")

    assert id_tag_info(tag, clock.now())["status"] == "Blocked"
