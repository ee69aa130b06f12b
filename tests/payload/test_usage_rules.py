"""Each rule of recorded usage by itself: its sums, its quotas and its dates (fact 26)."""

from datetime import timedelta
from typing import Any

import pytest
from payload.settled import LEAST, MOST, NOW, Settled, many, moment, settle

ADDED = "subscription.usage.added"


def usage(*records: int, fixed: dict[str, Any] | None = None, quotas: tuple[int, ...] = (), **options: Any) -> Settled:
    """Usage with these records, and these quotas if there are any."""
    entries = [{"deltaRecord": record} for record in records]
    for entry, quota in zip(entries, quotas, strict=False):
        entry["deltaQuota"] = quota
    return settle(ADDED, drawn={"recordQuotas": entries}, fixed=fixed, **options)


def column(found: Settled, name: str) -> list[Any]:
    return [entry[name] for entry in found["recordQuotas"]]


@pytest.mark.parametrize("edge", [False, True])
def test_sums_are_those_of_the_entries(*, edge: bool) -> None:
    for chance in (LEAST, MOST):
        found = usage(3, 0, 40, edge=edge, chance=chance)
        assert column(found, "deltaRecord") == [3, 0, 40]
        assert column(found, "accumulateRecord") == [3, 3, 43]
        assert found["accumulatedRecord"] == 43


def test_half_of_the_events_have_a_quota_and_half_are_postpaid() -> None:
    for edge in (False, True):
        quotas = [found["accumulatedQuota"] for found in many(ADDED, runs=600, edge=edge)]
        assert 250 < quotas.count(None) < 350
    postpaid = usage(3, 4, chance=MOST)
    assert postpaid["accumulatedQuota"] is None
    assert column(postpaid, "deltaQuota") == column(postpaid, "accumulateQuota") == [None, None]
    for value in (500, None):  # what is fixed decides
        assert None not in column(usage(3, 4, fixed={"accumulatedQuota": value}, chance=MOST), "deltaQuota")


def test_the_first_entry_grants_a_quota_of_whole_thousands() -> None:
    granted = {column(found, "deltaQuota")[0] for found in many(ADDED, runs=300) if found["accumulatedQuota"]}
    assert granted == {1000, 2000, 3000, 4000, 5000}
    found = usage(3, 4, 5, fixed={"accumulatedQuota": 1}, chance=MOST)
    assert column(found, "deltaQuota") == [5000, 0, 0]
    assert column(found, "accumulateQuota") == [5000, 5000, 5000]
    assert usage(3, chance=LEAST)["accumulatedQuota"] == 1000


def test_quotas_are_never_less_than_the_records() -> None:
    fixed = {"accumulatedQuota": 0}
    found = usage(3000, 4000, 500, fixed=fixed, chance=LEAST)
    assert column(found, "deltaQuota") == [3000, 4000, 500]
    assert column(found, "accumulateQuota") == column(found, "accumulateRecord")
    drawn = usage(30, 40, 50, quotas=(100, 1, 7), edge=True, chance=LEAST)
    assert column(drawn, "deltaQuota") == [100, 1, 19]
    assert column(drawn, "accumulateQuota") == [100, 101, 120]
    assert drawn["accumulatedQuota"] == 120


@pytest.mark.parametrize(("edge", "largest"), [(True, 2**53 - 1), ("64-bit", 2**63 - 1)])
def test_sums_stay_within_the_largest_integer(edge: Any, largest: int) -> None:
    found = usage(largest - 5, 9, 9, quotas=(largest, largest, -8), edge=edge, chance=LEAST)
    assert column(found, "deltaRecord") == [largest - 5, 5, 0]
    assert column(found, "deltaQuota") == [largest, 0, 0]
    assert found["accumulatedRecord"] == found["accumulatedQuota"] == largest


def test_a_record_is_not_below_zero_unless_it_is_fixed() -> None:
    assert column(usage(-5, 3), "deltaRecord") == [0, 3]
    found = usage(9, 3, fixed={"recordQuotas": [{}, {"deltaRecord": -4}]})
    assert column(found, "accumulateRecord") == [9, 5]


def test_entries_are_up_to_an_hour_apart_and_none_is_of_the_future() -> None:
    hour = timedelta(hours=1)
    quick = [moment(date) for date in column(usage(1, 2, 3, chance=LEAST), "influxDate")]
    assert quick == [NOW - 3 * hour + timedelta(minutes=minutes) for minutes in (1, 2, 3)]
    slow = [moment(date) for date in column(usage(1, 2, 3, chance=MOST), "influxDate")]
    assert slow == [NOW - 2 * hour, NOW - hour, NOW]


def test_what_usage_is_about_is_needed() -> None:
    found = usage(1, edge=True, chance=LEAST)
    assert found.needs("recordQuotas")
    assert found.needs("accumulatedQuota")
    entry = found["recordQuotas"][0]
    assert found.needs("deltaQuota", of=entry)
    assert found.needs("accumulateQuota", of=entry)
