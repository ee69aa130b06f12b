"""The webhooks v1 that a store sends beside those of v2 (fact 52)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest

from steppay_mock import Event, SteppayMockError, Store, V1Event, define_scenario, scenario, validate
from steppay_mock.store.scenarios.definition import StoryWaits

Act = Callable[[Store], object]


def of_v1(store: Store) -> list[dict[str, Any]]:
    return [event.payload for event in store.events if isinstance(event, V1Event)]


def run(act: Act, **options: Any) -> Store:
    store = Store(seed=7, **{"v1": "both", **options})
    act(store)
    return store


def renew(store: Store) -> None:
    store.checkout()
    store.advance(days=31)


def renew_in_vain(store: Store) -> None:
    store.checkout()
    store.decline_payments()
    store.advance(days=31)


def renew_and_cancel(store: Store) -> None:
    renew(store)
    store.cancel()


def test_a_store_sends_none_unless_it_is_asked() -> None:
    store = Store(seed=7)
    store.checkout()
    store.advance(days=31)
    assert of_v1(store) == []
    asked = run(renew)
    assert [event for event in asked.events if not isinstance(event, V1Event)] == list(store.events)


def test_a_paid_renewal_sends_one_of_its_order_after_the_event_that_says_so() -> None:
    store = run(renew, v1="order")
    place = next(at for at, event in enumerate(store.events) if isinstance(event, V1Event))
    before, event = store.events[place - 1], store.events[place]
    assert of_v1(store) == [{"webHookType": "PAYMENT", "orderId": store.order.id}]
    assert (before.type, before.data["id"]) == ("order.payment_completed", store.order.id)
    assert event.timestamp == before.timestamp
    validate(event, strict=True)


NEVER: dict[str, tuple[Act, dict[str, Any]]] = {
    "a first order": (lambda one: one.checkout(), {}),
    "a single purchase": (lambda one: one.checkout(), {"product": {"billing": "one_time"}}),
    "a failed first payment": (lambda one: one.checkout(pays="fails"), {}),
    "a failed renewal": (renew_in_vain, {}),
    "a renewal that costs nothing": (
        renew,
        {"product": {"billing": "usage"}},
    ),
    "a changed card": (lambda one: (one.checkout(), one.change_payment_method()), {}),
    "a refund": (lambda one: one.refund(one.checkout()), {}),
}


@pytest.mark.parametrize("name", NEVER)
def test_no_other_order_sends_one(name: str) -> None:
    act, options = NEVER[name]
    assert of_v1(run(act, **options, v1="order")) == []


def test_a_retry_that_pays_sends_one_once() -> None:
    def act(store: Store) -> None:
        store.checkout()
        store.decline_payments(times=1)
        store.advance(days=33)

    store = run(act, v1="order", assumptions={"order_updated_again": (10, 20)})
    assert of_v1(store) == [{"webHookType": "PAYMENT", "orderId": store.order.id}]


def test_a_subscription_sends_one_at_its_creation_and_at_each_change() -> None:
    def act(store: Store) -> None:
        store.checkout()
        store.cancel(at_period_end=True)
        store.advance(days=32)

    store = run(act, v1="subscription")
    number = store.subscription.id
    assert of_v1(store) == [{"id": number, "status": one} for one in ("ACTIVE", "PENDING_CANCEL", "CANCELED")]
    told = [event for event in store.events if event.type in {"subscription.created", "subscription.updated"}]
    assert [(one.data["status"], one.timestamp) for one in told] == [
        (event.data["status"], event.timestamp) for event in store.events if isinstance(event, V1Event)
    ]


def test_a_notice_and_a_usage_change_no_subscription() -> None:
    def act(store: Store) -> None:
        store.checkout()
        store.add_usage(amount=3)
        store.advance(days=30)

    store = run(act, v1="subscription", product={"billing": "usage"}, assumptions={"notice_days": 3})
    types = [event.type for event in store.events]
    assert {"subscription.usage.added", "subscription.payment_due_notification"} <= {*types}
    assert len(of_v1(store)) == 1


@pytest.mark.parametrize(
    ("v1_form", "body"), [("json", b'{"id":%d,"status":"ACTIVE"}'), ("form", b"id=%d&status=ACTIVE")]
)
def test_the_form_is_an_option(v1_form: Literal["json", "form"], body: bytes) -> None:
    store = run(lambda one: one.checkout(), v1_form=v1_form, body="compact")
    [event] = [one for one in store.events if isinstance(one, V1Event)]
    assert event.body == body % store.subscription.id
    assert Event.from_bytes(event.body).payload == event.payload


def test_the_state_after_a_webhook_v1_is_that_after_its_event_of_v2() -> None:
    store = run(renew_and_cancel)
    places = [at for at, event in enumerate(store.events) if isinstance(event, V1Event)]
    assert len(places) == 4
    for place in places:
        assert store.state(at=store.events[place]) == store.state(at=place + 1) == store.state(at=place)
    assert store.state(at=len(store.events)) == store.state()


def test_wrong_options_are_told() -> None:
    with pytest.raises(SteppayMockError, match="v1='all': expected None, 'order', 'subscription' or 'both'"):
        Store(v1="all")  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match="v1_form=True: expected 'json' or 'form'"):
        Store(v1_form=True)  # type: ignore[arg-type]


def test_a_scenario_takes_them_and_may_have_them() -> None:
    mixed = scenario("webhook-v1-beside-v2", seed=7)
    assert [event.type for event in mixed if isinstance(event, V1Event)] == [
        *("v1.subscription", "v1.subscription", "v1.order", "v1.subscription")
    ]
    assert not [event for event in scenario("webhook-v1-beside-v2", seed=7, v1=None) if isinstance(event, V1Event)]
    renewed = scenario("subscription-renews", seed=7, v1="order", v1_form="form")
    assert [event.body[:11] for event in renewed if isinstance(event, V1Event)] == [b"webHookType"] * 2


def test_several_at_once_need_a_store_that_sends_them() -> None:
    with pytest.raises(SteppayMockError, match=r"needs a store that sends webhooks v1\. Make one: Store\(v1='both'\)"):
        Store(seed=7).interleave("webhook-v1-beside-v2", "subscription-starts")
    story = Store(seed=7, v1="both").interleave("webhook-v1-beside-v2", "subscription-starts")
    assert len([event for event in story if isinstance(event, V1Event)]) == 7


@pytest.mark.usefixtures("own_scenarios")
def test_a_scenario_of_the_users_may_have_them() -> None:
    @define_scenario("only-orders-of-v1", v1="order")
    def renews(store: Store) -> StoryWaits:
        """A renewal with webhook v1."""
        store.checkout()
        yield store.subscription.period.end

    assert [event.type for event in scenario("only-orders-of-v1", seed=7)][-1] == "v1.order"
    with pytest.raises(SteppayMockError, match="v1='none'"):
        define_scenario("none-of-v1", v1="none")(renews)  # type: ignore[arg-type]
