"""Two customers at the same time, in one store."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

import pytest

from steppay_mock import Event, SteppayMockError, Store, define_scenario, iter_errors, scenario

A, B = "subscription-renewal-fails-then-recovers", "subscription-renews"


def customer_of(event: Event) -> str:
    return str(event.data["customerId"])


def shape(events: Sequence[Event]) -> list[Any]:
    return [(event.type, event.timestamp, event.data.get("status")) for event in events]


def interleaved(seed: int = 7) -> Any:
    a, b = scenario(A, seed=1, customer_id=41, retry=1), scenario(B, seed=2, customer_id=42)
    return Store(seed=seed, customer=None, product=None).interleave(a, b)


def test_each_customer_lives_the_story_that_it_lives_alone() -> None:
    both, a, b = interleaved(), scenario(A, retry=1), scenario(B)
    assert shape([event for event in both if customer_of(event) == "42"]) == shape(b)
    assert shape([event for event in both if customer_of(event) == "41"])[: len(a)] == shape(a)


def test_a_subscription_that_outlives_its_story_goes_on_until_the_longest_story_ends() -> None:
    later = [event for event in interleaved() if customer_of(event) == "41"][len(scenario(A, retry=1)) :]
    assert later[0].type == "order.created"
    assert len(later) == 5


def test_events_of_one_second_are_mixed() -> None:
    seconds = [list(group) for _, group in groupby(interleaved(), key=lambda event: event.timestamp)]
    changes = [sum(customer_of(one) != customer_of(other) for one, other in pairwise(second)) for second in seconds]
    assert max(changes) >= 2


def test_the_seed_decides_how_they_are_mixed() -> None:
    orders = {tuple(customer_of(event) for event in interleaved(seed)) for seed in range(5)}
    assert len(orders) > 1
    assert [event.body for event in interleaved(3)] == [event.body for event in interleaved(3)]


def test_time_does_not_go_back_and_every_event_is_valid() -> None:
    both = interleaved()
    assert [event.timestamp for event in both] == sorted(event.timestamp for event in both)
    assert [str(error) for event in both for error in iter_errors(event, strict=True)] == []


def test_one_store_knows_what_is_true_of_both_at_any_time() -> None:
    both = interleaved()
    assert set(both.state()["customers"]) == {41, 42}
    assert {one["status"] for one in both.state()["subscriptions"].values()} == {"ACTIVE"}
    for count, event in enumerate(both.events, start=1):
        known = both.state(at=event)
        assert known == both.state(at=count)
        if event.type.startswith("subscription."):
            assert known["subscriptions"][event.data["subscriptionId"]]["status"] == event.data["status"]


def test_names_will_do_and_give_each_a_customer_of_its_own() -> None:
    both = Store(seed=7).interleave("refund-in-full", "refund-in-full", "one-time-purchase")
    assert both.name == "refund-in-full + refund-in-full + one-time-purchase"
    assert len({customer_of(event) for event in both}) == 3


def test_they_may_buy_the_same_product() -> None:
    one, other = (scenario("refund-in-full", seed=1, customer_id=n, product_code="product_gold") for n in (1, 2))
    both = Store(seed=7).interleave(one, other)
    codes = {event.data["items"][0]["priceCode"] for event in both if event.type.startswith("order.")}
    assert len(codes) == 1


def test_stories_of_new_products_and_customers_can_be_interleaved() -> None:
    both = Store(seed=7).interleave("catalogue-changes", "customer-registers-and-subscribes")
    assert {str(event.type).partition(".")[0] for event in both} >= {"product", "customer", "subscription"}
    both.state(at=len(both))


def test_the_same_customer_cannot_live_two_stories() -> None:
    one, store = scenario("refund-in-full", seed=1, customer_id=42), Store(seed=7)
    with pytest.raises(SteppayMockError, match=r"The store has a customer 42 already\. Give 'refund-in-full' another"):
        store.interleave(one, one)
    assert len(store.customers) == 1


def test_a_product_is_sold_in_one_way() -> None:
    once = scenario("refund-in-full", seed=1, product_code="product_gold")
    again = scenario("subscription-starts", seed=1, product_code="product_gold")
    with pytest.raises(SteppayMockError, match=r"is sold as 'one_time', and 'subscription-starts' sells as 'flat'"):
        Store(seed=7).interleave(once, again)


def test_assumptions_of_a_story_are_kept_and_those_of_the_store_may_be_more() -> None:
    announced = scenario("subscription-renews", seed=1, assumptions={"notice_days": 3})
    store = Store(seed=7, assumptions={"notice_days": 3, "step_cover": "pause"})
    both = store.interleave(announced, "cover-recovers")
    assert "subscription.payment_due_notification" in {event.type for event in both}
    with pytest.raises(SteppayMockError, match="needs a store with other assumptions"):
        Store(seed=7).interleave(announced, "refund-in-full")


def test_one_story_is_not_enough() -> None:
    with pytest.raises(SteppayMockError, match=r"Give two or more: store\.interleave\(a, b\)"):
        Store(seed=7).interleave("refund-in-full")


def test_ids_that_fix_those_of_a_store_are_refused() -> None:
    one = scenario("refund-in-full", seed=1, order_id=500)
    with pytest.raises(SteppayMockError, match=r"Store\(first_ids=\{'order': 500\}\)"):
        Store(seed=7).interleave(one, "refund-in-full")


def test_a_story_that_needs_other_assumptions_says_how_to_make_its_store() -> None:
    with pytest.raises(SteppayMockError) as error:
        Store(seed=7).interleave("cover-recovers", "refund-in-full")
    assert str(error.value).endswith("Make one: Store(assumptions={'step_cover': 'pause'})")
    store = Store(seed=7, assumptions={"step_cover": "pause"})
    assert len({customer_of(event) for event in store.interleave("cover-recovers", "refund-in-full")}) == 2


@pytest.mark.usefixtures("own_scenarios")
def test_a_story_that_passes_time_by_itself_cannot_be_interleaved() -> None:
    @define_scenario("in-one-go-alone")
    def in_one_go(store: Store) -> None:
        """A subscription renews once."""
        store.checkout()
        store.advance(days=40)

    with pytest.raises(SteppayMockError, match=r"Let it yield its waits: yield timedelta\(days=30\)"):
        Store(seed=7).interleave("in-one-go-alone", "refund-in-full")


@pytest.mark.parametrize("seed", range(8))
def test_a_second_with_an_event_of_nobody_stays_as_it_happened(seed: int) -> None:
    both = Store(seed=seed).interleave("subscription-starts", "catalogue-changes", "subscription-starts")
    assert [event.type for event in both[:2]] == ["product.created", "product.price.created"]
    first = [event for event in both if event.timestamp == both[0].timestamp]
    orders = [event.data["modifiedAt"] for event in first if event.type.startswith("order.")]
    assert orders == sorted(orders)


def test_what_happened_before_is_not_mixed_with_it() -> None:
    store = Store(seed=7, assumptions={"seconds_to_pay": 0})
    for _ in range(4):
        store.checkout(customer=store.create_customer())
    before = [event.body for event in store.events]
    story = store.interleave("subscription-starts", "subscription-starts")
    assert [event.body for event in store.events[: len(before)]] == before
    assert story[0].timestamp == store.events[0].timestamp
