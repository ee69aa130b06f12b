"""Moments: reads and writes them, and adds intervals of a calendar. All of them are UTC (fact 10)."""

from __future__ import annotations

from calendar import isleap, monthrange
from datetime import UTC, datetime, timedelta
from itertools import count

from steppay_mock.contract.long_numbers import written
from steppay_mock.errors import SteppayMockError

_YEARS = range(1970, 9001)  # dates are derived from the moment, and datetime ends with the year 9999
_SECOND, _MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a LocalDateTime has no zone, and so has what it is made from


def read_instant(moment: datetime | float | None) -> datetime:
    """The moment as naive UTC; None is the wall clock. SteppayMockError for a datetime without a zone."""
    if moment is None:
        return datetime.now(UTC).replace(tzinfo=None)
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise SteppayMockError(
                f"now={moment.isoformat()} has no zone. Say which: datetime(..., tzinfo=UTC), or use epoch seconds."
            )
        return _within_reach(moment.astimezone(UTC).replace(tzinfo=None))
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        raise SteppayMockError(f"now={moment!r} is no moment. Use a datetime with a zone, or epoch seconds.")
    try:
        return _within_reach(EPOCH + timedelta(seconds=moment))
    except (OverflowError, ValueError):
        raise _out_of_reach(moment) from None


def _within_reach(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise _out_of_reach(moment)
    return moment


def _out_of_reach(moment: object) -> SteppayMockError:
    shown = written(moment) if isinstance(moment, int) else moment
    return SteppayMockError(
        f"now={shown} is not within the years {_YEARS[0]} to {_YEARS[-1]}. If it is a number: seconds, not millis?"
    )


def epoch_seconds(moment: datetime) -> int:
    """Whole seconds since the epoch."""
    return (moment - EPOCH) // _SECOND


def epoch_millis(moment: datetime) -> int:
    """Whole milliseconds since the epoch; 0 for a moment before it."""
    return max((moment - EPOCH) // _MILLISECOND, 0)


def local_date_time(moment: datetime, *, digits: int = 6) -> str:
    """The moment as a LocalDateTime with that many fraction digits; six are left out where they are zero (fact 9)."""
    if digits == 6:
        return moment.isoformat()
    whole = moment.isoformat(timespec="seconds")
    return whole if digits == 0 else f"{whole}.{f'{moment.microsecond:06d}000'[:digits]}"


def parse_local_date_time(text: str) -> datetime | None:
    """The moment of a LocalDateTime, to the microsecond; None if it is not one, or of a year beyond our range."""
    try:
        # A datetime holds microseconds: of up to nine digits (fact 9) the last three are cut.
        moment = datetime.fromisoformat(text[:26])
    except ValueError:
        return None
    return moment if moment.tzinfo is None and len(text) >= 19 and moment.year in _YEARS else None


def add_interval(moment: datetime, *, unit: str, count: int) -> datetime:
    """The moment ``count`` DAY, WEEK, MONTH or YEAR later; a day that its month lacks becomes the month's last."""
    if unit in {"DAY", "WEEK"}:
        return moment + timedelta(days=count * (7 if unit == "WEEK" else 1))
    months = moment.month - 1 + count * (12 if unit == "YEAR" else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def remarkable_moments(around: datetime, *, later: bool) -> tuple[datetime, ...]:
    """Moments that break date arithmetic, before or after ``around``: it, a year's end, the new year, a leap day."""
    years = count(around.year, 1 if later else -1)
    leap = next(year for year in years if isleap(year) and _beyond(datetime(year, 2, 29), around, later=later))  # noqa: DTZ001
    end = around.replace(month=12, day=31, hour=23, minute=59, second=59, microsecond=999999)
    if not later:
        end = end.replace(year=around.year - 1)
    found = (end, end + timedelta(microseconds=1), datetime(leap, 2, 29, 12, 30, 15, 120000))  # noqa: DTZ001
    return (around, *(moment for moment in found if _beyond(moment, around, later=later)))


def _beyond(moment: datetime, around: datetime, *, later: bool) -> bool:
    return moment > around + timedelta(days=1) if later else moment < around - timedelta(days=1)
