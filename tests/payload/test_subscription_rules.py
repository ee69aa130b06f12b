"""Each rule of a subscription by itself: status, period, dates, trial and items (fact 24)."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from payload.settled import LEAST, MOST, NOW, Settled, many, moment, settle

from steppay_mock.payload.instants import add_interval

CREATED, UPDATED, DUE = "subscription.created", "subscription.updated", "subscription.payment_due_notification"
SUBSCRIPTIONS = (CREATED, UPDATED, DUE)
STATUSES = (
    "ACTIVE",
    "INCOMPLETE",
    "UNPAID",
    "PENDING_PAUSE",
    "PAUSE",
    "PENDING_CANCEL",
    "CANCELED",
    "EXPIRED",
    "QUEUEING",
)
CHANGED = set(STATUSES) - {"INCOMPLETE"}
COUNTS = {"DAY": {7, 14, 30}, "WEEK": {1, 2, 4}, "MONTH": {1, 3, 6}, "YEAR": {1}}


def period(subscription: Settled) -> tuple[Any, Any]:
    current = subscription["currentPeriod"]
    return moment(current["startDateTime"]), moment(current["endDateTime"])


def test_only_an_update_has_another_status_than_active() -> None:
    for edge in (False, True):
        for event_type in (CREATED, DUE):
            assert {one["status"] for one in many(event_type, runs=30, edge=edge)} == {"ACTIVE"}
    counts = Counter(one["status"] for one in many(UPDATED, runs=900))
    assert set(counts) == CHANGED
    assert 150 < counts["ACTIVE"] < 250
    for status in STATUSES:
        assert settle(UPDATED, drawn={"status": status}, edge=True)["status"] == status


def test_an_interval_is_one_that_shops_have() -> None:
    found = Counter((one["intervalUnit"], one["intervalCount"]) for one in many(UPDATED, runs=1200))
    assert set(found) == {(unit, count) for unit, counts in COUNTS.items() for count in counts}
    units = Counter(unit for unit, _ in found.elements())
    assert units["MONTH"] > 500
    assert found["MONTH", 1] > found["MONTH", 3] * 1.4
    for unit, counts in COUNTS.items():
        for edge in (False, True):
            runs = list(many(UPDATED, runs=30, fixed={"intervalUnit": unit}, edge=edge))
            assert {one["intervalCount"] for one in runs} == counts
        assert settle(UPDATED, drawn={"intervalUnit": unit}, edge=True)["intervalUnit"] == unit
    assert settle(UPDATED, fixed={"intervalUnit": "FORTNIGHT"})["intervalCount"] == 1


INTERVALS = [("DAY", 1), ("DAY", 14), ("WEEK", 2), ("MONTH", 1), ("MONTH", 6), ("YEAR", 1), ("DAY", 120)]


@pytest.mark.parametrize(("unit", "count"), INTERVALS)
@pytest.mark.parametrize("event_type", SUBSCRIPTIONS)
def test_a_period_is_as_long_as_its_interval(event_type: str, unit: str, count: int) -> None:
    fixed = {"intervalUnit": unit, "intervalCount": count}
    for one in many(event_type, runs=30, fixed=fixed):
        start, end = period(one)
        assert end == add_interval(start, unit=unit, count=count)
        length = add_interval(NOW, unit=unit, count=count) - NOW
        if event_type == CREATED:
            assert start == NOW
        elif event_type == DUE:
            assert start == NOW - length + timedelta(days=min(3, length.days - 1))
        elif one["status"] in {"UNPAID", "QUEUEING"}:
            assert start == NOW - length
        else:
            assert NOW - length * 0.9 <= start <= NOW


def test_nine_tenths_of_a_period_may_be_over() -> None:
    fixed = {"intervalUnit": "DAY", "intervalCount": 10, "status": "ACTIVE"}
    assert period(settle(UPDATED, fixed=fixed, chance=LEAST)) == (NOW, NOW + timedelta(days=10))
    assert abs(period(settle(UPDATED, fixed=fixed, chance=MOST))[0] - (NOW - timedelta(days=9))) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("unit", "count", "used"),
    [
        ("DAY", 120, ("DAY", 120)),
        ("DAY", 121, ("MONTH", 1)),
        ("DAY", 1, ("DAY", 1)),
        ("DAY", 0, ("MONTH", 1)),
        ("DAY", -3, ("MONTH", 1)),
        ("DAY", "2", ("MONTH", 1)),
        ("DAY", 2.5, ("MONTH", 1)),
        ("FORTNIGHT", 2, ("MONTH", 1)),
        (None, 2, ("MONTH", 1)),
    ],
)
def test_an_interval_that_no_calendar_has_counts_as_a_month(unit: Any, count: Any, used: tuple[str, int]) -> None:
    fixed = {"intervalUnit": unit, "intervalCount": count, "status": "ACTIVE"}
    one = settle(UPDATED, fixed=fixed, chance=MOST)
    assert (one["intervalUnit"], one["intervalCount"]) == (unit, count)
    start, end = period(one)
    assert end == add_interval(start, unit=used[0], count=used[1])
    renewals = min(11, timedelta(days=1000) // (end - start))
    first = (
        start - (end - start) * renewals
        if used[0] == "MONTH"
        else add_interval(start, unit="DAY", count=-count * renewals)
    )
    assert one.moment("createdAt") == first


def test_a_creation_that_is_fixed_begins_the_first_period() -> None:
    created = {"createdAt": "2024-03-01T00:00:00"}
    assert period(settle(CREATED, fixed=created))[0] == moment(created["createdAt"])
    assert period(settle(CREATED, drawn=created))[0] == NOW
    assert period(settle(CREATED, fixed={"createdAt": "x"}))[0] == NOW
    assert period(settle(DUE, fixed=created))[0] > NOW - timedelta(days=400)


def test_dates_follow_from_a_period_that_is_fixed() -> None:
    fixed = {"currentPeriod": {"startDateTime": "2024-03-01T00:00:00", "endDateTime": "2024-05-01T00:00:00"}}
    one = settle(UPDATED, fixed={**fixed, "status": "ACTIVE", "intervalUnit": "MONTH", "intervalCount": 2}, chance=MOST)
    assert one["lastPaymentDate"] == "2024-03-01T00:00:00"
    assert one["nextPaymentDate"] == one["originNextPaymentDate"] == "2024-05-01T00:00:00"
    assert one["notiBeforePaymentDate"] == "2024-04-30T00:00:00"
    assert one["createdAt"] == "2022-05-01T00:00:00"
    none = settle(UPDATED, fixed={"currentPeriod": None, "status": "ACTIVE"})
    assert none["currentPeriod"] is None
    assert none.moment("lastPaymentDate") <= NOW <= none.moment("nextPaymentDate")
    for unreadable in ("x", "2024-03-01T00:00:00"):  # a period of no length as well
        both = {"currentPeriod": {"startDateTime": unreadable, "endDateTime": unreadable}}
        assert settle(UPDATED, fixed={**both, "intervalUnit": "DAY", "intervalCount": 1}, chance=MOST)["createdAt"]


@pytest.mark.parametrize(
    ("unit", "count", "most"), [("DAY", 7, 11), ("DAY", 120, 8), ("MONTH", 1, 11), ("MONTH", 6, 5), ("YEAR", 1, 2)]
)
def test_a_subscription_was_renewed_up_to_eleven_times_within_a_thousand_days(unit: str, count: int, most: int) -> None:
    fixed = {"intervalUnit": unit, "intervalCount": count, "status": "UNPAID"}
    seen = set()
    for one in many(UPDATED, fixed=fixed):
        start = period(one)[0]
        times = [k for k in range(13) if one.moment("createdAt") == add_interval(start, unit=unit, count=-count * k)]
        seen.update(times)
        assert len(times) == 1
    assert seen == set(range(most + 1))
    assert {one["createdAt"] for one in many(CREATED, runs=20, fixed={"intervalUnit": unit})} == {NOW.isoformat()}


DATES_OF_STATUS = {
    "CANCELED": ("endDate",),
    "EXPIRED": ("endDate",),
    "PENDING_CANCEL": ("endDate",),
    "PAUSE": ("pausedDateTime",),
    "ACTIVE": ("nextPaymentDate",),
}


@pytest.mark.parametrize("edge", [False, True])
@pytest.mark.parametrize("status", STATUSES)
def test_the_dates_are_those_of_the_status(status: str, *, edge: bool) -> None:
    for one in many(UPDATED, runs=30, fixed={"status": status}, edge=edge):
        start, end = period(one)
        pays = status in {"ACTIVE", "INCOMPLETE", "UNPAID", "QUEUEING"}
        for name in ("nextPaymentDate", "originNextPaymentDate", "notiBeforePaymentDate"):
            assert (one[name] is not None) == pays
        if pays:
            late = one.moment("nextPaymentDate") - end
            assert late.days in ({1, 3, 5, 10, 14} if status == "UNPAID" else {0})
            assert one.moment("originNextPaymentDate") == end
            assert one.moment("notiBeforePaymentDate") == end - timedelta(days=1)
        ends = {"CANCELED": NOW, "EXPIRED": NOW, "PENDING_CANCEL": end}.get(status)
        assert (one["endDate"] is None) == (ends is None)
        assert ends is None or one.moment("endDate") == ends
        assert (one["pausedDateTime"] is None) == (status != "PAUSE")
        assert status != "PAUSE" or one.moment("pausedDateTime") == NOW
        for name in ("endDate", "pausedDateTime", "nextPaymentDate"):
            assert one.needs(name) == (name in DATES_OF_STATUS.get(status, ()))
        assert one["trialPeriod"] is not None or one.moment("lastPaymentDate") == start


def test_an_unpaid_subscription_is_tried_again_after_each_of_the_waits() -> None:
    waits = {(one.moment("nextPaymentDate") - period(one)[1]).days for one in many(UPDATED, fixed={"status": "UNPAID"})}
    assert waits == {1, 3, 5, 10, 14}


@pytest.mark.parametrize("edge", [False, True])
def test_a_notice_is_of_now_and_of_a_payment_in_the_next_days(*, edge: bool) -> None:
    for event_type in SUBSCRIPTIONS:
        one = settle(event_type, edge=edge, fixed={"intervalUnit": "WEEK", "intervalCount": 1})
        assert one.needs("notiBeforePaymentDate") == (event_type == DUE)
        if event_type == DUE:
            assert one.moment("notiBeforePaymentDate") == NOW
            assert one.moment("nextPaymentDate") == NOW + timedelta(days=3)
            assert one.needs("nextPaymentDate")


def test_a_quarter_of_the_first_periods_are_trials() -> None:
    trials = [one["trialPeriod"] for one in many(CREATED, runs=400)]
    assert 70 < len(trials) - trials.count(None) < 130
    for one in many(UPDATED, runs=400, fixed={"status": "ACTIVE", "intervalUnit": "YEAR"}):
        start, _ = period(one)
        first = one.moment("createdAt") == start
        if one["trialPeriod"] is not None:
            assert first
            assert one["trialPeriod"] == one["currentPeriod"]
        assert (one["lastPaymentDate"] is None) == (one["trialPeriod"] is not None)
    some = [one for one in many(UPDATED, runs=400, fixed={"intervalUnit": "YEAR"}) if one["trialPeriod"]]
    assert 10 < len(some) < 70


def test_a_trial_that_is_fixed_is_kept_and_delays_the_first_payment_alone() -> None:
    fixed = {"trialPeriod": {"endDateTime": "2025-03-01T00:00:00"}}
    first = settle(CREATED, fixed=fixed, chance=MOST)
    assert first["trialPeriod"] == {**first["currentPeriod"], "endDateTime": "2025-03-01T00:00:00"}
    assert first["lastPaymentDate"] is None
    later = settle(UPDATED, fixed={**fixed, "status": "ACTIVE"}, chance=MOST)
    assert later["trialPeriod"]["endDateTime"] == "2025-03-01T00:00:00"
    assert later["lastPaymentDate"] is not None
    none = settle(CREATED, fixed={"trialPeriod": None}, chance=LEAST)
    assert none["trialPeriod"] is None
    assert none["lastPaymentDate"] is not None


def test_items_are_goods_that_renew() -> None:
    drawn = {
        "items": [{"maximumPurchaseQuantity": 0, "type": "FEE", "keepWhenRenew": False, "claimMethodType": "POST"}] * 3
    }
    kinds, gateways = Counter[str](), set()
    for one in many(UPDATED, runs=200, drawn=drawn):
        for at, item in enumerate(one["items"]):
            assert (item["type"], item["keepWhenRenew"], item["claimMethodType"]) == ("SKU", True, "PRE")
            assert item["isAdditional"] == (at > 0)
            assert item["maximumPurchaseQuantity"] == item["quantity"]
            kinds[item["priceType"]] += 1
        gateways.add(one["paymentMethod"]["paymentGateway"])
    assert set(kinds) == {"FLAT", "UNIT_BASED", "USAGE_BASED"}
    assert kinds["FLAT"] > 1.5 * kinds["UNIT_BASED"]
    assert gateways == {"TOSS", "NICE", "KG", "KAKAO", "PAYPLE"}
    edge = settle(UPDATED, drawn=drawn, edge=True)
    assert [(item["type"], item["maximumPurchaseQuantity"]) for item in edge["items"]] == [("FEE", 0)] * 3
    assert settle(UPDATED, fixed={"paymentMethod": None})["paymentMethod"] is None
