"""Scenarios in which a subscription is cancelled, paused, or gets another plan, quantity or card."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from steppay_mock.store.scenarios.buying import buy, change_card
from steppay_mock.store.scenarios.definition import Days, Hours, StoryWaits
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("subscription-cancelled-now")
def subscription_cancelled_now(store: Store, *, hours: Hours = 30) -> StoryWaits:
    """A customer cancels a subscription at once. Nothing is refunded.

    hours: the time from the start to the cancellation.
    """
    yield from buy(store)
    yield timedelta(hours=hours)
    store.cancel()


@define_scenario("subscription-cancelled-at-period-end")
def subscription_cancelled_at_period_end(store: Store, *, hours: Hours = 20) -> StoryWaits:
    """A customer cancels at the end of the period: the subscription is PENDING_CANCEL, then CANCELED.

    hours: the time from the start to the request.
    """
    yield from buy(store)
    yield timedelta(hours=hours)
    store.cancel(at_period_end=True)
    yield store.subscription.period.end


@define_scenario("subscription-cancellation-undone")
def subscription_cancellation_undone(store: Store, *, hours: Hours = 4) -> StoryWaits:
    """A customer cancels at the end of the period, undoes that, and the subscription renews.

    hours: the time before each of the two actions.
    """
    yield from buy(store)
    yield timedelta(hours=hours)
    store.cancel(at_period_end=True)
    yield timedelta(hours=hours)
    store.undo()
    yield store.subscription.period.end


@define_scenario("subscription-cancelled-twice")
def subscription_cancelled_twice(store: Store, *, hours: Hours = 4) -> StoryWaits:
    """A customer cancels at the end of the period, undoes that, and cancels at once.

    hours: the time before each of the two cancellations.
    """
    yield from buy(store)
    yield timedelta(hours=hours)
    store.cancel(at_period_end=True)
    yield timedelta(hours=hours)
    store.undo()
    yield timedelta(minutes=5)
    store.cancel()


@define_scenario("subscription-order-cancelled")
def subscription_order_cancelled(store: Store, *, hours: Hours = 20) -> StoryWaits:
    """The first order of a subscription is cancelled and refunded, and the subscription is CANCELED.

    hours: the time from the start to the cancellation.
    """
    order = yield from buy(store)
    yield timedelta(hours=hours)
    store.cancel_order(order)


@define_scenario("subscription-renewal-order-cancelled")
def subscription_renewal_order_cancelled(store: Store, *, hours: Hours = 20) -> StoryWaits:
    """The order of a renewal is cancelled and refunded, and the subscription stays ACTIVE.

    hours: the time from the renewal to the cancellation.
    """
    yield from buy(store)
    yield store.subscription.period.end
    yield timedelta(hours=hours)
    store.cancel_order(store.order)


@define_scenario("subscription-paused-and-resumed")
def subscription_paused_and_resumed(store: Store, *, hours: Hours = 10) -> StoryWaits:
    """A customer pauses a subscription, resumes it in the same period, and it renews at the period's end.

    hours: the time before the pause, and the length of the pause.
    """
    yield from buy(store)
    yield timedelta(hours=hours)
    store.pause()
    yield timedelta(hours=hours)
    store.resume()
    yield max(store.subscription.period.end, store.now.replace(tzinfo=None))


@define_scenario("subscription-paused-at-period-end")
def subscription_paused_at_period_end(store: Store, *, days: Days = 40) -> StoryWaits:
    """A customer pauses at the end of the period and resumes weeks later, and a new period is paid at once.

    days: the length of the pause.
    """
    yield from buy(store)
    yield timedelta(hours=20)
    store.pause(at_period_end=True)
    yield store.subscription.period.end
    yield timedelta(days=days)
    store.resume()


@define_scenario("subscription-pause-undone")
def subscription_pause_undone(store: Store, *, hours: Hours = 4) -> StoryWaits:
    """A customer pauses at the end of the period, and undoes the pause before that.

    hours: the time before each of the two actions.
    """
    yield from buy(store)
    yield timedelta(hours=hours)
    store.pause(at_period_end=True)
    yield timedelta(hours=hours)
    store.undo()


@define_scenario("subscription-paused-then-cancelled")
def subscription_paused_then_cancelled(store: Store, *, days: Days = 15) -> StoryWaits:
    """A customer pauses a subscription and cancels it during the pause. CANCELED is final, also after late events.

    days: the time from the pause to the cancellation.
    """
    yield from buy(store)
    yield timedelta(hours=20)
    store.pause()
    yield timedelta(days=days)
    store.cancel()


@define_scenario("subscription-plan-changed")
def subscription_plan_changed(store: Store, *, new_price: float | None = None, new_price_code: str = "") -> StoryWaits:
    """A subscription changes to another price of the same product. The next renewal costs the new price.

    new_price: the amount of the new price. By default twice the old one.
    new_price_code: the code of the new price.
    """
    old = store.price
    fields = {"price_code": new_price_code} if new_price_code else {}
    amount = old.amount * 2 if new_price is None else new_price
    interval = {"interval": old.unit, "interval_count": old.count}
    new = store.found_price(old.product_code, price=amount, **interval, **fields)  # type: ignore[arg-type]
    yield from buy(store)
    yield timedelta(hours=20)
    store.change_plan(price=new)
    yield store.subscription.period.end


@define_scenario("subscription-quantity-changed", sells="unit")
def subscription_quantity_changed(store: Store, *, before: int = 2, after: int = 5) -> StoryWaits:
    """The quantity of a subscription changes. The next renewal costs more.

    before: the first quantity.
    after: the new quantity.
    """
    yield from buy(store, quantity=before)
    yield timedelta(hours=20)
    store.change_quantity(quantity=after)
    yield store.subscription.period.end


@define_scenario("subscription-payment-method-changed")
def subscription_payment_method_changed(
    store: Store, *, gateway: Literal["TOSS", "KG", "NICE", "KAKAO", "DANAL", "PAYPLE"] = "KAKAO"
) -> StoryWaits:
    """A customer changes the card, with an order of type PAYMENT_METHOD that costs nothing. The renewal uses it.

    gateway: the gateway that charges the new card.
    """
    yield from buy(store)
    yield timedelta(hours=20)
    yield from change_card(store, gateway=gateway)
    yield store.subscription.period.end
