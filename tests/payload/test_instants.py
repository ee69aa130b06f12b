"""Moments: what is read and written, the calendar, and the moments at which date arithmetic breaks."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock import SteppayMockError
from steppay_mock.payload.instants import (
    EPOCH,
    add_interval,
    epoch_millis,
    epoch_seconds,
    local_date_time,
    parse_local_date_time,
    read_instant,
    remarkable_moments,
)

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9000, 12, 31))
MICROSECOND, DAY = timedelta(microseconds=1), timedelta(days=1)


def test_now_is_read_in_any_form_as_naive_utc() -> None:
    seoul = datetime(2024, 3, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    assert read_instant(seoul) == datetime(2024, 3, 1)
    assert read_instant(1) == EPOCH + timedelta(seconds=1)
    assert read_instant(0.5) == EPOCH + timedelta(seconds=0.5)
    clock = read_instant(None)
    assert clock.tzinfo is None
    assert abs(clock.replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=1)


def test_now_is_within_the_years_with_which_dates_can_be_reckoned() -> None:
    last = datetime(9000, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert read_instant(last) == last.replace(tzinfo=None)
    assert read_instant(0) == read_instant(EPOCH.replace(tzinfo=UTC)) == EPOCH
    for outside in (last + timedelta(seconds=1), -0.001, -1, int(last.timestamp()) + 1, 1.7e12, 10**400, float("inf")):
        with pytest.raises(SteppayMockError, match="is not within the years 1970 to 9000"):
            read_instant(outside)
    with pytest.raises(SteppayMockError, match="now=a number of thousands of digits is not within"):
        read_instant(10**5000)


@pytest.mark.parametrize("moment", [True, "2024-01-01", [], b"5"])
def test_what_is_no_moment_is_refused(moment: Any) -> None:
    with pytest.raises(SteppayMockError, match=r"is no moment\. Use a datetime with a zone, or epoch seconds"):
        read_instant(moment)


@given(MOMENTS)
def test_seconds_and_milliseconds_are_whole_and_cut(moment: datetime) -> None:
    assert EPOCH + timedelta(seconds=epoch_seconds(moment)) == moment.replace(microsecond=0)
    assert epoch_millis(moment) == epoch_seconds(moment) * 1000 + moment.microsecond // 1000


def test_milliseconds_are_never_below_zero() -> None:
    assert epoch_millis(EPOCH - DAY) == epoch_millis(EPOCH) == 0
    assert epoch_millis(EPOCH + timedelta(milliseconds=1)) == 1


@given(MOMENTS, st.integers(0, 9))
def test_a_moment_is_written_with_so_many_digits_and_read_back(moment: datetime, digits: int) -> None:
    text = local_date_time(moment, digits=digits)
    whole, _, fraction = text.partition(".")
    assert whole == moment.strftime("%Y-%m-%dT%H:%M:%S")
    left_out = digits == 6 and moment.microsecond == 0
    assert fraction == ("" if left_out else f"{moment.microsecond:06d}000"[:digits])
    read = parse_local_date_time(text)
    assert read is not None
    assert timedelta() <= moment - read < timedelta(microseconds=10 ** max(6 - digits, 0))
    assert local_date_time(moment) == moment.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "2024-01-01", "2024-01-01T00:00", "20240101T000000.12", "2024-02-30T00:00:00"),
        *("2024-01-01T00:00:00Z", "2024-01-01T00:00:00+09:00", "1969-12-31T23:59:59", "9001-01-01T00:00:00"),
    ],
)
def test_what_is_no_local_date_time_of_our_years_is_none(text: str) -> None:
    assert parse_local_date_time(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00", EPOCH),
        ("9000-12-31T23:59:59", datetime(9000, 12, 31, 23, 59, 59)),
        ("2024-02-29T01:02:03.123456789", datetime(2024, 2, 29, 1, 2, 3, 123456)),
    ],
)
def test_a_local_date_time_is_read_to_the_microsecond(text: str, moment: datetime) -> None:
    assert parse_local_date_time(text) == moment


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.integers(-130, 130),
    st.sampled_from(["DAY", "WEEK", "MONTH", "YEAR"]),
)
def test_an_interval_is_added_by_the_calendar(moment: datetime, count: int, unit: str) -> None:
    later = add_interval(moment, unit=unit, count=count)
    if unit in {"DAY", "WEEK"}:
        assert later - moment == count * DAY * (1 if unit == "DAY" else 7)
        return
    assert later.time() == moment.time()
    months = (later.year - moment.year) * 12 + later.month - moment.month
    assert months == count * (1 if unit == "MONTH" else 12)
    is_last = (later + DAY).month != later.month
    assert later.day == moment.day or (later.day < moment.day and is_last)


LEAP = timedelta(hours=12, minutes=30, seconds=15, milliseconds=120)


@given(st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1)), st.booleans())
def test_the_remarkable_moments_are_the_next_ones_more_than_a_day_away(around: datetime, later: bool) -> None:  # noqa: FBT001
    found = remarkable_moments(around, later=later)
    assert found[0] == around
    turn = datetime(around.year + later, 1, 1)
    leaps = [datetime(year, 2, 29) for year in range(1900, 2300) if year % 4 == 0 and (year % 100 or year % 400 == 0)]
    beyond = [day for day in leaps if (day > around + DAY if later else day < around - DAY)]
    leap = min(beyond) if later else max(beyond)
    wanted = [turn - MICROSECOND, turn, leap + LEAP]
    assert list(found[1:]) == [one for one in wanted if (one > around + DAY if later else one < around - DAY)]


def test_a_moment_of_the_same_day_is_not_remarkable() -> None:
    eve = datetime(2023, 12, 31)
    assert remarkable_moments(eve, later=True) == (eve, datetime(2024, 2, 29) + LEAP)
    before = eve - MICROSECOND
    assert remarkable_moments(before, later=True)[1:2] == (datetime(2024, 1, 1),)
    second = datetime(2024, 1, 2)
    assert remarkable_moments(second, later=False)[1:] == (
        datetime(2024, 1, 1) - MICROSECOND,
        datetime(2020, 2, 29) + LEAP,
    )
    assert remarkable_moments(datetime(2096, 6, 1), later=True)[-1] == datetime(2104, 2, 29) + LEAP
    assert remarkable_moments(datetime(2104, 2, 1), later=False)[-1] == datetime(2096, 2, 29) + LEAP
