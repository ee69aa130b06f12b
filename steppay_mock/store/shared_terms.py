"""What the prices of one subscription share (fact 44): groups those of an order, and checks one that is added."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.records import Price, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTerms:
    """The criteria, named as the fields of a price. The end of the period follows from the first three."""

    interval: str | None
    interval_count: int | None
    billing_day: int | None
    membership_months: int
    expires_after_renewals: int
    provide_start_day: int | None
    postpaid: bool
    trial_days: int


def group_prices(prices: Iterable[Price], trial_of: Callable[[Price], int]) -> list[list[Price]]:
    """The prices that recur, grouped by subscription."""
    groups: dict[SharedTerms, list[Price]] = {}
    for price in prices:
        if price.recurs:
            groups.setdefault(_terms_of(price, trial_days=trial_of(price)), []).append(price)
    return list(groups.values())


def require_shared_terms(subscription: Subscription, price: Price) -> None:
    """Raise SteppayMockError unless the price can be added to the subscription.

    It has no trial of its own, but what is left of that of the subscription (assumed).
    """
    if not price.recurs:
        raise SteppayMockError(
            f"The price {price.code} does not recur, so no subscription can have it. Sell it by itself: "
            f"store.checkout({price.code!r})."
        )
    has, wanted = (_terms_of(one, trial_days=0) for one in (subscription.items[0].price, price))
    # Its interval can be another one than that of its prices, since change_interval().
    has = replace(has, interval=subscription.unit, interval_count=subscription.count)
    for name in (one.name for one in fields(SharedTerms)):
        theirs, other = getattr(has, name), getattr(wanted, name)
        if theirs != other:
            raise SteppayMockError(
                f"Subscription {subscription.id} has {name}={theirs!r}, and the price {price.code} has "
                f"{name}={other!r}. Add a price with the same terms (fact 44), or start another subscription: "
                f"store.checkout({price.code!r})."
            )


def _terms_of(price: Price, *, trial_days: int) -> SharedTerms:
    return SharedTerms(
        interval=price.unit,
        interval_count=price.count,
        billing_day=price.billing_day,
        membership_months=price.membership,
        expires_after_renewals=price.renewals,
        provide_start_day=price.provide_start_day,
        postpaid=price.is_postpaid,
        trial_days=trial_days,
    )
