"""Moments of dateTimes: all of RFC 3339, also those that Python has no name for (OCPP 1.6 §3.14)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from ocppj.times import EARLIEST, LATEST, moment


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
    st.integers(0, 9999).map("{:04}".format), _TWO, _TWO, _TWO, _TWO, _TWO, st.sampled_from(["Z", "+23:59", "-23:59"])
)
def test_whatever_passes_the_schemas_has_a_moment(
    year: str, month: str, day: str, hour: str, minute: str, second: str, zone: str
) -> None:
    text = f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}"
    if schemas.load("1.6").result["Heartbeat"]({"currentTime": text}):
        assert EARLIEST <= moment(text) <= LATEST
