"""What a store makes up by its seed is plausible: ids, codes, prices, and what there was before the first event."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from steppay_mock import SteppayMockError, Store
from steppay_mock.store.agenda import Agenda
from steppay_mock.store.amounts import a_third_of, usual_price

SEEDS = range(60)
DAY = timedelta(days=1)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_customers_and_products_are_as_old_as_those_of_a_shop() -> None:
    ages: dict[str, list[timedelta]] = {"customers": [], "products": [], "prices": []}
    for seed in SEEDS:
        store = Store(seed=seed)
        for kind, found in ages.items():
            [data] = store.state()[kind].values()
            found.append(store.now.replace(tzinfo=None) - moment(data["createdAt"]))
    assert all(DAY <= age <= 401 * DAY for age in ages["customers"])
    assert all(30 * DAY <= age <= 401 * DAY for age in ages["products"])
    assert ages["products"] == ages["prices"]
    assert all(max(found) - min(found) > 200 * DAY for found in ages.values())
    assert all(len({age % DAY for age in found}) > 50 for found in ages.values())


def test_nothing_is_older_than_the_first_moment_that_a_webhook_can_tell_of() -> None:
    state = Store(seed=1, start=0).state()
    for kind in ("customers", "products", "prices"):
        [data] = state[kind].values()
        assert data["createdAt"] == "1970-01-01T00:00:00"


def test_a_price_that_is_founded_later_is_as_old_as_the_store() -> None:
    store = Store(seed=1)
    made = store.found_price(store.products[0])
    assert moment(made.words["createdAt"]) == store.now.replace(tzinfo=None)
    assert store.found_price(store.products[0]) in store.products[0].prices
    with pytest.raises(SteppayMockError, match="was created by an event"):
        store.found_price(store.create_product())


def test_what_is_founded_is_in_the_state_before_the_first_event_and_in_no_event() -> None:
    store = Store(seed=1)
    customer, product = store.found_customer(name="이"), store.found_product(name="금")
    price = store.found_price(product)
    assert not store.events
    before = store.state(at=0)
    assert (before["customers"][customer.id]["name"], before["products"][product.code]["name"]) == ("이", "금")
    assert price.code in before["prices"]
    assert before == store.state()


def test_ids_rise_with_small_gaps() -> None:
    gaps = set()
    for seed in SEEDS:
        store = Store(seed=seed)
        for _ in range(3):
            store.checkout()
        for things in (store.orders, store.payments, store.subscriptions):
            numbers = [one.id for one in things]
            assert all(100_000 <= number < 1_000_000 for number in numbers)
            gaps |= {after - before for before, after in pairwise(numbers)}
    assert gaps == {1, 2, 3, 4, 5}


def test_invoices_and_usage_have_smaller_ids() -> None:
    for seed in SEEDS:
        store = Store(seed=seed, product={"billing": "one_time"})
        assert 1_000 <= store.draft_invoice().id < 90_000
        usage = store.create_product(billing="usage")
        store.checkout(usage.prices[0])
        assert 1_000 <= store.add_usage(amount=1).id < 90_000


def test_an_id_that_was_chosen_is_not_given_again() -> None:
    for seed in SEEDS:
        store = Store(seed=seed)
        taken = {store.create_customer(id=store.customer.id + step).id for step in range(1, 12)}
        assert store.create_customer().id not in taken | {store.customer.id}
        with pytest.raises(SteppayMockError):
            store.create_customer(id=min(taken))


def test_a_code_that_was_used_is_not_free_after_a_deletion() -> None:
    store = Store(seed=1)
    made = store.create_customer(code="gold")
    store.delete_customer(made)
    product = store.create_product(code="gold", price_code="gold")  # a code of another kind is another code
    store.delete_product(product)
    for ask in (
        lambda: store.create_customer(code="gold"),
        lambda: store.create_product(code="gold"),
        lambda: store.create_price(store.products[0], price_code="gold"),
    ):
        with pytest.raises(SteppayMockError, match="belongs to another"):
            ask()


def test_a_price_that_is_made_up_is_that_of_a_shop() -> None:
    chances = [number / 500 for number in range(500)]
    won = [usual_price("KRW", chance) for chance in chances]
    assert (min(won), max(won)) == (4_900, 29_800)
    assert all(isinstance(amount, int) and amount % 100 == 0 for amount in won)
    dollars = [usual_price("USD", chance) for chance in chances]
    assert (min(dollars), max(dollars)) == (Decimal("4.89"), Decimal("29.79"))
    assert all(re.fullmatch(r"\d+\.\d9", str(amount)) for amount in dollars)


@pytest.mark.parametrize(
    ("amount", "currency", "third"),
    [
        (9_000, "KRW", 3_000),
        (10, "KRW", 3),
        (2, "KRW", 1),
        (5, "JPY", 1),
        (9, "USD", 3),
        (Decimal("0.02"), "USD", "0.01"),
    ],
)
def test_a_third_is_in_coins_and_one_coin_at_least(amount: int | Decimal, currency: str, third: int | str) -> None:
    assert a_third_of(amount, currency) == Decimal(third)


def test_planned_work_comes_in_the_order_of_time_then_of_its_kind_then_of_the_plan() -> None:
    agenda, now = Agenda(), datetime(2025, 1, 1, tzinfo=UTC)
    later = now + DAY
    for when, kind, key in (
        (later, "expiry", 9),
        (now, "invoice is overdue", 8),
        (now, "renewal", "b"),
        (now, "renewal", 1),
        (now, "expiry", 2),
        (now, "renewal", "b"),  # planned once
        (now, "notice", 3),
        (now, "period ends", 4),
    ):
        agenda.plan(when, kind, key)  # type: ignore[arg-type]
    taken = list(agenda.take_until(later - timedelta(microseconds=1)))
    assert [key for _, _, key in taken] == [2, 4, "b", 1, 3, 8]
    assert list(agenda.take_until(later)) == [(later, "expiry", 9)]
    agenda.plan(now, "renewal", "b")  # what was done can be planned again
    assert len(list(agenda.take_until(later))) == 1


def test_the_clock_moves_by_some_milliseconds_for_each_event_and_not_by_more() -> None:
    steps = []
    for seed in SEEDS:
        store = Store(seed=seed)
        store.checkout()
        told = [moment(event.data["modifiedAt"]) for event in store.events if event.type.startswith("order.")]
        told[0] += timedelta(seconds=store.assumptions.seconds_to_pay)
        told.insert(2, moment(store.payments[0].paid_at.isoformat()) if store.payments[0].paid_at else told[0])
        told.insert(3, store.subscription.created_at)
        steps += [(after - before) / timedelta(milliseconds=1) for before, after in pairwise(told)]
        assert store.now.replace(tzinfo=None) == told[-1]
    assert 1 <= min(steps) < 1.5
    assert 8.5 < max(steps) <= 9


def test_a_store_begins_in_the_first_half_of_its_second_unless_it_is_told() -> None:
    fractions = [Store(seed=seed).now.microsecond for seed in SEEDS]
    assert all(0 <= fraction < 500_000 for fraction in fractions)
    assert min(fractions) < 100_000
    assert max(fractions) > 400_000


@pytest.mark.parametrize("seed", range(3))
def test_the_clock_uses_its_second_to_the_last_microsecond_and_then_moves_by_single_ones(seed: int) -> None:
    def micros_of(start: int) -> list[int]:
        store = Store(seed=seed, start=datetime(2025, 1, 1, 0, 0, 59, start, tzinfo=UTC))
        for _ in range(3):
            store.checkout(pays="later")
        assert store.now.second == 59
        return [order.created_at.microsecond for order in store.orders]

    step = micros_of(1)[0] - 1
    assert micros_of(999_999 - step) == [999_999] * 3
    assert micros_of(1_000_000 - step)[0] == 1_000_001 - step
    assert micros_of(999_997) == [999_998, 999_999, 999_999]
