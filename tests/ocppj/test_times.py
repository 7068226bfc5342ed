"""Moments of dateTimes: all of RFC 3339, also those that Python has no name for (OCPP 1.6 §3.14)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from ocppj.times import EARLIEST, LATEST, exact, moment, next_boundary, timestamp


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T10:00:00Z", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("2026-11-21t12:00:00.1234567890+02:00", datetime(2026, 11, 21, 10, 0, 0, 123456, UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31T18:59:60.5-05:00", datetime(2017, 1, 1, 0, 0, 0, 500_000, UTC)),
        ("9999-12-31T23:59:60Z", LATEST),
        ("9999-12-31T23:59:59-05:00", LATEST),
        ("0001-01-01T00:00:00+05:00", EARLIEST),
        ("0000-02-29T00:00:00Z", EARLIEST),
        ("0000-12-31T23:00:00-05:00", datetime(1, 1, 1, 4, tzinfo=UTC)),
    ],
)
def test_every_date_time_of_rfc_3339_names_a_moment(text: str, expected: datetime) -> None:
    assert moment(text) == expected
    assert moment(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-21",
        "2026-11-21T10:00:00",
        "2026-02-30T10:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T10:00:00+24:00",
        "2026-11-21T10:00:00+05:60",
        "2016-12-31T23:59:61Z",
        "0000-13-01T00:00:00Z",
        "20261121T100000Z",
        "2026-W47-6T10:00:00Z",
    ],
)
def test_what_names_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        moment(text)


_TWO = st.integers(0, 61).map("{:02}".format)


@given(
    *(st.integers(0, 9999).map("{:04}".format), _TWO, _TWO, st.sampled_from("Tt "), _TWO, _TWO, _TWO),
    st.sampled_from(["", "", ".0", ".1234567890123"]),
    st.sampled_from(["Z", "z", "", "+23:59", "-23:59", "-00:00", "+24:00", "+0100", "+01"]),
)
def test_whatever_passes_the_schemas_has_a_moment(
    year: str, month: str, day: str, t: str, hour: str, minute: str, second: str, fraction: str, zone: str
) -> None:
    text = f"{year}-{month}-{day}{t}{hour}:{minute}:{second}{fraction}{zone}"
    if schemas.load("1.6").result["Heartbeat"]({"currentTime": text}):
        assert EARLIEST <= moment(text) <= LATEST


NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


def test_val_01_timestamps_are_utc_with_z() -> None:
    assert timestamp(NOON) == "2026-01-01T12:00:00.123Z"
    assert timestamp(NOON.astimezone(timezone(timedelta(hours=2)))) == "2026-01-01T12:00:00.123Z"


def test_texts_of_exact_moments_sort_as_the_moments_do() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=2)))
    moments = [NOON, NOON + timedelta(microseconds=1), elsewhere + timedelta(seconds=1)]
    texts = [exact(at) for at in moments]
    assert texts[0] == "2026-01-01T12:00:00.123456Z"
    assert sorted(texts) == texts
    assert [moment(text) for text in texts] == moments


@pytest.mark.parametrize(
    ("time", "interval", "boundary"),
    [
        ("00:00:00", 900, "01T00:15:00"),
        ("00:14:59.999999", 900, "01T00:15:00"),
        ("12:00:07", 20, "01T12:00:20"),
        ("23:59:50", 3600, "02T00:00:00"),
        ("23:59:00", 7000, "02T00:00:00"),
    ],
)
def test_mv_02_boundaries_count_from_midnight(time: str, interval: int, boundary: str) -> None:
    at = datetime.fromisoformat(f"2026-01-01T{time}+00:00")
    assert next_boundary(at, interval) == datetime.fromisoformat(f"2026-01-{boundary}+00:00")
